package io.replicator.config;

/** How often a record may reach the target. */
public enum Delivery {
    /** Idempotent writes under the identity of a partition group. */
    EXACTLY_ONCE,
    /** Idempotent writes under an anonymous producer id: for targets that grant no TransactionalId rights. */
    AT_LEAST_ONCE
}
