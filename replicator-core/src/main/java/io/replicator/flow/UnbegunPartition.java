package io.replicator.flow;

import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that is to be copied and cannot begin yet.
 *
 * @param source on the source
 * @param targetTopic its topic on the target
 * @param health why not, and what would let it begin
 */
record UnbegunPartition(TopicPartition source, String targetTopic, Health health) {
    /** One of which a cluster does not say where it begins or ends. */
    static UnbegunPartition silent(TopicPartition source, String targetTopic, String reason) {
        return new UnbegunPartition(
                source,
                targetTopic,
                new Health(PartitionState.WAITING, reason, "the cluster says where the partition begins and ends"));
    }
}
