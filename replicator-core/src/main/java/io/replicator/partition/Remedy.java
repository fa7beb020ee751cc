package io.replicator.partition;

/** What is done about a {@link Fault}. */
public enum Remedy {
    /** The same request again after a backoff; the partition stays as it is. */
    RETRY,
    /** The partition gives its buffers back and goes on from its position after a backoff, which grows. */
    RESTART_PARTITION,
    /** As {@link #RESTART_PARTITION}, but an operator has to change something first: shown as FAILED. */
    STOP_PARTITION,
    /** The shard takes a new producer epoch; its partitions then go on from their positions. */
    RENEW_IDENTITY,
    /** The shard's open transaction is aborted; its partitions go on from their positions. */
    ABORT_TRANSACTION,
    /** Another owner has taken the shard: let go of it at once. */
    GIVE_UP_SHARD
}
