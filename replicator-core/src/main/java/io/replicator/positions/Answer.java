package io.replicator.positions;

import io.replicator.offsets.Translation;
import org.apache.kafka.common.TopicPartition;

/**
 * Where one position stands on the other side.
 *
 * @param from the partition that was asked for
 * @param offset the position there; -1 where not even that is known
 * @param to the partition on the other side; its topic is empty where it is not known
 * @param translation the answer
 */
public record Answer(TopicPartition from, long offset, TopicPartition to, Translation translation) {
    /** The offset to go on at, -1 when there is none. */
    public long translated() {
        return translation.offset();
    }

    /** Whether a reader that goes on there reads exactly what it would have read. */
    public boolean isExact() {
        return translation instanceof Translation.Exact;
    }

    /** Why there is no exact answer, for a person; empty when there is one. */
    public String reason() {
        return translation.reason();
    }
}
