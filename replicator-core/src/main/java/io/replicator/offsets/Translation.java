package io.replicator.offsets;

/** Where a source offset stands on the target: the answer of {@link OffsetMap#translate}. */
public sealed interface Translation {
    /**
     * A reader that continues at this target offset reads exactly what a reader at the source offset would: nothing is
     * left out, nothing comes twice.
     *
     * @param targetOffset of the first copied record at or after the source offset, or the target's end where none is
     */
    record Exact(long targetOffset) implements Translation {}

    /**
     * The source offset lies below the first one the map knows of: those records were not copied, or their runs are no
     * longer known.
     *
     * @param start the first source offset that the map knows of
     * @param targetOffset of the first copied record at or after {@code start}, -1 while there is none
     */
    record BelowCopied(long start, long targetOffset) implements Translation {}

    /**
     * The target does not hold it yet.
     *
     * @param position how far the source has been copied
     */
    record NotYet(long position) implements Translation {}
}
