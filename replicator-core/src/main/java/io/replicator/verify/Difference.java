package io.replicator.verify;

/**
 * One place where source and target differ.
 *
 * @param topic the source topic
 * @param partition its number, the same on the target
 * @param sourceOffset of the source's record, -1 where there is none
 * @param targetTopic the topic's name on the target
 * @param targetOffset of the target's record, or where it should be; -1 where that is not known
 * @param what is different, for a person; never the records' contents
 */
public record Difference(
        String topic, int partition, long sourceOffset, String targetTopic, long targetOffset, String what) {}
