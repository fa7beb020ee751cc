package io.replicator.operations;

import java.util.Comparator;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * What happens to one position when its group is moved.
 *
 * @param topic the source's
 * @param partition its number, the same on both sides
 * @param targetTopic the topic's name on the target, empty where it is not copied
 * @param sourceOffset the position that the group committed on the source
 * @param metadata that it committed with it
 * @param sourceRecord the first record at or after it on the source, which the group would read next; empty at the end
 * @param targetOffset that is written on the target; -1 when none is
 * @param targetRecord the first record at or after it on the target, which the group will read next; empty at the end
 * @param presentOffset the group's position on the target before, -1 when it has none
 * @param isExact whether a reader that continues on the target reads exactly what it would have read on the source
 * @param toCopy how many source offsets before the position the copy ends
 * @param refusal why it is not moved, for a person; empty when it is
 * @param note what else to know about it, for a person
 */
public record PlannedPosition(
        String topic,
        int partition,
        String targetTopic,
        long sourceOffset,
        String metadata,
        Optional<FirstRecord> sourceRecord,
        long targetOffset,
        Optional<FirstRecord> targetRecord,
        long presentOffset,
        boolean isExact,
        long toCopy,
        String refusal,
        String note) {
    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    TopicPartition source() {
        return new TopicPartition(topic, partition);
    }

    TopicPartition target() {
        return new TopicPartition(targetTopic, partition);
    }

    /** Whether it is written, or the target has it already. */
    public boolean isMoved() {
        return refusal.isEmpty() && targetOffset >= 0;
    }

    PlannedPosition to(long newTargetOffset) {
        return new PlannedPosition(
                topic,
                partition,
                targetTopic,
                sourceOffset,
                metadata,
                sourceRecord,
                newTargetOffset,
                targetRecord,
                presentOffset,
                isExact,
                toCopy,
                refusal,
                note);
    }

    PlannedPosition with(Optional<FirstRecord> onSource, Optional<FirstRecord> onTarget, String newRefusal) {
        return new PlannedPosition(
                topic,
                partition,
                targetTopic,
                sourceOffset,
                metadata,
                onSource,
                targetOffset,
                onTarget,
                presentOffset,
                isExact,
                toCopy,
                newRefusal,
                note);
    }
}
