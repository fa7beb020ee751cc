package io.replicator.partition;

/** What is done about a {@link Fault}. */
public enum Remedy {
    /** The same request is sent again after a backoff; the partition keeps its state. */
    RETRY,
    /** The partition releases its buffers and restarts from its position after a backoff, which grows. */
    RESTART_PARTITION,
    /** As {@link #RESTART_PARTITION}, but an operator has to change something first: shown as FAILED. */
    STOP_PARTITION,
    /** The shard takes a new producer epoch; its partitions then restart from their positions. */
    RENEW_IDENTITY,
    /** The shard's open transaction is aborted; its partitions restart from their positions. */
    ABORT_TRANSACTION,
    /** Another owner has taken the shard: this instance stops writing it at once. */
    GIVE_UP_SHARD
}
