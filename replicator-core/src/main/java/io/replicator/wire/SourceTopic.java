package io.replicator.wire;

import org.apache.kafka.common.Uuid;

/** One topic as its cluster last described it. Belongs to the thread of the link or view that it came from. */
public interface SourceTopic {
    String name();

    /** The topic's id, zero where the cluster has none or the topic is not known. */
    Uuid id();

    TopicError error();

    /** The node that leads a partition, -1 when none is known. */
    int leader(int partition);

    /** The leader's epoch (KIP-320), -1 when none is known. */
    int leaderEpoch(int partition);

    /** How many partitions the topic has, 0 when it is not known. */
    int partitions();
}
