package io.replicator.positions;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One group's position in one partition, from round to round. The sync thread's. */
final class FollowedPosition {
    final TopicPartition source;

    /** As the source said last. */
    OffsetAndMetadata committed;

    /** What was written on the target last. */
    Written written = Written.NOTHING;

    /** What was sent to the target last, written or not. */
    Written attempt = Written.NOTHING;

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
        boolean isDone = told != null && told.state() != PositionState.NOT_YET && told.state() != PositionState.FAILED;
        return isDone || !backOff.isOver(nowNanos);
    }
}
