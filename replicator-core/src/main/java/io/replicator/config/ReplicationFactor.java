package io.replicator.config;

import io.replicator.Require;

/** The replication factor of a topic that is created on the target. */
public sealed interface ReplicationFactor {
    /** The source topic's, lowered to the number of brokers the target has. */
    record AsSource() implements ReplicationFactor {}

    /** The target broker's {@code default.replication.factor}. */
    record BrokerDefault() implements ReplicationFactor {}

    /**
     * A fixed number.
     *
     * @param replicas at least 1
     */
    record Fixed(short replicas) implements ReplicationFactor {
        public Fixed {
            Require.that(replicas >= 1, "topics.create.replication-factor", replicas, "must be at least 1");
        }
    }
}
