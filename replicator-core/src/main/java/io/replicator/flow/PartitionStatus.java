package io.replicator.flow;

import io.replicator.partition.PartitionState;

/**
 * One source partition as it looks now. Offsets are -1 while they are not known.
 *
 * @param topic the source topic
 * @param partition its number, the same on the target
 * @param targetTopic the topic's name on the target
 * @param state what the partition is doing
 * @param reason why it is not RUNNING, for a person; empty when it is
 * @param resumesWhen what would resume it; empty when it is RUNNING
 * @param sourceStart the source's log start offset
 * @param sourceEnd the source's last stable offset (the high watermark with read-uncommitted)
 * @param position the source offset of the next record to be acknowledged by the target
 * @param targetEnd the target offset after the last acknowledged record
 * @param lagMillis age of the last copied record's timestamp while records are waiting, 0 when caught up
 * @param lane the lane that serves it, -1 for none
 * @param records copied by this process
 * @param bytes copied by this process, as stored in source batches
 * @param gapRecords offsets that the source lost to retention before this process could copy them
 * @param truncatedRecords copied records that the source lost afterwards, as by an unclean leader election, as far as this
 *     process found out
 * @param recreations how often the source's topic was deleted and created again, and copied on by this process
 */
public record PartitionStatus(
        String topic,
        int partition,
        String targetTopic,
        PartitionState state,
        String reason,
        String resumesWhen,
        long sourceStart,
        long sourceEnd,
        long position,
        long targetEnd,
        long lagMillis,
        int lane,
        long records,
        long bytes,
        long gapRecords,
        long truncatedRecords,
        long recreations) {
    /** The same partition when nothing copies it any more. */
    PartitionStatus failed(String newReason, String newResumesWhen) {
        return new PartitionStatus(
                topic,
                partition,
                targetTopic,
                PartitionState.FAILED,
                newReason,
                newResumesWhen,
                sourceStart,
                sourceEnd,
                position,
                targetEnd,
                lagMillis,
                lane,
                records,
                bytes,
                gapRecords,
                truncatedRecords,
                recreations);
    }

    /** Records (or offsets, where the log has holes) between the position and the source's end; 0 while unknown. */
    public long lagRecords() {
        return sourceEnd < 0 || position < 0 ? 0 : Math.max(0, sourceEnd - position);
    }

    /** Whether the position stands at the source's end as last seen. */
    public boolean isCaughtUp() {
        return sourceEnd >= 0 && position >= sourceEnd;
    }
}
