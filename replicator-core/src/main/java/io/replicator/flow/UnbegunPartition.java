package io.replicator.flow;

import org.apache.kafka.common.TopicPartition;

/**
 * A partition that is to be copied and cannot begin yet.
 *
 * @param source on the source
 * @param targetTopic its topic on the target
 * @param reason why not, for a person
 */
record UnbegunPartition(TopicPartition source, String targetTopic, String reason) {}
