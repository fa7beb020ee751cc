package io.replicator.topics;

import org.apache.kafka.common.Uuid;

/**
 * A source topic that can be copied now. A topic that was deleted and recreated has another id.
 *
 * @param name the source's name
 * @param sourceId {@link Uuid#ZERO_UUID} where the brokers know no topic ids
 * @param targetId likewise
 * @param targetName its name on the target
 * @param partitions partitions 0 to this exist on both sides; fewer than the source's only while growth is refused
 * @param targetMaxMessageBytes the largest batch the target takes; Kafka's default where the right to ask is missing
 * @param targetIsLogAppendTime whether the target replaces the records' timestamps
 * @param targetIsCompacted whether the target refuses records without a key
 */
public record CopiedTopic(
        String name,
        Uuid sourceId,
        Uuid targetId,
        String targetName,
        int partitions,
        int targetMaxMessageBytes,
        boolean targetIsLogAppendTime,
        boolean targetIsCompacted) {}
