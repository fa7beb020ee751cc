package io.replicator.config;

/** How the instances of a flow share its shards: by which of Kafka's two group protocols. */
public enum OwnershipProtocol {
    /** The newer one where the target's brokers offer it and it takes over from a dead instance as soon; else the classic one. */
    AUTO,
    /** The protocol that every broker speaks: this side says after what silence an instance counts as dead. */
    CLASSIC,
    /** KIP-848's: the brokers' settings say after what silence an instance counts as dead. */
    CONSUMER
}
