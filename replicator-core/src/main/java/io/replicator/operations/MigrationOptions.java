package io.replicator.operations;

/**
 * What a migration may do that it otherwise refuses.
 *
 * @param acceptInexact whether positions are written that are only known coarsely, or lie before the start of the copy
 * @param leaveOut whether positions in topics that the flow does not copy are left out
 * @param force whether a position on the target that is further on is overwritten
 */
public record MigrationOptions(boolean acceptInexact, boolean leaveOut, boolean force) {
    /** Every position is exact, every position is moved, and no position that is further on is overwritten. */
    public static final MigrationOptions STRICT = new MigrationOptions(false, false, false);
}
