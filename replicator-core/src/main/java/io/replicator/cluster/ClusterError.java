package io.replicator.cluster;

/** Which of Kafka's errors a cluster answered, as far as callers decide by it. */
public enum ClusterError {
    /** Any other error, or no answer at all. */
    OTHER,
    /** There is no such topic or partition, or this user may not know that there is one. */
    UNKNOWN_TOPIC,
    /** The topic exists already. */
    TOPIC_EXISTS,
    /** Kafka does not allow this name. */
    INVALID_TOPIC,
    /** More replicas were asked for than there are brokers. */
    INVALID_REPLICATION_FACTOR,
    /** A setting of the topic was refused. */
    INVALID_SETTING,
    /** The brokers are too old for the request. */
    NOT_SUPPORTED,
    /** A record is larger than the topic takes. */
    RECORD_TOO_LARGE,
    /** There is no such consumer group. */
    UNKNOWN_GROUP,
    /** The consumer group has members, or is getting some. */
    GROUP_IN_USE,
    /** This user may not use the consumer group. */
    GROUP_DENIED,
    /** Another member with the same instance name took this one's place. */
    INSTANCE_FENCED,
    /** A member with the same instance name is in the group (KIP-848). */
    INSTANCE_IN_USE,
    /** The brokers do not allow this session timeout. */
    INVALID_SESSION_TIMEOUT
}
