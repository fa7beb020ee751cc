package io.replicator.positions;

/** How one group's position in one partition on the target compares with that on the source. */
public enum PositionState {
    /** It is the exact translation. */
    SYNCED,
    /** It lies before or after the exact translation, by a known bound; see the reason. */
    INEXACT,
    /** The copy has not reached the group's position. */
    NOT_YET,
    /** The group has members on the target, or was set back there: they own its position there. */
    IN_USE,
    /** A consumer on the target committed a position that is further on: it is kept. */
    AHEAD,
    /** The flow does not copy the partition. */
    NOT_REPLICATED,
    /** A kind of group that has no positions to move. */
    UNSUPPORTED,
    /** The position is not known, or it cannot be written; see the reason. */
    FAILED
}
