package io.replicator.flow;

import io.replicator.offsets.SavedProgress;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * A missing partition that has no progress to continue from.
 *
 * @param partition which one
 * @param former the progress of a former topic of the same name, behind which it begins
 */
record BlankPartition(MissingPartition partition, Optional<SavedProgress> former) {
    TopicPartition source() {
        return partition.source();
    }

    TopicPartition target() {
        return partition.target();
    }
}
