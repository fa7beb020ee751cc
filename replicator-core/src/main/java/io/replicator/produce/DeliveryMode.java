package io.replicator.produce;

/** How a shard is written, which decides what is done about a batch of unknown fate. */
enum DeliveryMode {
    /** At least once: the producer id is nobody's in particular, and no earlier owner is fenced. */
    ANONYMOUS,
    /** Exactly once: earlier owners are fenced, and what they wrote is read from the target. */
    FENCED,
    /** Exactly once, in transactions. */
    TRANSACTIONAL;

    /** Whether earlier owners of the shard are fenced before its partitions are written. */
    boolean isFenced() {
        return this != ANONYMOUS;
    }

    /** Whether batches become visible by a commit. */
    boolean isTransactional() {
        return this == TRANSACTIONAL;
    }

    /** Whether one partition's batch of unknown fate is looked up on the target. */
    boolean readsDoubtful() {
        return this == FENCED;
    }
}
