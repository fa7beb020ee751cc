package io.replicator.wire;

import org.apache.kafka.common.Uuid;

/** One target partition that is read, as a {@link TargetScan} needs to know it. */
public interface ScannedPartition {
    /** The topic on the target, in the view of the cluster. */
    TopicView topic();

    /** The id that the topic should have, zero where the cluster has none. */
    Uuid targetTopicId();

    /** The partition's number. */
    int partition();

    /** The target offset to read next. */
    long scanOffset();
}
