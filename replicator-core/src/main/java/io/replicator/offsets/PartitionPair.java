package io.replicator.offsets;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A source partition and where its copy lies. A topic that is deleted and recreated has another id: it is another
 * partition, and nothing that is known of the former one holds for it.
 *
 * @param source the source partition
 * @param sourceTopicId of this incarnation of the topic, {@link Uuid#ZERO_UUID} where the cluster has no ids
 * @param targetTopic the topic's name on the target; the partition's number is the same
 * @param targetTopicId of this incarnation of the topic, {@link Uuid#ZERO_UUID} where the cluster has no ids
 */
public record PartitionPair(TopicPartition source, Uuid sourceTopicId, String targetTopic, Uuid targetTopicId) {
    /** The partition that holds the copy. */
    public TopicPartition target() {
        return new TopicPartition(targetTopic, source.partition());
    }
}
