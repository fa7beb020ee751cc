package io.replicator.flow;

/** A bug that is planted in a turned control plane, which the checks of whoever turns it must see. */
public enum PlantedMistake {
    NONE,

    /** The keeper of the groups' positions goes on after its term. */
    GROUPS_ARE_KEPT,

    /** A hand-over of shard 0 does not wait until the positions that are being written are written. */
    GROUPS_ARE_NOT_WAITED_FOR,

    /** Of the tasks that are due only the first gets its turn. */
    TASKS_STARVE
}
