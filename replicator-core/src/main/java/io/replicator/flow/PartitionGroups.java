package io.replicator.flow;

import org.apache.kafka.common.TopicPartition;

/**
 * Which partition group a partition belongs to. Stable for ever: a group's producer identity wrote the partition, and must
 * go on to. The partitions of one topic go round the groups, so that a single topic keeps all lanes busy.
 */
final class PartitionGroups {
    private static final int SPREAD = 0x9E3779B9;

    private final int count;

    PartitionGroups(int count) {
        this.count = count;
    }

    /** From 0 to below the count. {@link String#hashCode} is specified, so it never changes. */
    int of(TopicPartition partition) {
        int topic = partition.topic().hashCode() * SPREAD;
        return Math.floorMod((topic >>> 16) + partition.partition(), count);
    }
}
