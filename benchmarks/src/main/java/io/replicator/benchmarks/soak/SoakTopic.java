package io.replicator.benchmarks.soak;

import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.LiveLoad;
import io.replicator.testkit.data.RecordShape;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A topic of a scenario, and its load.
 *
 * @param label the end of its name
 * @param partitions of it
 * @param sourceSettings of the topic on the source; the target's has none
 * @param load what is written
 */
record SoakTopic(String label, int partitions, Map<String, String> sourceSettings, UnaryOperator<LiveLoad> load) {
    private static final int PARTITIONS = 4;
    private static final String CLEANUP_POLICY = "cleanup.policy";

    /** Small batches, which the daemon merges. */
    private static final SoakTopic SMALL =
            new SoakTopic("small", PARTITIONS, Map.of(), load -> load.recordsPerSecond(1_500)
                    .batches(new BatchShape(Codec.NONE, 2 << 10, 2)));

    /** Large batches, which the daemon copies unchanged. */
    private static final SoakTopic PACKED =
            new SoakTopic("packed", PARTITIONS, Map.of(), load -> load.recordsPerSecond(2_500)
                    .records(RecordShape.values(200, 1_000))
                    .batches(BatchShape.full(Codec.LZ4, 32 << 10)));

    /** Few records: often nothing is written between two restarts of the daemon. */
    private static final SoakTopic RARE =
            new SoakTopic("rare", 2, Map.of(), load -> load.recordsPerSecond(4).batches(BatchShape.single(Codec.NONE)));

    private static final SoakTopic TRANSACTIONS =
            new SoakTopic("transactions", PARTITIONS, Map.of(), load -> load.recordsPerSecond(1_500)
                    .transactions(0.3)
                    .batches(BatchShape.of(Codec.LZ4)));

    /** Compaction removes records that are not copied yet, and records that are copied but whose progress is not saved. */
    private static final SoakTopic COMPACTED = new SoakTopic(
            "compacted",
            PARTITIONS,
            Map.of(
                    CLEANUP_POLICY,
                    "compact",
                    "internal.segment.bytes",
                    "16384",
                    "min.cleanable.dirty.ratio",
                    "0.001",
                    "min.compaction.lag.ms",
                    "0"),
            load -> load.recordsPerSecond(1_000)
                    .records(RecordShape.values(50, 200).keys(300).tombstones(0.05))
                    .batches(new BatchShape(Codec.NONE, 2 << 10, 5)));

    static final List<SoakTopic> PLAIN = List.of(SMALL, PACKED, RARE);
    static final List<SoakTopic> KINDS = List.of(TRANSACTIONS, COMPACTED, RARE);

    /** Whether the source removes records, so that the copy may have more. */
    boolean isCompacted() {
        return sourceSettings.containsKey(CLEANUP_POLICY);
    }
}
