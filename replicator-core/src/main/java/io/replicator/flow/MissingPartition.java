package io.replicator.flow;

import io.replicator.topics.CopiedTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that is to be copied by this instance and is not yet.
 *
 * @param source on the source
 * @param topic as the plan has it
 * @param shard that it belongs to
 * @param term of the shard in which it was found missing; it is not wanted in another one
 */
record MissingPartition(TopicPartition source, CopiedTopic topic, int shard, long term) {
    /** Its place on the target. */
    TopicPartition target() {
        return new TopicPartition(topic.targetName(), source.partition());
    }
}
