package io.replicator.flow;

/** What a flow as a whole is doing. */
public enum FlowState {
    /** Connecting, discovering topics, reading saved progress. The reason says what it waits for. */
    STARTING,
    /** Copying; single partitions may be in other states. */
    RUNNING,
    /** Refused, such as the same cluster at both ends, or broken off by a bug; the reason says what to change. */
    FAILED,
    /** Stopped cleanly. */
    STOPPED
}
