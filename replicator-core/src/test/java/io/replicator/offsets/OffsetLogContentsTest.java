package io.replicator.offsets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.LogEntry;
import io.replicator.partition.LeaderEpochs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetLogContentsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 3);
    private static final PartitionPair PAIR = new PartitionPair(ORDERS, new Uuid(1, 2), "east.orders", new Uuid(3, 4));
    private static final Writer WRITER = new Writer(7, 2001, (short) 5);

    /** A record of the log as text; null is null. */
    private record Entry(String key, String value) {
        static Entry of(byte[] key, byte[] value) {
            return new Entry(new String(key, UTF_8), value == null ? null : new String(value, UTF_8));
        }

        private static byte[] bytes(String text) {
            return text == null ? null : text.getBytes(UTF_8);
        }

        void putInto(OffsetLogContents contents, long offset) {
            contents.accept(offset, bytes(key), bytes(value));
        }
    }

    @Test
    void shouldBeReadable() {
        OffsetMap map = new OffsetMap(4, 0);
        map.append(5, 0, 3);
        map.append(10, 3, 2);
        LeaderEpochs epochs = LeaderEpochs.NONE.with(6, 4).with(8, 10);
        Progress progress = new Progress(PAIR, WRITER, map.takeChanges(), new SourceSeen(epochs, 2));

        assertThat(new String(OffsetLogFormat.progressKey(ORDERS), UTF_8))
                .isEqualTo("{\"v\":1,\"kind\":\"progress\",\"topic\":\"orders\",\"partition\":3}");
        assertThat(new String(OffsetLogFormat.progressValue(progress), UTF_8))
                .isEqualTo(
                        "{\"v\":1,\"start\":4,\"targetStart\":0,\"position\":12,\"targetEnd\":5,\"records\":5,\"closedRuns\":1,"
                                + "\"lastRun\":[[10,3,2]],\"sourceTopicId\":\"AAAAAAAAAAEAAAAAAAAAAg\","
                                + "\"targetTopic\":\"east.orders\",\"targetTopicId\":\"AAAAAAAAAAMAAAAAAAAABA\","
                                + "\"shard\":7,\"producerId\":2001,\"producerEpoch\":5,"
                                + "\"sourceLogStart\":2,\"leaderEpochs\":[[6,4],[8,10]]}");
        assertThat(new String(OffsetLogFormat.runsKey(ORDERS, 0), UTF_8))
                .isEqualTo("{\"v\":1,\"kind\":\"runs\",\"topic\":\"orders\",\"partition\":3,\"chunk\":0}");
    }

    @Test
    void shouldKeepWhatWasSeenOfTheSource() {
        SourceSeen seen = new SourceSeen(LeaderEpochs.NONE.with(6, 0).with(LeaderEpochs.UNKNOWN, 3), 2);
        Progress progress = new Progress(PAIR, WRITER, manyRuns(3).takeChanges(), seen);
        OffsetLogContents contents = new OffsetLogContents("log");

        contents.accept(0, OffsetLogFormat.progressKey(ORDERS), OffsetLogFormat.progressValue(progress));

        assertThat(contents.state().partitions().get(ORDERS).source()).isEqualTo(seen);
    }

    @Test
    void shouldKnowNothingOfTheSourceWhereAnEarlierVersionSavedNothingOfIt() {
        Progress progress =
                new Progress(PAIR, WRITER, manyRuns(3).takeChanges(), new SourceSeen(LeaderEpochs.NONE.with(6, 4), 2));
        String former = new String(OffsetLogFormat.progressValue(progress), UTF_8)
                .replace(",\"sourceLogStart\":2,\"leaderEpochs\":[[6,4]]", "");
        OffsetLogContents contents = new OffsetLogContents("log");

        contents.accept(0, OffsetLogFormat.progressKey(ORDERS), former.getBytes(UTF_8));

        assertThat(contents.state().partitions().get(ORDERS).source()).isEqualTo(SourceSeen.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[[6]]", "[[6,4],[7,4]]", "[[6,1000000]]", "[[\"six\",4]]"})
    void shouldRefuseLeaderEpochsThatWereDamaged(String epochs) {
        Progress progress =
                new Progress(PAIR, WRITER, manyRuns(3).takeChanges(), new SourceSeen(LeaderEpochs.NONE.with(6, 4), 2));
        String damaged = new String(OffsetLogFormat.progressValue(progress), UTF_8).replace("[[6,4]]", epochs);
        OffsetLogContents contents = new OffsetLogContents("log");

        assertThatThrownBy(() -> contents.accept(0, OffsetLogFormat.progressKey(ORDERS), damaged.getBytes(UTF_8)))
                .isInstanceOf(OffsetLogException.class)
                .hasMessageContaining("leaderEpochs");
    }

    @Test
    void shouldKeepBetweenWhichClustersTheFlowCopies() {
        FlowEnds ends = ends("east", "id-east", "west", "id-west");
        OffsetLogContents contents = new OffsetLogContents("log");
        assertThat(contents.state().ends()).isEmpty();

        contents.accept(0, OffsetLogFormat.flowKey(), OffsetLogFormat.flowValue(ends));
        assertThat(contents.state().ends()).contains(ends);
        assertThat(new String(OffsetLogFormat.flowKey(), UTF_8)).isEqualTo("{\"v\":1,\"kind\":\"flow\"}");

        contents.accept(1, OffsetLogFormat.flowKey(), null);
        assertThat(contents.state().ends()).isEmpty();
    }

    @Test
    void shouldTellClustersApartByTheirIdsAlone() {
        FlowEnds ends = ends("east", "id-east", "west", "id-west");

        assertThat(ends.areThoseOf(ends("other", "id-east", "names", "id-west")))
                .isTrue();
        assertThat(ends.areThoseOf(ends("east", "id-north", "west", "id-west"))).isFalse();
        assertThat(ends.areThoseOf(ends("east", "id-east", "west", "id-south"))).isFalse();
        assertThat(ends.areThoseOf(ends("east", "", "west", "id-west"))).isTrue();
    }

    @Test
    void shouldKeepFromWhereOnTheTargetIsToBeRead() {
        OffsetMap map = new OffsetMap(4, 17);
        byte[] value = OffsetLogFormat.progressValue(new Progress(PAIR, WRITER, map.takeChanges()));
        assertThat(map.hasChanges()).isFalse();

        OffsetLogContents contents = new OffsetLogContents("log");
        contents.accept(0, OffsetLogFormat.progressKey(ORDERS), value);
        OffsetMap loaded = contents.state().partitions().get(ORDERS).toOffsetMap();

        assertThat(loaded.targetStart()).isEqualTo(17);
        loaded.extendTargetKnownTo(16);
        assertThat(loaded.hasChanges()).isFalse();
        loaded.extendTargetKnownTo(18);
        assertThat(loaded.hasChanges()).isTrue();
        assertThat(loaded.targetStart()).isEqualTo(18);
    }

    @Test
    void shouldNotKnowFromWhereOnTheTargetIsToBeReadWhenThatWasNotSaved() {
        byte[] value = OffsetLogFormat.progressValue(new Progress(PAIR, WRITER, new OffsetMap(4, 17).takeChanges()));
        String former = new String(value, UTF_8).replace("\"targetStart\":17,", "");

        OffsetLogContents contents = new OffsetLogContents("log");
        contents.accept(0, OffsetLogFormat.progressKey(ORDERS), former.getBytes(UTF_8));

        assertThat(contents.state().partitions().get(ORDERS).toOffsetMap().targetStart())
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldGiveBackWhatSomeSnapshotHeldWhereverTheLogEnds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        OffsetMap map = new OffsetMap(0);
        List<Entry> log = new ArrayList<>();
        List<Snapshot> snapshots = new ArrayList<>();
        Optional<Progress> unsaved = Optional.empty();
        for (int save = 0; save < 30; save++) {
            grow(map, random, random.nextInt(40));
            Progress taken = new Progress(PAIR, WRITER, map.takeChanges());
            Progress progress =
                    unsaved.map(earlier -> Progress.withUnsaved(earlier, taken)).orElse(taken);
            List<Entry> chunks = chunkEntries(progress);
            int fate = random.nextInt(6);
            if (fate < 2) { // The write is torn: some chunks at most reach the log.
                log.addAll(chunks.subList(0, random.nextInt(chunks.size() + 1)));
                unsaved = Optional.of(progress);
            } else {
                log.addAll(chunks);
                log.add(progressEntry(progress));
                snapshots.add(new Snapshot(log.size(), runsOf(map), map.position()));
                unsaved = Optional.empty();
            }
            if (fate == 0 || fate == 5) { // The map is lost, and begins anew from what is durable.
                SavedProgress saved = read(log).partitions().get(ORDERS);
                map = saved == null ? new OffsetMap(0) : saved.toOffsetMap();
                assertThat(map.hasChanges()).isEqualTo(saved == null);
            }
        }

        for (int end = 1; end <= log.size(); end++) {
            SavedProgress saved = read(log.subList(0, end)).partitions().get(ORDERS);
            Snapshot expected = null;
            for (Snapshot snapshot : snapshots) {
                expected = snapshot.end() <= end ? snapshot : expected;
            }
            if (expected == null) {
                assertThat(saved).isNull();
            } else {
                assertThat(saved.isWhole()).as("log of %d", end).isTrue();
                assertThat(saved.runs()).isEqualTo(expected.runs());
                assertThat(saved.position()).isEqualTo(expected.position());
            }
        }
    }

    private record Snapshot(int end, Runs runs, long position) {}

    private static void grow(OffsetMap map, SplittableRandom random, int appends) {
        for (int i = 0; i < appends; i++) {
            map.append(
                    map.position() + random.nextInt(2),
                    Math.max(0, map.targetEnd()) + random.nextInt(2),
                    1 + random.nextInt(9));
        }
        map.advance(map.position() + random.nextInt(2));
    }

    @Test
    void shouldKeepTheLastRunWhenAChunkIsMissingAndWriteAllAnewNextTime() {
        OffsetMap map = manyRuns(200);
        Progress progress = new Progress(PAIR, WRITER, map.takeChanges());
        List<Entry> log = chunkEntries(progress);
        log.remove(1);
        log.add(progressEntry(progress));

        SavedProgress saved = read(log).partitions().get(ORDERS);

        assertThat(saved.isWhole()).isFalse();
        assertThat(saved.runs()).isEqualTo(progress.changes().lastRun());
        assertThat(saved.position()).isEqualTo(map.position());
        assertThat(saved.targetEnd()).isEqualTo(map.targetEnd());
        OffsetMap goneOn = saved.toOffsetMap();
        assertThat(saved.translator().toTarget(0))
                .isInstanceOfSatisfying(Translation.Unknown.class, unknown -> assertThat(unknown.reason())
                        .contains("replicator.x.offsets.internal", "chunk 1 of the runs of orders-3 is missing"));
        assertThat(goneOn.hasChanges()).isTrue();
        goneOn.append(goneOn.position() + 1, goneOn.targetEnd(), 1);
        Progress next = new Progress(PAIR, WRITER, goneOn.takeChanges());
        log.addAll(chunkEntries(next));
        log.add(progressEntry(next));
        SavedProgress healed = read(log).partitions().get(ORDERS);
        assertThat(healed.isWhole()).isTrue();
        assertThat(healed.runs()).isEqualTo(runsOf(goneOn));
        assertThat(healed.translator().toTarget(0)).isEqualTo(saved.translator().toTarget(0));
    }

    @Test
    void shouldNameARecordOfRunsThatCannotBeRead() {
        Progress progress = new Progress(PAIR, WRITER, manyRuns(200).takeChanges());
        Entry good = chunkEntries(progress).get(1);

        for (String broken : List.of(
                "",
                "by hand",
                "[1]",
                good.value().replace("[128,64,1]", "[128,64]"),
                good.value().replace("[128,64,1]", "[128,64,1.5]"),
                good.value().replace("[128,64,1]", "[128,64,-1]"),
                good.value().replace("[128,64,1]", "[500,64,1]"),
                good.value().replace("\"sourceTopicId\"", "\"x\""),
                good.value().substring(0, good.value().length() - 1))) {
            List<Entry> log = chunkEntries(progress);
            log.set(1, new Entry(good.key(), broken));
            log.add(progressEntry(progress));
            SavedProgress saved = read(log).partitions().get(ORDERS);

            assertThat(saved.isWhole()).as(broken).isFalse();
            assertThat(saved.translator().toTarget(7))
                    .isInstanceOfSatisfying(Translation.Unknown.class, unknown -> assertThat(unknown.reason())
                            .contains("replicator.x.offsets.internal@1", "\"chunk\":1", "is unreadable"));
            assertThat(saved.translator().toTarget(398)).isEqualTo(new Translation.Exact(199));
            assertThat(saved.position()).isEqualTo(399);

            log.add(good);
            assertThat(read(log).partitions().get(ORDERS).isWhole()).isTrue();
        }
    }

    @Test
    void shouldRefuseRunsOfANewerFormat() {
        Progress progress = new Progress(PAIR, WRITER, manyRuns(70).takeChanges());
        Entry chunk = chunkEntries(progress).get(0);
        String newer = chunk.value().replace("\"v\":1", "\"v\":2");

        assertThatThrownBy(() -> read(List.of(new Entry(chunk.key(), newer))))
                .isInstanceOf(OffsetLogException.class)
                .hasMessageContaining("format 2 was written by a newer version");
    }

    @Test
    void shouldKeepTheEndsOfOldRuns() {
        OffsetMap map = new OffsetMap(0, 0, 64);
        grow(map, new SplittableRandom(3), 500);
        Progress progress = new Progress(PAIR, WRITER, map.takeChanges());
        List<Entry> log = chunkEntries(progress);
        log.add(progressEntry(progress));

        SavedProgress saved = read(log).partitions().get(ORDERS);

        CoarseRuns first = progress.changes().coarse().get(0);
        assertThat(new String(OffsetLogFormat.coarseKey(ORDERS, first.key()), UTF_8))
                .isEqualTo("{\"v\":1,\"kind\":\"coarse\",\"topic\":\"orders\",\"partition\":3,\"chunk\":0,\"chunks\":"
                        + first.chunks() + "}");
        assertThat(saved.map().coarse()).isEqualTo(progress.changes().coarse()).hasSizeLessThan(5);
        assertThat(saved.runs()).isEqualTo(runsOf(map));
        assertThat(map.runs()).isLessThan(66);
        assertThat(saved.map().records()).isEqualTo(map.records());
    }

    /** It knows nothing of chunks that are gone: it must find that some are missing, and begin with the last run. */
    @Test
    void shouldNotBeMistakenForAllByAnEarlierVersion() {
        OffsetMap coarsened = new OffsetMap(0, 0, 64);
        grow(coarsened, new SplittableRandom(3), 500);
        OffsetMap trimmed = manyRuns(200);
        trimmed.trim(300, 150);
        for (OffsetMap map : List.of(coarsened, trimmed)) {
            Progress progress = new Progress(PAIR, WRITER, map.takeChanges());
            Entry entry = progressEntry(progress);
            String former = entry.value().replaceAll("\"(first|exact)Chunk\":\\d+,", "");
            List<Entry> log = chunkEntries(progress);

            log.add(new Entry(entry.key(), former));

            assertThat(former).isNotEqualTo(entry.value());
            SavedProgress saved = read(log).partitions().get(ORDERS);
            assertThat(saved.isWhole()).isFalse();
            assertThat(saved.position()).isEqualTo(map.position());
            assertThat(saved.targetEnd()).isEqualTo(map.targetEnd());
            assertThat(saved.runs()).isEqualTo(progress.changes().lastRun());
        }
    }

    @Test
    void shouldSaveThatTheSourceHasExpired() {
        OffsetMap map = new OffsetMap(100, 7);
        map.takeChanges();
        map.trim(-1, -1);
        assertThat(map.hasChanges()).isFalse();

        map.trim(100, 3);

        assertThat(map.hasChanges()).isTrue();
        Progress progress = new Progress(PAIR, WRITER, map.takeChanges(), new SourceSeen(LeaderEpochs.NONE, 100));
        assertThat(map.hasChanges()).isFalse();
        Translator translator =
                read(List.of(progressEntry(progress))).partitions().get(ORDERS).translator();
        assertThat(translator.toTarget(0)).isEqualTo(new Translation.Exact(7));
        assertThat(translator.toTarget(100)).isEqualTo(new Translation.Exact(7));
        assertThat(translator.toSource(7)).isEqualTo(new Translation.Exact(100));
        assertThatThrownBy(() -> translator.toTarget(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldForgetDamageOnceNeitherSideHasWhatWasLost() {
        List<Entry> log = new ArrayList<>();
        log.add(progressEntry(new Progress(PAIR, WRITER, manyRuns(200).takeChanges())));
        OffsetMap map = read(log).partitions().get(ORDERS).toOffsetMap();
        map.takeChanges();

        map.trim(398, 198);
        assertThat(map.takeChanges().damage()).contains("chunk 0 of the runs of orders-3 is missing");
        map.trim(398, 199);
        assertThat(map.hasChanges()).isTrue();
        assertThat(map.takeChanges().damage()).isEmpty();
    }

    @Test
    void shouldHoldManyPartitionsPacked() {
        int partitions = 30;
        OffsetLogContents contents = new OffsetLogContents("replicator.x.offsets.internal");
        SplittableRandom random = new SplittableRandom(1);
        long offset = 0;
        long records = 0;
        for (int number = 0; number < partitions; number++) {
            TopicPartition source = new TopicPartition("orders", number);
            PartitionPair pair = new PartitionPair(source, new Uuid(1, 2), "east.orders", new Uuid(3, 4));
            OffsetMap map = new OffsetMap(0);
            grow(map, random, 100 * RunChunk.RUNS * 3 / 2);
            Progress progress = new Progress(pair, WRITER, map.takeChanges());
            List<LogEntry> all = new ArrayList<>(ProgressRecords.runs(progress));
            all.add(ProgressRecords.progress(progress));
            for (LogEntry record : all) {
                contents.accept(offset++, record.key(), record.value());
            }
            records += map.records();
        }

        Collection<SavedProgress> saved = contents.state().partitions().values();
        assertThat(saved).hasSize(partitions).allMatch(SavedProgress::isWhole);
        assertThat(saved.stream().mapToLong(each -> each.map().records()).sum()).isEqualTo(records);
    }

    @Test
    void shouldNotMixRunsOfATopicThatWasCreatedAnew() {
        Progress before = new Progress(PAIR, WRITER, manyRuns(70).takeChanges());
        PartitionPair recreated = new PartitionPair(ORDERS, new Uuid(9, 9), "east.orders", new Uuid(3, 4));
        Progress after = new Progress(recreated, WRITER, manyRuns(70).takeChanges());
        List<Entry> log = new ArrayList<>(chunkEntries(before));
        log.add(progressEntry(after));

        assertThat(read(log).partitions().get(ORDERS).isWhole()).isFalse();

        log.addAll(chunkEntries(after));
        assertThat(read(log).partitions().get(ORDERS).isWhole()).isTrue();
    }

    @Test
    void shouldIgnoreWhatAFencedOwnerWrote() {
        OffsetMap map = manyRuns(3);
        Progress old = new Progress(PAIR, WRITER, map.takeChanges());
        map.append(map.position(), map.targetEnd(), 1000);
        Progress current = new Progress(PAIR, new Writer(7, 2001, (short) 6), map.takeChanges());

        List<Entry> log = new ArrayList<>(chunkEntries(old));
        log.addAll(List.of(progressEntry(old), progressEntry(current), progressEntry(old)));

        assertThat(read(log).partitions().get(ORDERS).position()).isEqualTo(map.position());
    }

    /** A frozen owner wakes up long after its producer id was replaced, and saves what it knew. */
    @Test
    void shouldIgnoreWhatAFormerProducerIdWroteLate() {
        OffsetMap map = manyRuns(70);
        Progress old = new Progress(PAIR, WRITER, map.takeChanges());
        map.append(map.position() + 1, map.targetEnd() + 1, 1000);
        Progress current = new Progress(PAIR, new Writer(7, 3001, (short) 0), map.takeChanges());
        ShardOwner owner = ShardOwner.first(7, "a", WRITER.producerId(), WRITER.producerEpoch())
                .next("b", 3001, (short) 0);
        List<Entry> log = new ArrayList<>(chunkEntries(old));
        log.add(progressEntry(old));
        log.addAll(chunkEntries(current));
        log.add(progressEntry(current));
        log.addAll(chunkEntries(old));
        log.add(progressEntry(old));
        // Compaction may move it behind all that it tells apart.
        log.add(Entry.of(OffsetLogFormat.shardKey(7), OffsetLogFormat.shardValue(owner)));

        SavedProgress saved = read(log).partitions().get(ORDERS);

        assertThat(saved.position()).isEqualTo(map.position());
        assertThat(saved.isWhole()).isTrue();
        assertThat(saved.runs()).isEqualTo(runsOf(map));
    }

    @Test
    void shouldTakeTheLastOfTheLogWhereNoOwnerIsOnRecord() {
        OffsetMap map = manyRuns(3);
        Progress first = new Progress(PAIR, new Writer(7, 1, (short) 0), map.takeChanges());
        map.advance(map.position() + 10);
        Progress last = new Progress(PAIR, new Writer(7, 2, (short) 0), map.takeChanges());
        List<Entry> log = new ArrayList<>(chunkEntries(first));
        log.addAll(List.of(progressEntry(first), progressEntry(last)));

        assertThat(read(log).partitions().get(ORDERS).position()).isEqualTo(map.position());
    }

    @Test
    void shouldIgnoreAnOwnerThatWasPutOnRecordLate() {
        ShardOwner begun = ShardOwner.begun(7, "a");
        ShardOwner first = begun.next("a", 10, (short) 0);
        ShardOwner second = first.next("b", 10, (short) 1);
        ShardOwner third = second.next("c", 20, (short) 0);
        List<Entry> log = Stream.of(third, second, first, begun)
                .map(owner -> Entry.of(OffsetLogFormat.shardKey(7), OffsetLogFormat.shardValue(owner)))
                .toList();

        assertThat(read(log).shards().get(7)).isEqualTo(third);
        assertThat(third.producerIds()).containsExactlyInAnyOrder(10L, 20L);
    }

    @Test
    void shouldRememberEveryProducerIdOfAShard() {
        ShardOwner owner = ShardOwner.first(7, "a", 10, (short) 0)
                .next("b", 10, (short) 1)
                .next("b", 20, (short) 0)
                .next("c", 30, (short) 0);
        List<Entry> log = List.of(Entry.of(OffsetLogFormat.shardKey(7), OffsetLogFormat.shardValue(owner)));

        ShardOwner read = read(log).shards().get(7);

        assertThat(read).isEqualTo(owner);
        assertThat(read.formerProducerIds()).containsExactly(10L, 20L);
        assertThat(read.wrote(10)).isTrue();
        assertThat(read.wrote(30)).isTrue();
        assertThat(read.wrote(40)).isFalse();
    }

    @Test
    void shouldForgetWhatATombstoneRemoves() {
        Progress progress = new Progress(PAIR, WRITER, manyRuns(70).takeChanges());
        List<Entry> log = new ArrayList<>(chunkEntries(progress));
        log.add(progressEntry(progress));
        log.add(Entry.of(OffsetLogFormat.progressKey(ORDERS), null));

        assertThat(read(log).partitions()).isEmpty();
    }

    @Test
    void shouldCountForeignRecords() {
        List<Entry> log = List.of(
                new Entry(null, "x"),
                new Entry("hello", null),
                new Entry("{\"v\":1,\"kind\":\"other\"}", "{\"v\":1}"),
                new Entry("[1]", "{}"),
                new Entry("{\"kind\":\"progress\"}", "{}"));

        SavedState state = read(log);

        assertThat(state.foreignRecords()).isEqualTo(5);
        assertThat(state.partitions()).isEmpty();
    }

    @Test
    void shouldRefuseANewerFormat() {
        String key = "{\"v\":2,\"kind\":\"progress\"}";

        assertThatThrownBy(() -> read(List.of(new Entry(key, ""))))
                .isInstanceOf(OffsetLogException.class)
                .hasMessageContaining("replicator.x.offsets.internal@0")
                .hasMessageContaining("format 2 was written by a newer version");
    }

    @Test
    void shouldRefuseProgressThatItCannotRead() {
        String key = new String(OffsetLogFormat.progressKey(ORDERS), UTF_8);
        Progress progress = new Progress(PAIR, WRITER, manyRuns(1).takeChanges());
        String value = new String(OffsetLogFormat.progressValue(progress), UTF_8);

        for (String broken : List.of(
                "",
                "gone",
                value.replace("\"position\":1", "\"position\":0"),
                value.replace("\"position\":1", "\"position\":1.5"),
                value.replace("\"position\":1,", ""),
                value.replace("[0,0,1]", "[0,0]"),
                value.replace("[0,0,1]", "[0,0,-1]"))) {
            assertThatThrownBy(() -> read(List.of(new Entry(key, broken))))
                    .as(broken)
                    .isInstanceOf(OffsetLogException.class)
                    .hasMessageContaining("unreadable record")
                    .hasMessageContaining("orders");
        }
    }

    private static OffsetMap manyRuns(int runs) {
        OffsetMap map = new OffsetMap(0);
        for (int run = 0; run < runs; run++) {
            map.append(2L * run, run, 1);
        }
        return map;
    }

    private static Runs runsOf(OffsetMap map) {
        long[] triples = new long[3 * map.runs()];
        for (int run = 0; run < map.runs(); run++) {
            triples[3 * run] = map.runSource(run);
            triples[3 * run + 1] = map.runTarget(run);
            triples[3 * run + 2] = map.runLength(run);
        }
        return Runs.of(triples);
    }

    private static List<Entry> chunkEntries(Progress progress) {
        List<Entry> entries = new ArrayList<>();
        ProgressRecords.runs(progress).forEach(each -> entries.add(Entry.of(each.key(), each.value())));
        return entries;
    }

    private static Entry progressEntry(Progress progress) {
        return Entry.of(OffsetLogFormat.progressKey(progress.pair().source()), OffsetLogFormat.progressValue(progress));
    }

    private static SavedState read(List<Entry> log) {
        OffsetLogContents contents = new OffsetLogContents("replicator.x.offsets.internal");
        for (int offset = 0; offset < log.size(); offset++) {
            log.get(offset).putInto(contents, offset);
        }
        return contents.state();
    }

    private static FlowEnds ends(String source, String sourceId, String target, String targetId) {
        return new FlowEnds(source, sourceId, target, targetId, 16, Map.of("delivery", "exactly-once"));
    }

    @Test
    void shouldReadTheFlowOfAnEarlierVersionAndSayWhatChanged() {
        OffsetLogContents contents = new OffsetLogContents("log");
        String former = "{\"v\":1,\"source\":\"east\",\"sourceClusterId\":\"id-east\",\"target\":\"west\","
                + "\"targetClusterId\":\"id-west\"}";

        contents.accept(0, OffsetLogFormat.flowKey(), former.getBytes(UTF_8));

        FlowEnds known = contents.state().ends().orElseThrow();
        FlowEnds now = ends("east", "id-east", "west", "id-west");
        assertThat(known.shards()).isZero();
        assertThat(now.changesSince(known)).isEmpty();
        FlowEnds changed = new FlowEnds("east", "", "west", "", 16, Map.of("delivery", "transactional"));
        assertThat(changed.changesSince(now)).isEqualTo("delivery was exactly-once and is transactional");
    }

    @Test
    void shouldKeepWhatTheFlowSaysOfTopics() {
        Progress progress = new Progress(PAIR, WRITER, manyRuns(3).takeChanges());
        OffsetLogContents contents = new OffsetLogContents("log");
        TopicClaim claim = new TopicClaim(TopicClaim.State.LEAVING, 7, "orders");

        contents.accept(0, OffsetLogFormat.progressKey(ORDERS), OffsetLogFormat.progressValue(progress));
        assertThat(contents.claims())
                .isEqualTo(Map.of("east.orders", new TopicClaim(TopicClaim.State.UNSAID, 0, "orders")));

        contents.accept(1, OffsetLogFormat.topicKey("east.orders"), OffsetLogFormat.topicValue(claim));
        assertThat(contents.claims()).isEqualTo(Map.of("east.orders", claim));
    }
}
