package io.replicator.config;

/** How often a record may reach the target, and when readers there see it. */
public enum Delivery {
    /** Idempotent writes under the identity of a shard: every reader sees each record once, at once. */
    EXACTLY_ONCE(true),
    /**
     * The same in transactions, one after the other for each shard: {@code read_committed} readers see all of a
     * transaction or nothing of it.
     */
    TRANSACTIONAL(true),
    /** Idempotent writes under an anonymous producer id: for targets that grant no TransactionalId rights. */
    AT_LEAST_ONCE(false);

    private final boolean isFenced;

    Delivery(boolean isFenced) {
        this.isFenced = isFenced;
    }

    /**
     * Whether each shard is written under a transactional id, whose new owner keeps the earlier ones from writing
     * and finds out what they wrote.
     */
    public boolean isFenced() {
        return isFenced;
    }
}
