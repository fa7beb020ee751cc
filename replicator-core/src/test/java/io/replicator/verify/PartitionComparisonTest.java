package io.replicator.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ReadRecord;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionComparisonTest {
    private static final TopicPartition SOURCE = new TopicPartition("orders", 3);
    private static final TopicPartition TARGET = new TopicPartition("east.orders", 3);
    private static final PartitionPair PAIR = new PartitionPair(SOURCE, Uuid.ZERO_UUID, TARGET.topic(), Uuid.ZERO_UUID);

    /** A source log with holes, its copy with gaps, and the runs between them. */
    private static final class Copy {
        final TreeMap<Long, ReadRecord> source = new TreeMap<>();
        final TreeMap<Long, ReadRecord> target = new TreeMap<>();
        final TreeMap<Long, Long> placeOnTarget = new TreeMap<>();
        final List<Long> sourceHoles = new ArrayList<>();
        final List<Long> targetGaps = new ArrayList<>();
        long start;
        long position;
        long targetStart = -1;
        long targetEnd;
        boolean isCompacted;

        static Copy random(SplittableRandom random, int keys) {
            Copy copy = new Copy();
            copy.start = random.nextInt(4);
            copy.position = copy.start;
            copy.targetEnd = random.nextInt(4);
            for (int run = 0; run < 40; run++) {
                for (int hole = random.nextInt(3); hole > 0; hole--) {
                    copy.sourceHoles.add(copy.position++);
                }
                for (int gap = random.nextInt(3); gap > 0 && run > 0; gap--) {
                    copy.targetGaps.add(copy.targetEnd++);
                }
                for (int length = 1 + random.nextInt(5); length > 0; length--) {
                    copy.add(Integer.toString(random.nextInt(keys)));
                }
            }
            return copy;
        }

        void add(String key) {
            targetStart = targetStart < 0 ? targetEnd : targetStart;
            String value = "value " + position;
            source.put(position, record(SOURCE, position, 1000 + position, key, value, "a", "b"));
            target.put(targetEnd, record(TARGET, targetEnd, 1000 + position, key, value, "a", "b"));
            placeOnTarget.put(position++, targetEnd++);
        }

        Runs runs() {
            List<long[]> runs = new ArrayList<>();
            placeOnTarget.forEach((from, to) -> {
                long[] last = runs.isEmpty() ? new long[] {-1, -1, 0} : runs.get(runs.size() - 1);
                if (last[0] + last[2] == from && last[1] + last[2] == to) {
                    last[2]++;
                } else {
                    runs.add(new long[] {from, to, 1});
                }
            });
            return Runs.of(runs.stream().flatMapToLong(java.util.Arrays::stream).toArray());
        }

        Outcome compare(SplittableRandom random) {
            List<Difference> differences = new ArrayList<>();
            List<VerificationProgress> progress = new ArrayList<>();
            VerificationFindings findings = new VerificationFindings(progress::add, differences::add);
            findings.expect(1, placeOnTarget.size());
            Feed sourceFeed = new Feed(SOURCE, isCompacted, 0, start, position, end(source, position));
            Feed targetFeed = new Feed(TARGET, isCompacted, 0, targetStart, targetEnd, end(target, targetEnd));
            Reading sourceReading = new Reading(sourceFeed, source);
            Reading targetReading = new Reading(targetFeed, target);
            PartitionComparison comparison =
                    new PartitionComparison(PAIR, runs(), sourceFeed, targetFeed, false, findings);
            for (int turn = 0; !comparison.advance(); turn++) {
                assertThat(turn).as("turns").isLessThan(10_000);
                sourceReading.read(random.nextInt(7));
                targetReading.read(random.nextInt(7));
            }
            comparison.close();
            differences.sort(ORDER);
            return new Outcome(differences, findings.report());
        }

        private static long end(NavigableMap<Long, ReadRecord> log, long end) {
            return log.isEmpty() ? end : Math.max(end, log.lastKey() + 1);
        }
    }

    private record Outcome(List<Difference> differences, VerificationReport report) {}

    /** Feeds a log's records by and by, as a reader would. */
    private static final class Reading {
        private final Feed feed;
        private final NavigableMap<Long, ReadRecord> log;
        private long position;

        Reading(Feed feed, NavigableMap<Long, ReadRecord> log) {
            this.feed = feed;
            this.log = log;
        }

        void read(int records) {
            feed.takeSeek().ifPresent(offset -> position = offset);
            for (int i = 0; i < records && feed.wantsMore(); i++) {
                Map.Entry<Long, ReadRecord> next = log.ceilingEntry(position);
                if (next == null || next.getKey() >= feed.end()) {
                    feed.markEnded();
                } else {
                    feed.offer(next.getValue());
                    position = next.getKey() + 1;
                }
            }
        }
    }

    private static final Comparator<Difference> ORDER = Comparator.comparing(Difference::sourceOffset)
            .thenComparing(Difference::targetOffset)
            .thenComparing(Difference::what);

    private static long[] seeds() {
        return new SplittableRandom(1).longs(200).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldFindNothingInATrueCopy(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Copy copy = Copy.random(random, 5);

        Outcome outcome = copy.compare(random);

        assertThat(outcome.differences()).isEmpty();
        assertThat(outcome.report().comparedRecords()).isEqualTo(copy.source.size());
        assertThat(outcome.report().notes()).isEmpty();
        assertThat(outcome.report().isEqual()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldFindExactlyWhatWasDoneToACopy(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Copy copy = Copy.random(random, 5);
        List<Difference> expected = new ArrayList<>();
        List<Long> offsets = new ArrayList<>(copy.source.keySet());
        for (int mutation = 1 + random.nextInt(10); mutation > 0; mutation--) {
            long from = offsets.remove(random.nextInt(offsets.size()));
            long to = copy.placeOnTarget.get(from);
            ReadRecord victim = copy.target.get(to);
            int kind = random.nextInt(10);
            if (kind == 0) {
                copy.target.remove(to);
                expected.add(difference(from, to, "missing on target"));
            } else if (kind == 1) {
                copy.source.remove(from);
                expected.add(difference(from, to, "extra record on target: the source has none there"));
            } else if (kind == 2 && !copy.targetGaps.isEmpty()) {
                long gap = copy.targetGaps.remove(random.nextInt(copy.targetGaps.size()));
                copy.target.put(gap, at(gap, victim));
                expected.add(difference(-1, gap, "extra record on target: no run explains it"));
            } else if (kind == 3 && !copy.sourceHoles.isEmpty()) {
                long hole = copy.sourceHoles.remove(random.nextInt(copy.sourceHoles.size()));
                copy.source.put(hole, record(SOURCE, hole, 1, "k", "v"));
                expected.add(difference(hole, -1, "missing on target: no run covers it"));
            } else if (kind == 4) {
                long otherFrom = offsets.remove(random.nextInt(offsets.size()));
                long otherTo = copy.placeOnTarget.get(otherFrom);
                ReadRecord other = copy.target.get(otherTo);
                copy.target.put(to, at(to, other));
                copy.target.put(otherTo, at(otherTo, victim));
                expected.add(difference(from, to, contents(copy.source.get(from), other)));
                expected.add(difference(otherFrom, otherTo, contents(copy.source.get(otherFrom), victim)));
            } else if (kind == 5) {
                copy.target.put(
                        to, record(TARGET, to, victim.timestampMillis(), "other", text(victim.value()), "a", "b"));
                expected.add(difference(from, to, "key differs: 1 bytes, target 5 bytes"));
            } else if (kind == 6) {
                byte[] flipped = victim.value().clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(7));
                copy.target.put(
                        to, record(TARGET, to, victim.timestampMillis(), text(victim.key()), text(flipped), "a", "b"));
                expected.add(difference(
                        from, to, "value differs: " + flipped.length + " bytes, target " + flipped.length + " bytes"));
            } else if (kind == 7) {
                copy.target.put(
                        to,
                        record(
                                TARGET,
                                to,
                                victim.timestampMillis() + 1,
                                text(victim.key()),
                                text(victim.value()),
                                "a",
                                "b"));
                expected.add(difference(
                        from,
                        to,
                        "timestamp differs: " + victim.timestampMillis() + ", target "
                                + (victim.timestampMillis() + 1)));
            } else if (kind == 8) {
                copy.target.put(
                        to,
                        record(
                                TARGET,
                                to,
                                victim.timestampMillis(),
                                text(victim.key()),
                                text(victim.value()),
                                "b",
                                "a"));
                expected.add(difference(from, to, "header 0 differs; header 1 differs"));
            } else {
                copy.target.put(
                        to,
                        record(TARGET, to, victim.timestampMillis(), text(victim.key()), text(victim.value()), "a"));
                expected.add(difference(from, to, "headers differ: 2, target 1"));
            }
        }
        expected.sort(ORDER);

        Outcome outcome = copy.compare(random);

        assertThat(outcome.differences()).isEqualTo(expected);
        assertThat(outcome.report().differences()).isEqualTo(expected.size());
    }

    /** What two different records of one log differ in. */
    private static String contents(ReadRecord source, ReadRecord target) {
        String what = "value differs: " + source.value().length + " bytes, target " + target.value().length
                + " bytes; timestamp differs: " + source.timestampMillis() + ", target " + target.timestampMillis();
        return text(source.key()).equals(text(target.key())) ? what : "key differs: 1 bytes, target 1 bytes; " + what;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldForgiveOnlyWhatACleanerMayRemove(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Copy copy = Copy.random(random, 4);
        copy.isCompacted = true;
        List<Difference> expected = new ArrayList<>();
        long forgiven = 0;
        if (random.nextBoolean()) { // Written after the progress was saved: only a search beyond the end finds it.
            copy.target.put(copy.targetEnd + 5, record(TARGET, copy.targetEnd + 5, 1, "3", "later"));
            copy.source.put(copy.position + 5, record(SOURCE, copy.position + 5, 1, "3", "later"));
        }
        boolean isOnSource = random.nextBoolean();
        TreeMap<Long, ReadRecord> lacking = isOnSource ? copy.source : copy.target;
        List<Long> removed = new ArrayList<>();
        copy.placeOnTarget.forEach((from, to) -> {
            if (random.nextInt(3) == 0) {
                removed.add(from);
            }
        });
        Map<Long, String> keys = new TreeMap<>();
        for (long from : removed) {
            long at = isOnSource ? from : copy.placeOnTarget.get(from);
            keys.put(from, text(lacking.remove(at).key()));
        }
        for (long from : removed) {
            long to = copy.placeOnTarget.get(from);
            long at = isOnSource ? from : to;
            boolean isRepeatedLater = lacking.tailMap(at).values().stream()
                    .anyMatch(record -> text(record.key()).equals(keys.get(from)));
            if (isRepeatedLater) {
                forgiven++;
            } else {
                expected.add(difference(
                        from,
                        to,
                        isOnSource ? "extra record on target: the source has none there" : "missing on target"));
            }
        }

        Outcome outcome = copy.compare(random);

        assertThat(outcome.differences()).isEqualTo(expected);
        String side = isOnSource ? "source" : "target";
        String note = "orders: " + forgiven + " records compacted away on the " + side + ", not compared";
        assertThat(outcome.report().notes()).isEqualTo(forgiven == 0 ? List.of() : List.of(note));
    }

    @Test
    void shouldForgiveAMissingTombstoneOfACompactedTopicAndNoMissingRecordWithoutAKey() {
        Copy copy = new Copy();
        copy.isCompacted = true;
        copy.add("a");
        copy.add("b");
        copy.add("c");
        copy.source.put(0L, record(SOURCE, 0, 1, "a", null));
        copy.source.put(1L, record(SOURCE, 1, 1, null, "keyless"));
        copy.target.remove(0L);
        copy.target.remove(1L);

        Outcome outcome = copy.compare(new SplittableRandom(1));

        assertThat(outcome.differences()).containsExactly(difference(1, 1, "missing on target"));
        assertThat(outcome.report().notes())
                .containsExactly("orders: 1 records compacted away on the target, not compared");
    }

    @Test
    void shouldNotCompareTimestampsThatTheTargetStampedAndSaySo() {
        Copy copy = copyOfTen();
        copy.target.replaceAll((offset, record) -> stamped(offset, text(record.value()) + (offset == 3 ? "!" : "")));

        Outcome outcome = copy.compare(new SplittableRandom(1));

        assertThat(outcome.differences()).containsExactly(difference(3, 3, "value differs: 7 bytes, target 8 bytes"));
        assertThat(outcome.report().notes())
                .containsExactly("orders: 10 records have the target's timestamps"
                        + " (message.timestamp.type=LogAppendTime), timestamps not compared");
    }

    private static ReadRecord stamped(long offset, String value) {
        ReadRecord record = record(TARGET, offset, 99, "a", value, "a", "b");
        return new ReadRecord(
                record.partition(),
                offset,
                record.timestampMillis(),
                ReadRecord.TimestampType.LOG_APPEND_TIME,
                record.key(),
                record.value(),
                record.headers(),
                ReadRecord.UNKNOWN_EPOCH);
    }

    private static Copy copyOfTen() {
        Copy copy = new Copy();
        for (int i = 0; i < 10; i++) {
            copy.add("a");
        }
        return copy;
    }

    private static void compareWhole(PartitionComparison comparison, Reading source, Reading target) {
        SplittableRandom random = new SplittableRandom(1);
        while (!comparison.advance()) {
            source.read(random.nextInt(3));
            target.read(random.nextInt(3));
        }
        comparison.close();
    }

    @Test
    void shouldCountWhatStandsOnTheTargetAfterWhatIsSavedAndNoMarkers() {
        Copy copy = copyOfTen();
        List<Difference> differences = new ArrayList<>();
        VerificationFindings findings = new VerificationFindings(ignored -> {}, differences::add);
        Feed source = new Feed(SOURCE, false, 0, 0, 7, 10);
        // Behind the records of which three are not saved yet stand two markers, which no reader sees.
        Feed target = new Feed(TARGET, false, 0, 0, 7, 12);
        PartitionComparison comparison = new PartitionComparison(PAIR, copy.runs(), source, target, true, findings);
        Reading sourceReading = new Reading(source, copy.source);
        Reading targetReading = new Reading(target, copy.target);

        compareWhole(comparison, sourceReading, targetReading);

        assertThat(differences).isEmpty();
        assertThat(findings.report().comparedRecords()).isEqualTo(7);
        assertThat(findings.report().notes())
                .containsExactly("orders: 3 records stand on the target after what is saved as copied, not compared");
    }

    @Test
    void shouldNotCompareWhatExpiresUnderWay() {
        Copy copy = copyOfTen();
        List<Difference> differences = new ArrayList<>();
        VerificationFindings findings = new VerificationFindings(ignored -> {}, differences::add);
        Feed source = new Feed(SOURCE, false, 0, 0, 10, 10);
        Feed target = new Feed(TARGET, false, 0, 0, 10, 10);
        PartitionComparison comparison = new PartitionComparison(PAIR, copy.runs(), source, target, true, findings);
        Reading sourceReading = new Reading(source, copy.source);
        Reading targetReading = new Reading(target, copy.target);
        copy.target.headMap(4L).clear();
        target.logStartMoved(4);

        compareWhole(comparison, sourceReading, targetReading);

        assertThat(differences).isEmpty();
        assertThat(findings.report().comparedRecords()).isEqualTo(6);
        assertThat(findings.report().notes())
                .containsExactly("orders: 4 records expired on the target under way, not compared");
    }

    private static Difference difference(long sourceOffset, long targetOffset, String what) {
        return new Difference(SOURCE.topic(), SOURCE.partition(), sourceOffset, TARGET.topic(), targetOffset, what);
    }

    private static ReadRecord at(long offset, ReadRecord record) {
        return record(TARGET, offset, record.timestampMillis(), text(record.key()), text(record.value()), "a", "b");
    }

    private static ReadRecord record(
            TopicPartition partition, long offset, long timestamp, String key, String value, String... headers) {
        List<ReadRecord.Header> all = new ArrayList<>();
        for (String header : headers) {
            all.add(new ReadRecord.Header("same", header.getBytes(UTF_8)));
        }
        return new ReadRecord(
                partition,
                offset,
                timestamp,
                ReadRecord.TimestampType.CREATE_TIME,
                key == null ? null : key.getBytes(UTF_8),
                value == null ? null : value.getBytes(UTF_8),
                all,
                ReadRecord.UNKNOWN_EPOCH);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
