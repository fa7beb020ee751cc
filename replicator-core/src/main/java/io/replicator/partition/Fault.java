package io.replicator.partition;

/** Everything that can go wrong around a partition, each with its remedy. All errors of brokers become one of these. */
public enum Fault {
    SOURCE_UNREACHABLE(Remedy.RETRY),
    TARGET_UNREACHABLE(Remedy.RETRY),
    SOURCE_LEADER_MOVED(Remedy.RETRY),
    TARGET_LEADER_MOVED(Remedy.RETRY),
    SOURCE_BROKER_ERROR(Remedy.RETRY),
    TARGET_BROKER_ERROR(Remedy.RETRY),
    TARGET_TIMED_OUT(Remedy.RETRY),
    /** Nothing was written. */
    TARGET_LACKS_REPLICAS(Remedy.RESTART_PARTITION),
    /** The leader has the records, too few replicas have. */
    TARGET_LOST_REPLICAS(Remedy.RETRY),
    TARGET_STORAGE_ERROR(Remedy.RETRY),
    SOURCE_TOPIC_MISSING(Remedy.RESTART_PARTITION),
    TARGET_TOPIC_MISSING(Remedy.RESTART_PARTITION),
    SOURCE_NOT_AUTHORIZED(Remedy.STOP_PARTITION),
    TARGET_NOT_AUTHORIZED(Remedy.STOP_PARTITION),
    SOURCE_BATCH_CORRUPT(Remedy.STOP_PARTITION),
    SOURCE_OFFSET_OUT_OF_RANGE(Remedy.RESTART_PARTITION),
    SOURCE_TRUNCATED(Remedy.RESTART_PARTITION),
    TARGET_BATCH_CORRUPT(Remedy.RESTART_PARTITION),
    TARGET_TRUNCATED(Remedy.STOP_PARTITION),
    /** It grants no producer ids, or has no transactions, as some services that speak Kafka's protocol. */
    TARGET_LACKS_TRANSACTIONS(Remedy.STOP_PARTITION),
    RECORD_TOO_LARGE(Remedy.STOP_PARTITION),
    RECORD_REFUSED(Remedy.STOP_PARTITION),
    SEQUENCE_LOST(Remedy.RENEW_IDENTITY),
    /** Nothing was written: the coordinator knows another state of the transaction than the producer does. */
    TRANSACTION_LOST(Remedy.ABORT_TRANSACTION),
    FENCED(Remedy.GIVE_UP_SHARD),
    MEMORY_TOO_SMALL(Remedy.STOP_PARTITION),
    UNEXPECTED(Remedy.STOP_PARTITION);

    private final Remedy remedy;

    Fault(Remedy remedy) {
        this.remedy = remedy;
    }

    public Remedy remedy() {
        return remedy;
    }
}
