package io.replicator.simulation;

/** A bug that is planted in the simulated world: what the engine stands on does not hold, and the checks must see it. */
enum Sabotage {
    NONE,

    /** The fence does not stand: markers are there, but brokers take an older owner's batches all the same. */
    FENCE_IS_SKIPPED,

    /** Recovery is off by one: what a successor reads of the target begins behind the first record that was written. */
    SCAN_BEGINS_ONE_LATE,

    /** Progress is saved before the acknowledgement. */
    SAVES_TOO_EARLY,

    /** A batch that is sent again, or out of order, is written. */
    SEQUENCES_ARE_IGNORED,

    /** A new leader lacks what was acknowledged. */
    ACKNOWLEDGED_IS_LOST,

    /** A transaction is aborted although its coordinator says that it is committed. */
    COMMITS_ARE_LOST,

    /** The control plane does not tell the lane to forget a shard that it has let go. */
    RELEASED_SHARD_IS_KEPT,

    /** The control plane plans with what it once saw of the source's topics. */
    PLANS_ARE_STALE,

    /** The instance that let shard 0 go keeps the groups' positions all the same, beside the one that has it now. */
    GROUPS_ARE_KEPT
}
