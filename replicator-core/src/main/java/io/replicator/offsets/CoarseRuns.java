package io.replicator.offsets;

import io.replicator.Require;

/**
 * Chunks of runs that are so old that only their ends are kept.
 *
 * @param chunk the first chunk
 * @param chunks how many
 * @param source the source offset of the first record
 * @param sourceEnd a source offset above all of the records
 * @param target the target offset of the first record
 * @param targetEnd a target offset above all of the records
 * @param records how many there are; at least so many where the source's log was cut within
 */
public record CoarseRuns(int chunk, int chunks, long source, long sourceEnd, long target, long targetEnd, long records)
        implements Stretch {
    public CoarseRuns {
        Require.that(chunk >= 0 && chunks >= 1 && chunk + chunks > 0, "coarse chunks", chunk, "must be some");
        boolean isSound = source >= 0
                && target >= 0
                && records >= 1
                && records <= sourceEnd - source
                && records <= targetEnd - target;
        Require.that(isSound, "coarse chunk " + chunk, records, "must be the records of a range on both sides");
    }

    /** What tells it from others of the partition. */
    public record Key(int chunk, int chunks) {
        /** The first chunk behind. */
        int end() {
            return chunk + chunks;
        }
    }

    Key key() {
        return new Key(chunk, chunks);
    }

    @Override
    public Translation toTarget(long sourceOffset) {
        return translate(sourceOffset, source, sourceEnd, target, targetEnd);
    }

    @Override
    public Translation toSource(long targetOffset) {
        return translate(targetOffset, target, targetEnd, source, sourceEnd);
    }

    /**
     * The first record stands where the range begins, on both sides. Of the others it is known how many there are, and that
     * no two stand at one offset: so many of them at least are before the position, and so many at least are not.
     */
    private Translation translate(long offset, long from, long fromEnd, long to, long toEnd) {
        if (offset <= from) {
            return new Translation.Exact(to);
        }
        long leastBefore = Math.max(1, records - (fromEnd - offset));
        long leastBehind = Math.max(0, records - (offset - from));
        long lowest = to + leastBefore;
        long highest = toEnd - leastBehind;
        return leastBehind > 0 && lowest == highest
                ? new Translation.Exact(lowest)
                : new Translation.Coarse(lowest, Math.min(offset - from - 1, highest - lowest));
    }
}
