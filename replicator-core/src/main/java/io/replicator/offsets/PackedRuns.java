package io.replicator.offsets;

import java.util.Arrays;

/**
 * A chunk of runs as it is kept while nobody copies: a few bytes for each run, the distances from one to the next. Most
 * positions are asked for once in a while; reading a chunk from its beginning is quick enough for that.
 */
final class PackedRuns implements Stretch {
    private static final int MAX_BYTES_OF_A_RUN = 30;
    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private final int count;
    private final long source;
    private final long target;
    private final long sourceEnd;
    private final long targetEnd;
    private final long records;

    /** For each run: how far behind the end of the one before it begins, on the source and on the target; its length. */
    private final byte[] packed;

    /**
     * @param runs ascending, at least one
     */
    PackedRuns(Runs runs) {
        if (runs.count() == 0) {
            throw new IllegalArgumentException("there is no run");
        }
        this.count = runs.count();
        this.source = runs.source(0);
        this.target = runs.target(0);
        this.sourceEnd = runs.sourceEnd(count - 1);
        this.targetEnd = runs.targetEnd(count - 1);
        this.records = runs.records();
        byte[] room = new byte[MAX_BYTES_OF_A_RUN * count];
        int at = 0;
        for (int run = 0; run < count; run++) {
            at = put(room, at, run == 0 ? 0 : runs.source(run) - runs.sourceEnd(run - 1));
            at = put(room, at, run == 0 ? 0 : runs.target(run) - runs.targetEnd(run - 1));
            at = put(room, at, runs.length(run));
        }
        this.packed = Arrays.copyOf(room, at);
    }

    private static int put(byte[] room, int at, long number) {
        int next = at;
        long rest = number;
        while (rest >= MORE) {
            room[next++] = (byte) (rest | MORE);
            rest >>>= BITS;
        }
        room[next++] = (byte) rest;
        return next;
    }

    /** Goes from run to run. */
    private final class Cursor {
        private int at;
        private long runSource = source;
        private long runTarget = target;
        private long length;

        void next() {
            runSource += length + number();
            runTarget += length + number();
            length = number();
        }

        private long number() {
            long number = 0;
            int shift = 0;
            byte piece = packed[at++];
            while (piece < 0) {
                number |= (long) (piece & (MORE - 1)) << shift;
                shift += BITS;
                piece = packed[at++];
            }
            return number | (long) piece << shift;
        }
    }

    int count() {
        return count;
    }

    @Override
    public long source() {
        return source;
    }

    @Override
    public long sourceEnd() {
        return sourceEnd;
    }

    @Override
    public long target() {
        return target;
    }

    @Override
    public long targetEnd() {
        return targetEnd;
    }

    @Override
    public long records() {
        return records;
    }

    @Override
    public Translation toTarget(long sourceOffset) {
        Cursor cursor = new Cursor();
        do {
            cursor.next();
        } while (cursor.runSource + cursor.length <= sourceOffset);
        return new Translation.Exact(cursor.runTarget + Math.max(0, sourceOffset - cursor.runSource));
    }

    @Override
    public Translation toSource(long targetOffset) {
        Cursor cursor = new Cursor();
        do {
            cursor.next();
        } while (cursor.runTarget + cursor.length <= targetOffset);
        return new Translation.Exact(cursor.runSource + Math.max(0, targetOffset - cursor.runTarget));
    }

    /** The first of these runs, so many. */
    PackedRuns first(int runs) {
        return runs == count ? this : new PackedRuns(Runs.of(triples(runs)));
    }

    /** Source start, target start and length of the first runs, one after the other. */
    long[] triples(int runs) {
        long[] triples = new long[3 * runs];
        Cursor cursor = new Cursor();
        for (int at = 0; at < triples.length; at += 3) {
            cursor.next();
            triples[at] = cursor.runSource;
            triples[at + 1] = cursor.runTarget;
            triples[at + 2] = cursor.length;
        }
        return triples;
    }
}
