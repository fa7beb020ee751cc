package io.replicator.partition;

/** What a partition is doing. Each state but RUNNING comes with a reason and with what would resume it. */
public enum PartitionState {
    /** Its start, or its position on the target, is not known yet. */
    STARTING,
    /** Records flow, or would if there were any. */
    RUNNING,
    /** Something outside must happen first; the partition is retried automatically. */
    WAITING,
    /** It cannot go on until an operator acts; it is retried automatically where that can help. */
    FAILED
}
