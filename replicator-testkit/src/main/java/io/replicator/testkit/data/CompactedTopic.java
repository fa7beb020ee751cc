package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A compacted topic in whose log the cleaner has made holes: offsets at which nothing stands, also inside batches. */
public final class CompactedTopic {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long TURN_NANOS = Duration.ofMillis(200).toNanos();
    private static final int VALUE_BYTES = 100;
    private static final int SEGMENT_BYTES = 8 << 10;

    private CompactedTopic() {}

    /**
     * Creates the topic and writes so many records of so few keys, some of them tombstones; returns, when every partition
     * has holes, what a consumer sees.
     */
    public static TopicDump create(
            KafkaCluster cluster, String topic, int partitions, int keys, int records, Codec codec) {
        cluster.createTopic(
                topic,
                partitions,
                Map.of(
                        "cleanup.policy", "compact",
                        "internal.segment.bytes", Integer.toString(SEGMENT_BYTES),
                        "min.cleanable.dirty.ratio", "0.001",
                        "min.compaction.lag.ms", "0"));
        RecordShape shape = RecordShape.values(VALUE_BYTES).keys(keys).tombstones(0.05);
        Load.to(cluster, topic)
                .records(shape)
                .batches(new BatchShape(codec, 1 << 10, 5))
                .write(records);
        return awaitHoles(cluster, topic, records);
    }

    /** Whether offsets are missing between the first and the last record. */
    public static boolean hasHoles(List<DumpedRecord> partition) {
        return !partition.isEmpty()
                && partition.get(partition.size() - 1).offset()
                                - partition.get(0).offset()
                                + 1
                        > partition.size();
    }

    private static TopicDump awaitHoles(KafkaCluster cluster, String topic, int records) {
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        TopicDump dump = TopicDump.uncommitted(cluster, topic);
        while (!dump.partitions().values().stream().allMatch(CompactedTopic::hasHoles)) {
            if (System.nanoTime() - endNanos >= 0) {
                throw new IllegalStateException(topic + " has " + dump.count() + " of " + records
                        + " records, and partitions without a hole, after " + PATIENCE
                        + "; does every partition have more data than fits one segment?");
            }
            LockSupport.parkNanos(TURN_NANOS);
            dump = TopicDump.uncommitted(cluster, topic);
        }
        return dump;
    }
}
