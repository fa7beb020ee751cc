package io.replicator.positions;

import io.replicator.offsets.Translation;
import org.apache.kafka.common.TopicPartition;

/**
 * A translated position.
 *
 * @param from the partition that was asked for
 * @param offset the position in it; -1 where that is not known
 * @param to the partition on the other side; its topic is empty where it is not known
 * @param translation the position in that
 */
public record Answer(TopicPartition from, long offset, TopicPartition to, Translation translation) {
    /** The offset to continue at, -1 when there is none. */
    public long translated() {
        return translation.offset();
    }

    /** Whether a reader that continues there reads exactly what it would have read. */
    public boolean isExact() {
        return translation instanceof Translation.Exact;
    }

    /** Why there is no exact answer, for a person; empty when there is one. */
    public String reason() {
        return translation.reason();
    }
}
