package io.replicator.offsets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * A partition's runs, sorted, and merged while they are contiguous on both sides.
 *
 * <pre>
 *   source   0 1 2 3 4 | 5 (marker) | 6 7 8 9 | 10 11 (compacted away) | 12 13    position 14
 *   target   0 1 2 3 4                5 6 7 8                            9 10     targetEnd 11
 *   runs     0->0 x5                  6->5 x4                            12->9 x2
 * </pre>
 *
 * <p>Written by one thread, the lane's producer. Primitive arrays that double: nothing is allocated per record, and next
 * to nothing per run. Source and target offsets of the runs only ever go up, and the position is never below the last
 * run's end.
 */
public final class OffsetMap {
    private static final int FIRST_CAPACITY = 4;

    private long start;

    /** Below it the target holds nothing of the copy but what the runs say; -1 when that is not known. */
    private long targetStart;

    // The runs, index by index; all fields are written by the lane's producer thread.
    private long[] sources;
    private long[] targets;
    private long[] lengths;
    private int runs;
    private long position;
    private long records;

    // What the last snapshot saw.
    private int takenClosedRuns;
    private long takenPosition;
    private long takenRecords;
    private long takenTargetStart;

    /**
     * A map of which nothing is copied yet, of a target of which nothing is known.
     *
     * @param position the source offset of the next record to be acknowledged
     */
    public OffsetMap(long position) {
        this(position, -1);
    }

    /**
     * A map of which nothing is copied yet.
     *
     * @param position the source offset of the next record to be acknowledged
     * @param targetStart where the target's log ended then: what is copied stands at or after it. -1 when not known
     */
    public OffsetMap(long position, long targetStart) {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " is negative");
        }
        this.targetStart = targetStart;
        this.start = position;
        this.position = position;
        this.takenPosition = -1;
        this.sources = new long[FIRST_CAPACITY];
        this.targets = new long[FIRST_CAPACITY];
        this.lengths = new long[FIRST_CAPACITY];
    }

    /** A map that goes on from what was saved; what was found damaged is handed out again by the next snapshot. */
    OffsetMap(SavedProgress saved) {
        this.start = saved.start();
        this.targetStart = saved.targetStart();
        this.runs = saved.runs().count();
        int capacity = Math.max(FIRST_CAPACITY, runs + 1);
        this.sources = new long[capacity];
        this.targets = new long[capacity];
        this.lengths = new long[capacity];
        for (int run = 0; run < runs; run++) {
            sources[run] = saved.runs().source(run);
            targets[run] = saved.runs().target(run);
            lengths[run] = saved.runs().length(run);
        }
        this.position = saved.position();
        this.records = saved.runs().records();
        this.takenClosedRuns = closedRuns();
        this.takenPosition = saved.isWhole() ? position : -1;
        this.takenRecords = records;
        this.takenTargetStart = targetStart;
    }

    /**
     * Takes note of acknowledged records that stand at consecutive offsets on both sides. The position moves behind them;
     * source offsets it jumps over hold nothing that is copied.
     *
     * @param sourceStart the first record's source offset, at or after the position
     * @param targetStart the first record's target offset, at or after the target end
     * @param length how many records, at least one
     */
    public void append(long sourceStart, long targetStart, int length) {
        if (sourceStart < position || targetStart < Math.max(0, targetFloor()) || length < 1) {
            throw new IllegalArgumentException("run " + sourceStart + "->" + targetStart + " x" + length
                    + " does not follow position " + position + ", target offset " + targetFloor());
        }
        int last = runs - 1;
        boolean extendsLast = last >= 0
                && sources[last] + lengths[last] == sourceStart
                && targets[last] + lengths[last] == targetStart;
        if (extendsLast) {
            lengths[last] += length;
        } else {
            addRun(sourceStart, targetStart, length);
        }
        position = sourceStart + length;
        records += length;
    }

    private void addRun(long sourceStart, long targetStart, long length) {
        if (runs == sources.length) {
            sources = Arrays.copyOf(sources, 2 * runs);
            targets = Arrays.copyOf(targets, 2 * runs);
            lengths = Arrays.copyOf(lengths, 2 * runs);
        }
        sources[runs] = sourceStart;
        targets[runs] = targetStart;
        lengths[runs] = length;
        runs++;
    }

    /**
     * Moves the position past source offsets that hold nothing to copy: control batches, aborted records, what
     * compaction removed.
     *
     * @param newPosition at or after the position
     * @throws IllegalArgumentException when it would go back
     */
    public void advance(long newPosition) {
        if (newPosition < position) {
            throw new IllegalArgumentException("position cannot go back from " + position + " to " + newPosition);
        }
        position = newPosition;
    }

    /**
     * Goes back to where the source's log parted from the one that was copied: what was copied from there on is no longer
     * on the source. It stays on the target, where no run covers it any more; what the source has in its place comes
     * behind it, so that a source offset always means the record that the source has now.
     *
     * @param newPosition at or below the position
     * @return how many copied records the source has lost
     */
    public long cutAt(long newPosition) {
        if (newPosition < 0 || newPosition > position) {
            throw new IllegalArgumentException("cannot cut at " + newPosition + ", position is " + position);
        }
        targetIsKnownTo(targetEnd());
        long before = records;
        while (runs > 0 && sources[runs - 1] >= newPosition) {
            runs--;
            records -= lengths[runs];
        }
        if (runs > 0) {
            long beyond = Math.max(0, sources[runs - 1] + lengths[runs - 1] - newPosition);
            lengths[runs - 1] -= beyond;
            records -= beyond;
        }
        start = Math.min(start, newPosition);
        position = newPosition;
        takenClosedRuns = Math.min(takenClosedRuns, closedRuns());
        takenPosition = -1;
        return before - records;
    }

    /** The first source offset this map knows of: where copying began. */
    public long start() {
        return start;
    }

    /** The source offset of the next record to be acknowledged. */
    public long position() {
        return position;
    }

    /** The target offset after the last acknowledged record, -1 when there is none. */
    public long targetEnd() {
        return runs == 0 ? -1 : targets[runs - 1] + lengths[runs - 1];
    }

    /**
     * A target offset below which stands nothing of the copy but what the runs say: where the target's log ended when
     * copying began, or where it was last found to hold no more. -1 when not known.
     */
    public long targetStart() {
        return targetStart;
    }

    /** The lowest target offset at which the next record can stand, -1 when nothing is known of the target. */
    public long targetFloor() {
        return Math.max(targetEnd(), targetStart);
    }

    /** The target was read up to this offset, and all of the copy that was found there is in the runs. */
    public void targetIsKnownTo(long targetOffset) {
        if (targetOffset > targetStart) {
            targetStart = targetOffset;
        }
    }

    /** How many records the runs hold. */
    public long records() {
        return records;
    }

    public int runs() {
        return runs;
    }

    public long runSource(int run) {
        return sources[checked(run)];
    }

    public long runTarget(int run) {
        return targets[checked(run)];
    }

    public long runLength(int run) {
        return lengths[checked(run)];
    }

    private int checked(int run) {
        if (run < 0 || run >= runs) {
            throw new IndexOutOfBoundsException("run " + run + " of " + runs);
        }
        return run;
    }

    /** Where a reader that stands at a source offset has to continue on the target. */
    public Translation translate(long sourceOffset) {
        if (sourceOffset < start) {
            return new Translation.NotCopied(start, runs == 0 ? targetFloor() : targets[0]);
        }
        if (sourceOffset > position) {
            return new Translation.NotYet(position, sourceOffset - position);
        }
        int run = lastRunAtOrBelow(sources, sourceOffset);
        if (run >= 0 && sourceOffset < sources[run] + lengths[run]) {
            return new Translation.Exact(targets[run] + (sourceOffset - sources[run]));
        }
        return new Translation.Exact(run + 1 < runs ? targets[run + 1] : targetFloor());
    }

    /** The source offset of the record that stands at a target offset; empty when no run put one there. */
    public OptionalLong sourceOf(long targetOffset) {
        int run = lastRunAtOrBelow(targets, targetOffset);
        boolean inside = run >= 0 && targetOffset < targets[run] + lengths[run];
        return inside ? OptionalLong.of(sources[run] + (targetOffset - targets[run])) : OptionalLong.empty();
    }

    private int lastRunAtOrBelow(long[] starts, long offset) {
        int found = Arrays.binarySearch(starts, 0, runs, offset);
        return found >= 0 ? found : -found - 2;
    }

    /** Whether anything moved since the last snapshot; true for a map that was never asked. */
    public boolean hasChanges() {
        return position != takenPosition || records != takenRecords || targetStart != takenTargetStart;
    }

    /**
     * A snapshot to be saved. Each call hands out the chunks of closed runs that changed since the one before; what was
     * handed out is the {@link OffsetLog}'s to keep until it is saved.
     */
    public MapChanges takeChanges() {
        int closed = closedRuns();
        List<RunChunk> chunks = new ArrayList<>();
        if (takenClosedRuns < closed) {
            int lastChunk = (closed - 1) / RunChunk.RUNS;
            for (int chunk = takenClosedRuns / RunChunk.RUNS; chunk <= lastChunk; chunk++) {
                int from = chunk * RunChunk.RUNS;
                chunks.add(new RunChunk(chunk, copyOf(from, Math.min(from + RunChunk.RUNS, closed))));
            }
        }
        takenClosedRuns = closed;
        takenPosition = position;
        takenRecords = records;
        takenTargetStart = targetStart;
        return new MapChanges(start, targetStart, position, targetEnd(), records, closed, copyOf(closed, runs), chunks);
    }

    /**
     * Makes the next snapshot hand out everything: for when one was taken and lost on its way to the {@link OffsetLog},
     * with the thread that carried it. Chunks that were never saved would leave a hole in what is loaded later.
     */
    public void handOutAnew() {
        takenClosedRuns = 0;
        takenPosition = -1;
    }

    private int closedRuns() {
        return Math.max(0, runs - 1);
    }

    private Runs copyOf(int from, int to) {
        long[] triples = new long[3 * (to - from)];
        for (int run = from, at = 0; run < to; run++) {
            triples[at++] = sources[run];
            triples[at++] = targets[run];
            triples[at++] = lengths[run];
        }
        return Runs.of(triples);
    }
}
