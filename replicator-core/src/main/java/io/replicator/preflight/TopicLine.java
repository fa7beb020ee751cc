package io.replicator.preflight;

/**
 * One topic that would be copied.
 *
 * @param topic the source's name
 * @param targetTopic its name on the target
 * @param partitions the source's
 * @param targetPartitions those that exist; 0 when the topic will be created
 * @param records between the source's first and last stable offset; holes count, partitions without a leader do not
 * @param note what will be done to the target, for a person; empty when nothing
 */
public record TopicLine(
        String topic, String targetTopic, int partitions, int targetPartitions, long records, String note) {}
