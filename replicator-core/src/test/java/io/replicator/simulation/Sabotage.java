package io.replicator.simulation;

import io.replicator.flow.PlantedMistake;

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
    GROUPS_ARE_KEPT(PlantedMistake.GROUPS_ARE_KEPT),

    /** Shard 0 is handed over while positions of groups are being written: the next owner begins before they are. */
    GROUPS_ARE_NOT_WAITED_FOR(PlantedMistake.GROUPS_ARE_NOT_WAITED_FOR),

    /** Positions of groups are translated to one behind the right one. */
    GROUPS_ARE_ONE_AHEAD,

    /** Of the control plane's tasks that are due only the first gets its turn. */
    TASKS_STARVE(PlantedMistake.TASKS_STARVE);

    /** What is planted in the control plane itself. */
    final PlantedMistake mistake;

    Sabotage() {
        this(PlantedMistake.NONE);
    }

    Sabotage(PlantedMistake mistake) {
        this.mistake = mistake;
    }
}
