package io.replicator.produce;

import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;

/** What a person is told of a partition that is recovered: what it waits for. */
final class RecoveryHealth {
    private RecoveryHealth() {}

    /** Tells what the recovery waits for; of what makes it stuck the partition was told before. */
    static void publish(PartitionRecovery recovery) {
        String shard = "shard " + recovery.window().partition().shard();
        switch (recovery.stage()) {
            case UNFENCED -> publish(recovery, "waiting for the right to write " + shard, "the target grants it");
            case FENCING ->
                publish(recovery, "keeping earlier owners of " + shard + " from writing", "the target has taken note");
            case READING, DOUBTED, READING_AGAIN ->
                publish(
                        recovery,
                        String.format(
                                "reading what was written after the last saved progress: %,d records so far",
                                recovery.reader().tail().records()),
                        "it has been read");
            case COUNTING, COMPARING ->
                publish(
                        recovery,
                        String.format(
                                "looking on the source for the %,d records that were written after the last saved"
                                        + " progress: %,d found",
                                recovery.search().records(), recovery.search().found()),
                        "they have been found");
            case STUCK -> {}
        }
    }

    private static void publish(PartitionRecovery recovery, String reason, String resumesWhen) {
        recovery.window()
                .partition()
                .publishTargetHealthIfChanged(new Health(PartitionState.STARTING, reason, resumesWhen));
    }
}
