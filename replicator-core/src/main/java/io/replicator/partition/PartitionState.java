package io.replicator.partition;

/** What a partition is doing. Each but RUNNING comes with a reason and with what would resume it. */
public enum PartitionState {
    /** Known, but its start or its place on the target is still being found. */
    STARTING,
    /** Records flow, or would if there were any. */
    RUNNING,
    /** Held by an operator. */
    PAUSED,
    /** Something outside must happen first; it is tried again by itself. */
    WAITING,
    /** It cannot go on as things are; it is tried again by itself where that can help. */
    FAILED
}
