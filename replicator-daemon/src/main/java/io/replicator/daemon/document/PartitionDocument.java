package io.replicator.daemon.document;

import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;

/**
 * One partition of {@link FlowDocument}.
 *
 * @param state the name of a {@link PartitionState}
 * @param reason why the partition is not RUNNING; null when it is
 * @param lane the number of the lane that copies it; -1 for none
 * @param resumesWhen what would resume it; null when it is RUNNING
 */
public record PartitionDocument(
        String topic,
        int partition,
        String state,
        String reason,
        long sourceStart,
        long sourceEnd,
        long position,
        long lagRecords,
        long lagMillis,
        String targetTopic,
        long targetEnd,
        int lane,
        String resumesWhen,
        long records,
        long bytes,
        long gapRecords,
        long truncatedRecords,
        long recreations) {
    static PartitionDocument of(PartitionStatus partition) {
        return new PartitionDocument(
                partition.topic(),
                partition.partition(),
                partition.state().name(),
                Unknown.asNull(partition.reason()),
                partition.sourceStart(),
                partition.sourceEnd(),
                partition.position(),
                partition.lagRecords(),
                partition.lagMillis(),
                partition.targetTopic(),
                partition.targetEnd(),
                partition.lane(),
                Unknown.asNull(partition.resumesWhen()),
                partition.records(),
                partition.bytes(),
                partition.gapRecords(),
                partition.truncatedRecords(),
                partition.recreations());
    }

    public boolean isRunning() {
        return PartitionState.RUNNING.name().equals(state);
    }
}
