package io.replicator.offsets;

import io.replicator.Require;

/**
 * A piece of a partition's closed runs, the unit in which they are saved: an update then costs what changed, not what
 * there is.
 *
 * @param index its number; it holds the closed runs from {@code index * RUNS} on
 * @param runs at least one, at most {@link #RUNS}
 */
public record RunChunk(int index, Runs runs) {
    /** Runs of a full chunk. */
    public static final int RUNS = 64;

    public RunChunk {
        Require.that(index >= 0, "chunk", index, "must not be negative");
        Require.that(runs.count() >= 1 && runs.count() <= RUNS, "chunk " + index, runs.count(), "must be 1 to " + RUNS);
    }

    /** How many chunks hold that many closed runs. */
    static int chunksOf(int closedRuns) {
        return (closedRuns + RUNS - 1) / RUNS;
    }
}
