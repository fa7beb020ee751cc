package io.replicator.offsets;

import java.util.Arrays;

/**
 * Runs as they once were: unchangeable, so that they can be handed from thread to thread. A run is a maximal range of
 * source offsets that stand at consecutive target offsets.
 */
public final class Runs {
    private static final Runs NONE = new Runs(new long[0]);

    /** Source start, target start and length of each run, one after the other; they do not change any more. */
    private final long[] triples;

    private Runs(long[] triples) {
        this.triples = triples;
    }

    /** No run at all. */
    public static Runs none() {
        return NONE;
    }

    /**
     * Takes copies of runs.
     *
     * @param triples source start, target start and length of each run, one after the other
     */
    public static Runs of(long... triples) {
        if (triples.length % 3 != 0) {
            throw new IllegalArgumentException("a run takes three numbers, got " + triples.length + " in all");
        }
        return triples.length == 0 ? NONE : new Runs(triples.clone());
    }

    /** Some of these runs. */
    Runs of(int from, int to) {
        return from == to ? NONE : new Runs(Arrays.copyOfRange(triples, 3 * from, 3 * to));
    }

    public int count() {
        return triples.length / 3;
    }

    /** The source offset of the run's first record. */
    public long source(int run) {
        return triples[3 * run];
    }

    /** The target offset of the run's first record. */
    public long target(int run) {
        return triples[3 * run + 1];
    }

    /** How many records the run has. */
    public long length(int run) {
        return triples[3 * run + 2];
    }

    /** The records of all runs. */
    public long records() {
        long records = 0;
        for (int run = 0; run < count(); run++) {
            records += length(run);
        }
        return records;
    }

    /** Whether source and target only ever go up, from run to run, and every run has a record. */
    boolean isAscending() {
        for (int run = 0; run < count(); run++) {
            boolean isPossible = length(run) >= 1
                    && source(run) >= 0
                    && target(run) >= 0
                    && length(run) <= Long.MAX_VALUE - Math.max(source(run), target(run));
            if (!isPossible) {
                return false;
            }
            if (run > 0 && (source(run) < sourceEnd(run - 1) || target(run) < targetEnd(run - 1))) {
                return false;
            }
        }
        return true;
    }

    public long sourceEnd(int run) {
        return source(run) + length(run);
    }

    public long targetEnd(int run) {
        return target(run) + length(run);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Runs runs && Arrays.equals(triples, runs.triples);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(triples);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int run = 0; run < count(); run++) {
            text.append(run == 0 ? "" : ", ").append(source(run)).append("->").append(target(run));
            text.append('x').append(length(run));
        }
        return text.append(']').toString();
    }
}
