package io.replicator.verify;

import io.replicator.offsets.Runs;

/** Translates ascending offsets of one side to the other, by walking through the runs. */
final class RunCursor {
    private final Runs runs;
    private final boolean isFromSource;
    private int run;

    private RunCursor(Runs runs, boolean isFromSource) {
        this.runs = runs;
        this.isFromSource = isFromSource;
    }

    static RunCursor fromSource(Runs runs) {
        return new RunCursor(runs, true);
    }

    static RunCursor fromTarget(Runs runs) {
        return new RunCursor(runs, false);
    }

    /** The other side's offset, -1 when no run contains this one. The offsets asked for must not decrease. */
    long translate(long offset) {
        skipBelow(offset);
        boolean isInside = run < runs.count() && start(run) <= offset;
        return isInside ? otherStart(run) + (offset - start(run)) : -1;
    }

    /** The other side's offset of the first record at or after this one, -1 when there is none. */
    long translateUp(long offset) {
        skipBelow(offset);
        return run == runs.count() ? -1 : otherStart(run) + Math.max(0, offset - start(run));
    }

    /** How many records the runs have before this offset. */
    long recordsBelow(long offset) {
        long records = 0;
        for (int i = 0; i < runs.count() && start(i) < offset; i++) {
            records += Math.min(runs.length(i), offset - start(i));
        }
        return records;
    }

    private void skipBelow(long offset) {
        while (run < runs.count() && start(run) + runs.length(run) <= offset) {
            run++;
        }
    }

    private long start(int at) {
        return isFromSource ? runs.source(at) : runs.target(at);
    }

    private long otherStart(int at) {
        return isFromSource ? runs.target(at) : runs.source(at);
    }
}
