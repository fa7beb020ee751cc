package io.replicator.positions;

/**
 * What a migration may do that it otherwise refuses.
 *
 * @param acceptInexact whether positions are written that are only known coarsely, or lie below where copying began
 * @param leaveOut whether positions are left behind in topics that the flow does not copy
 * @param force whether a position on the target is overwritten that is further on
 */
public record MigrationOptions(boolean acceptInexact, boolean leaveOut, boolean force) {
    /** Everything exact, everything moved, nobody's position overwritten. */
    public static final MigrationOptions STRICT = new MigrationOptions(false, false, false);
}
