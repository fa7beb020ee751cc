package io.replicator.benchmarks.race;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.benchmarks.race.Contender.Task;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Blob;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.CompactedTopic;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.LiveLoad;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.data.TransactionalLoad;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures how exactly consumer groups fail over to the target. A hundred groups have positions of every kind in topics of every
 * kind; it counts the records that each would read twice, or never, on the target. It also measures how old the position on the
 * target is of a group that commits continuously.
 */
final class FailOver {
    private static final int GROUPS = 100;
    private static final int PARTITIONS = 2;
    private static final int RECORDS = 40_000;
    private static final int MIN_RECORDS = 4_000;
    private static final int COMPACTED_RECORDS = 6_000;
    private static final int TRANSACTIONS = 150;
    private static final String MOVING = "moving";
    private static final int RECORDS_PER_SECOND = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** When no position has changed for this time, no more changes are expected: several intervals of every contender. */
    private static final Duration SETTLED = Duration.ofSeconds(20);

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration MOVES = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(100);

    private final Arena arena;
    private final String prefix;
    private final List<String> topics;
    private final String live;
    private final Map<String, Map<TopicPartition, Long>> positions = new HashMap<>();

    /** Writes the topics and commits the groups' positions. */
    FailOver(Arena arena, String name, double scale) {
        this.arena = arena;
        this.prefix = name + "-";
        this.topics = List.of(
                prefix + "plain", prefix + "compacted", prefix + "transactions", prefix + "drained", prefix + "empty");
        this.live = prefix + "live";
        write(Math.max(MIN_RECORDS, (int) (RECORDS * scale)));
        commit(new Random(1));
    }

    private void write(int records) {
        KafkaCluster source = arena.source();
        for (String topic : List.of(topics.get(0), topics.get(2), topics.get(3), topics.get(4), live)) {
            source.createTopic(topic, PARTITIONS, Map.of());
        }
        RecordShape shape = RecordShape.values(200);
        Load.to(source, topics.get(0))
                .records(shape)
                .batches(BatchShape.of(Codec.LZ4))
                .write(records);
        CompactedTopic.create(source, topics.get(1), PARTITIONS, COMPACTED_RECORDS / 10, COMPACTED_RECORDS, Codec.NONE);
        TransactionalLoad.to(source, topics.get(2)).records(shape).write(TRANSACTIONS);
        Load.to(source, topics.get(3)).records(shape).write(records / 10);
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        partitions(topics.get(3)).forEach(partition -> all.put(partition, RecordsToDelete.beforeOffset(-1)));
        await(source.admin().deleteRecords(all).all());
    }

    private static List<TopicPartition> partitions(String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions.add(new TopicPartition(topic, partition));
        }
        return partitions;
    }

    /** Log start, log end, after a record, in a gap or on a marker: everything that a consumer may have committed. */
    private void commit(Random random) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        topics.forEach(topic -> partitions(topic).forEach(partition -> all.put(partition, OffsetSpec.earliest())));
        Map<TopicPartition, Long> starts = offsets(all);
        all.replaceAll((partition, spec) -> OffsetSpec.latest());
        Map<TopicPartition, Long> ends = offsets(all);
        for (int group = 0; group < GROUPS; group++) {
            Map<TopicPartition, Long> mine = new HashMap<>();
            all.keySet().forEach(partition -> {
                long start = starts.get(partition);
                long length = ends.get(partition) - start;
                mine.put(
                        partition,
                        start
                                + switch (random.nextInt(10)) {
                                    case 0 -> 0;
                                    case 1 -> length;
                                    default -> (long) (random.nextDouble() * (length + 1));
                                });
            });
            String name = prefix + "group-" + group;
            positions.put(name, mine);
            commit(name, mine);
        }
    }

    private Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetSpec> asked) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        await(arena.source().admin().listOffsets(asked).all())
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private void commit(String group, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        offsets.forEach((partition, offset) -> committed.put(partition, new OffsetAndMetadata(offset)));
        await(arena.source().admin().alterConsumerGroupOffsets(group, committed).all());
    }

    /** A regular expression that matches all topics of this measurement. */
    String pattern() {
        return prefix + ".*";
    }

    /** Lets a contender copy everything, reads the groups' positions on the target, and deletes the groups there. */
    FailOverResult measure(Contender contender, Task task, int round, Path scratch) {
        try (Heat heat = Heat.start(contender, task, scratch)) {
            Map<String, Map<TopicPartition, OffsetAndMetadata>> found = awaitSettled(contender, task, heat);
            Tally tally = new Tally();
            for (String topic : topics) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    tally(contender, task, new TopicPartition(topic, partition), found, tally);
                }
            }
            double[] stale = staleMillis(contender, task);
            return new FailOverResult(
                    contender.label(),
                    round,
                    tally.positions,
                    tally.exact,
                    tally.reRead,
                    tally.skipped,
                    tally.unanswered,
                    tally.reReadRecords,
                    tally.mostReRead,
                    tally.skippedRecords,
                    stale[stale.length / 2],
                    stale[stale.length - 1]);
        } finally {
            List<String> groups = new ArrayList<>(positions.keySet());
            groups.add(prefix + MOVING);
            groups.forEach(group -> {
                try {
                    arena.target()
                            .admin()
                            .deleteConsumerGroups(List.of(group))
                            .all()
                            .get();
                } catch (ExecutionException neverCame) {
                    // The contender did not finish in time.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private static final class Tally {
        private int positions;
        private int exact;
        private int reRead;
        private int skipped;
        private int unanswered;
        private long reReadRecords;
        private long mostReRead;
        private long skippedRecords;
    }

    private static String onTarget(Contender contender, Task task, String topic) {
        return contender.targetTopic(new Task(task.id(), task.arena(), topic, task.codec()));
    }

    /** Waits until the topics are copied and no position has changed for some time. */
    private Map<String, Map<TopicPartition, OffsetAndMetadata>> awaitSettled(
            Contender contender, Task task, Heat heat) {
        String plain = topics.get(0);
        long wanted = TopicDump.committed(arena.source(), plain).count();
        Await.until(
                PATIENCE,
                () -> await(arena.target().admin().listTopics().names()).contains(onTarget(contender, task, plain))
                        && TopicDump.committed(arena.target(), onTarget(contender, task, plain))
                                        .count()
                                == wanted,
                heat::lastOfLog);
        Map<String, Map<TopicPartition, OffsetAndMetadata>> found = groups(arena.target(), positions.keySet());
        long changedNanos = System.nanoTime();
        while (System.nanoTime() - changedNanos < SETTLED.toNanos()) {
            Await.time(LOOK);
            Map<String, Map<TopicPartition, OffsetAndMetadata>> now = groups(arena.target(), positions.keySet());
            if (!now.equals(found)) {
                found = now;
                changedNanos = System.nanoTime();
            }
        }
        return found;
    }

    private static Map<String, Map<TopicPartition, OffsetAndMetadata>> groups(
            KafkaCluster cluster, Collection<String> groups) {
        Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
        groups.forEach(group -> asked.put(group, new ListConsumerGroupOffsetsSpec()));
        return await(cluster.admin().listConsumerGroupOffsets(asked).all());
    }

    private void tally(
            Contender contender,
            Task task,
            TopicPartition partition,
            Map<String, Map<TopicPartition, OffsetAndMetadata>> found,
            Tally tally) {
        String targetTopic = onTarget(contender, task, partition.topic());
        Copy copy = copy(partition, targetTopic);
        positions.forEach((group, offsets) -> {
            tally.positions++;
            OffsetAndMetadata there = found.get(group).get(new TopicPartition(targetTopic, partition.partition()));
            if (there == null) {
                tally.unanswered++;
                return;
            }
            long behind = below(copy.source, offsets.get(partition)) - below(copy.target, there.offset());
            if (behind == 0) {
                tally.exact++;
            } else if (behind > 0) {
                tally.reRead++;
                tally.reReadRecords += behind;
                tally.mostReRead = Math.max(tally.mostReRead, behind);
            } else {
                tally.skipped++;
                tally.skippedRecords -= behind;
            }
        });
    }

    /** The offsets of the same records on both sides, in ascending order on the source. */
    private static final class Copy {
        private final long[] source;
        private final long[] target;

        Copy(long[] source, long[] target) {
            this.source = source;
            this.target = target;
        }
    }

    private Copy copy(TopicPartition partition, String targetTopic) {
        List<DumpedRecord> source =
                TopicDump.committed(arena.source(), partition.topic()).partition(partition.partition());
        List<DumpedRecord> target =
                TopicDump.committed(arena.target(), targetTopic).partition(partition.partition());
        Map<Blob, Long> places = new HashMap<>();
        target.forEach(record -> places.put(record.value(), record.offset()));
        // Both sides go on compacting, so only records that both still have are compared. Tombstones cannot be told
        // apart.
        List<DumpedRecord> both = source.stream()
                .filter(record -> !record.value().isAbsent() && places.containsKey(record.value()))
                .toList();
        if (both.size() < source.size() / 2) {
            throw new IllegalStateException(
                    partition + " has " + source.size() + " records, of which " + both.size() + " are on the target");
        }
        return new Copy(
                both.stream().mapToLong(DumpedRecord::offset).toArray(),
                both.stream().mapToLong(record -> places.get(record.value())).toArray());
    }

    /** How many of the ascending offsets are below the given one. */
    private static long below(long[] offsets, long offset) {
        int found = Arrays.binarySearch(offsets, offset);
        return found >= 0 ? found : -found - 1;
    }

    /** A moment, and the position of the group at that moment. */
    private record Sample(long nanos, long offset) {}

    /** Ages of the position on the target of a group that commits continuously, in milliseconds, ascending. */
    private double[] staleMillis(Contender contender, Task task) {
        String group = prefix + MOVING;
        TopicPartition partition = new TopicPartition(live, 0);
        TopicPartition copied = new TopicPartition(onTarget(contender, task, live), 0);
        List<Sample> source = new ArrayList<>();
        List<Sample> target = new ArrayList<>();
        try (LiveLoad.Running load = LiveLoad.to(arena.source(), live)
                .recordsPerSecond(RECORDS_PER_SECOND)
                .records(RecordShape.values(200))
                .start()) {
            long startNanos = System.nanoTime();
            // In the first half the contender discovers the group.
            while (System.nanoTime() - startNanos < 2 * MOVES.toNanos()) {
                long end = offsets(Map.of(partition, OffsetSpec.latest())).get(partition);
                commit(group, Map.of(partition, end));
                source.add(new Sample(System.nanoTime(), end));
                OffsetAndMetadata there =
                        groups(arena.target(), List.of(group)).get(group).get(copied);
                if (System.nanoTime() - startNanos > MOVES.toNanos()) {
                    target.add(new Sample(System.nanoTime(), there == null ? -1 : there.offset()));
                }
                Await.time(STEP);
            }
            load.stop();
        }
        long[] targetOffsets = offsetsOf(arena.target(), copied);
        long[] sourceOffsets = offsetsOf(arena.source(), partition);
        return target.stream()
                .mapToDouble(sample -> staleMillis(sample, source, sourceOffsets, targetOffsets))
                .sorted()
                .toArray();
    }

    private static long[] offsetsOf(KafkaCluster cluster, TopicPartition partition) {
        return TopicDump.committed(cluster, partition.topic()).partition(partition.partition()).stream()
                .mapToLong(DumpedRecord::offset)
                .toArray();
    }

    /** The time since the first commit on the source that the target does not have. */
    private static double staleMillis(Sample sample, List<Sample> source, long[] sourceOffsets, long[] targetOffsets) {
        long covered = sample.offset() < 0 ? 0 : below(targetOffsets, sample.offset());
        for (Sample commit : source) {
            if (commit.nanos() > sample.nanos()) {
                break;
            }
            if (below(sourceOffsets, commit.offset()) > covered) {
                return (sample.nanos() - commit.nanos()) / (double) TimeUnit.MILLISECONDS.toNanos(1);
            }
        }
        return 0;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
