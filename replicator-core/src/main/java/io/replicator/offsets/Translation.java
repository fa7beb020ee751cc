package io.replicator.offsets;

/**
 * Where a position on one side of a copy stands on the other: the answer of {@link Translator}. A position is the offset of
 * the next record to be read. Every position gets one of these.
 */
public sealed interface Translation {
    /** The offset to continue at on the other side, -1 where there is none. */
    long offset();

    /** Why it is not exact, for a person; empty when it is. */
    String reason();

    /**
     * A reader that continues at this offset reads exactly what it would have read where it comes from: nothing is left
     * out, nothing comes twice.
     *
     * @param offset of the first copied record at or after the position; where there is none yet, the end of the copy as
     *     it was when it had passed the position
     */
    record Exact(long offset) implements Translation {
        @Override
        public String reason() {
            return "";
        }
    }

    /**
     * The position lies among runs that are so old that they were coarsened ({@code offset-map.max-runs}). A reader that
     * continues at this offset leaves nothing out.
     *
     * @param offset at or before the exact one
     * @param mostRepeated records that the reader may have read before, at most
     */
    record Coarse(long offset, long mostRepeated) implements Translation {
        @Override
        public String reason() {
            return "so long ago that it is not remembered exactly (offset-map.max-runs): up to " + mostRepeated
                    + " records come twice, none is left out";
        }
    }

    /**
     * The position lies below where copying began, and the source still had records between the two: they are not on the
     * other side.
     *
     * @param start the first position of which the records were copied
     * @param offset where {@code start} stands on the other side
     */
    record NotCopied(long start, long offset) implements Translation {
        @Override
        public String reason() {
            return "copying began at offset " + start + ": the records before it were not copied";
        }
    }

    /**
     * The copy has not come so far.
     *
     * @param position how far it has
     * @param distance in offsets, from there to the position that was asked for
     */
    record NotYet(long position, long distance) implements Translation {
        @Override
        public long offset() {
            return -1;
        }

        @Override
        public String reason() {
            return "the copy has only come to offset " + position + ", " + distance + " before it";
        }
    }

    /**
     * Nobody can tell: what was saved is damaged, or was never known.
     *
     * @param reason for a person, with what to do
     */
    record Unknown(String reason) implements Translation {
        @Override
        public long offset() {
            return -1;
        }
    }
}
