package io.replicator.offsets;

/**
 * Where positions of one partition stand on the other side, by what was saved of it: the same answer for whoever asks,
 * beside the running copy or within it, at most as old as the last save. Unchangeable.
 *
 * <p>A position is the offset of the next record to be read. It translates to where the first copied record at or after it
 * stands; where there is none yet, to the end of the copy as it was. Both ways follow the same rule.
 *
 * <pre>
 *   source   0 1 2 3 4 | 5 (marker) | 6 7 8 9 | 10 11 (compacted away) | 12 13     position 14
 *   target   0 1 2 3 4 | 5 6 (another writer) | 7 8 9 10                 11 12     known up to 13
 *   forth    5 to 7, 10 to 11, 14 to 13, 15 is not yet copied
 *   back     5 to 6, 6 to 6, 13 to 14
 * </pre>
 */
public final class Translator {
    private final SavedProgress saved;

    /** Ascending on both sides. */
    private final Stretch[] stretches;

    Translator(SavedProgress saved) {
        this.saved = saved;
        this.stretches = saved.map().stretches();
    }

    /** Which partition, and where its copy lies. */
    public PartitionPair pair() {
        return saved.pair();
    }

    /** The source offset that the copy has come to. */
    public long position() {
        return saved.position();
    }

    /** The first source offset of which the records were copied. */
    public long start() {
        return saved.start();
    }

    /**
     * The latest runs.
     *
     * @param most so many, and those of their chunk
     */
    public Runs lastRuns(int most) {
        return saved.map().lastRuns(most);
    }

    /** The target offset up to which all of the copy is known; -1 when nothing is known of the target. */
    public long targetFloor() {
        return Math.max(saved.targetEnd(), saved.targetStart());
    }

    /**
     * Where a reader of the source continues when it reads the target instead.
     *
     * @param sourceOffset of the next record it would read
     * @throws IllegalArgumentException when it is negative
     */
    public Translation toTarget(long sourceOffset) {
        requireOffset(sourceOffset);
        if (sourceOffset > saved.position()) {
            return new Translation.NotYet(saved.position(), sourceOffset - saved.position());
        }
        if (sourceOffset < saved.start()) {
            return belowStart();
        }
        return atOrAfter(sourceOffset);
    }

    private Translation belowStart() {
        if (saved.source().logStart() >= saved.start()) {
            return atOrAfter(saved.start());
        }
        if (!saved.damage().isEmpty()) {
            return damaged();
        }
        return atOrAfter(saved.start()) instanceof Translation.Exact exact
                ? new Translation.NotCopied(saved.start(), exact.offset())
                : targetIsUnknown();
    }

    private Translation atOrAfter(long sourceOffset) {
        int last = lastAtOrBelow(true, sourceOffset);
        if (last >= 0 && sourceOffset < stretches[last].sourceEnd()) {
            return stretches[last].toTarget(sourceOffset);
        }
        if (last + 1 < stretches.length) {
            return new Translation.Exact(stretches[last + 1].target());
        }
        return targetFloor() < 0 ? targetIsUnknown() : new Translation.Exact(targetFloor());
    }

    /**
     * Where a reader of the target continues when it reads the source instead.
     *
     * @param targetOffset of the next record it would read
     * @throws IllegalArgumentException when it is negative
     */
    public Translation toSource(long targetOffset) {
        requireOffset(targetOffset);
        int last = lastAtOrBelow(false, targetOffset);
        if (last >= 0 && targetOffset < stretches[last].targetEnd()) {
            return stretches[last].toSource(targetOffset);
        }
        if (last < 0 && !saved.damage().isEmpty()) {
            return damaged();
        }
        if (last + 1 < stretches.length) {
            return new Translation.Exact(stretches[last + 1].source());
        }
        if (targetFloor() < 0) {
            return targetIsUnknown();
        }
        return targetOffset > targetFloor()
                ? new Translation.NotYet(targetFloor(), targetOffset - targetFloor())
                : new Translation.Exact(saved.position());
    }

    /** The last part that begins at or below an offset, -1 when all begin above. */
    private int lastAtOrBelow(boolean isOfSource, long offset) {
        int low = 0;
        int high = stretches.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            Stretch stretch = stretches[middle];
            if ((isOfSource ? stretch.source() : stretch.target()) <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    private static void requireOffset(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + " is negative");
        }
    }

    private Translation damaged() {
        return new Translation.Unknown("where " + saved.pair().source() + " below offset " + saved.start()
                + " stands on the other side is not known: " + saved.damage()
                + "; positions from there on translate, set an earlier one by timestamp");
    }

    private Translation targetIsUnknown() {
        return new Translation.Unknown(
                "nothing of " + saved.pair().source() + " was copied yet, and it is not known where "
                        + saved.pair().target() + " ended when copying began; ask again when a record was copied");
    }
}
