package io.replicator.positions;

/** What became of one group's position in one partition. */
public enum PositionState {
    /** The target's group stands where the source's does, exactly. */
    SYNCED,
    /** It stands before or after that, and how far is said; see the reason. */
    INEXACT,
    /** The copy has not come as far as the group. */
    NOT_YET,
    /** The group has members on the target, or was set back there: its position there is theirs. */
    IN_USE,
    /** A consumer on the target has committed a position further on: it stays. */
    AHEAD,
    /** The partition is not one that the flow copies. */
    NOT_REPLICATED,
    /** A group of a kind that has no positions to move. */
    UNSUPPORTED,
    /** Nobody can tell what position it is, or it cannot be written; see the reason. */
    FAILED
}
