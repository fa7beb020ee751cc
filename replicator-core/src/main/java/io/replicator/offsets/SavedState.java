package io.replicator.offsets;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Everything a flow's offset log holds.
 *
 * @param partitions the progress by source partition
 * @param groups the owners by partition group
 * @param foreignRecords how many records nobody could make sense of
 */
public record SavedState(
        Map<TopicPartition, SavedProgress> partitions, Map<Integer, GroupOwner> groups, long foreignRecords) {
    public SavedState {
        partitions = Map.copyOf(partitions);
        groups = Map.copyOf(groups);
    }
}
