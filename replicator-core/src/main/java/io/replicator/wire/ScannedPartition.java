package io.replicator.wire;

import org.apache.kafka.common.Uuid;

/** One target partition that is read, as a {@link TargetScan} needs to know it. */
public interface ScannedPartition {
    /** The topic on the target, as the view of the cluster knows it. */
    TopicView topic();

    /** The id of the topic that is meant, zero where the cluster has none. */
    Uuid targetTopicId();

    /** The partition's number. */
    int partition();

    /** The target offset to read next. */
    long scanOffset();
}
