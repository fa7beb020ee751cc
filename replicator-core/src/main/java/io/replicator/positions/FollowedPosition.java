package io.replicator.positions;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One group's position in one partition, from round to round. The sync thread's. */
final class FollowedPosition {
    final TopicPartition source;

    /** As the source said last. */
    OffsetAndMetadata committed;

    /** What was written on the target last; nothing once its consumers made something else of it. */
    Written written = Written.NOTHING;

    /** Whether it was asked what an earlier life wrote. */
    boolean isRecalled;

    /** What was sent to the target last, written or not. */
    Written attempt = Written.NOTHING;

    /** Whether the target was looked at since it was written: only then is it known what stands there. */
    boolean isSeen = true;

    /** Since it could not be written. */
    final BackOff backOff = new BackOff();

    /** As it was last told; null until it was first looked at. */
    GroupPosition told;

    FollowedPosition(TopicPartition source, OffsetAndMetadata committed) {
        this.source = source;
        this.committed = committed;
    }

    /** Whether only the source, or a consumer of the target, can change what is to be done about it. */
    boolean isSettled(long nowNanos) {
        boolean isDone =
                isSeen && told != null && told.state() != PositionState.NOT_YET && told.state() != PositionState.FAILED;
        return isDone || !backOff.isOver(nowNanos);
    }
}
