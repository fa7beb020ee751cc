package io.replicator.offsets;

/**
 * A part of a partition's map that has a record of the copy at its beginning on both sides; where within it the others
 * stand, it knows. Unchangeable.
 */
sealed interface Stretch permits PackedRuns, CoarseRuns {
    /** The source offset of its first record. */
    long source();

    /** A source offset above all of its records. */
    long sourceEnd();

    /** The target offset of its first record. */
    long target();

    /** A target offset above all of its records. */
    long targetEnd();

    long records();

    /** Where a source offset of this stretch stands on the target. */
    Translation toTarget(long sourceOffset);

    /** Where a target offset of this stretch stands on the source. */
    Translation toSource(long targetOffset);

    default boolean isBefore(Stretch next) {
        return sourceEnd() <= next.source() && targetEnd() <= next.target();
    }
}
