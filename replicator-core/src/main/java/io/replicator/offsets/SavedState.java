package io.replicator.offsets;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Everything a flow's offset log holds.
 *
 * @param partitions the progress by source partition
 * @param shards the owners by shard
 * @param ends between which clusters the flow copies, if that is on record
 * @param foreignRecords how many records are not of the offset log's format
 */
public record SavedState(
        Map<TopicPartition, SavedProgress> partitions,
        Map<Integer, ShardOwner> shards,
        Optional<FlowEnds> ends,
        long foreignRecords) {
    public SavedState {
        partitions = Map.copyOf(partitions);
        shards = Map.copyOf(shards);
    }
}
