package io.replicator.offsets;

import io.replicator.config.PositionsConfig;
import java.util.ArrayList;
import java.util.List;

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
 *
 * <p>It is bounded. Closed runs are counted in chunks of {@link RunChunk#RUNS}, by numbers that are never used again; when
 * there are too many runs the oldest chunk is made coarse, and what neither side has any more is trimmed:
 *
 * <pre>
 *   chunk    0 1 2     | 3 4 5 6     | 7 8 9 ...     and the last run
 *            trimmed     coarse        exact
 *                        firstChunk    exactChunk
 * </pre>
 */
public final class OffsetMap {
    /** Coarse chunks are as few, so that a map's memory is that of its exact runs. */
    private static final int RUNS_PER_COARSE_CHUNK = 64;

    private static final int MIN_COARSE_CHUNKS = 4;

    // Columns of a run.
    private static final int SOURCE = 0;
    private static final int TARGET = 1;
    private static final int LENGTH = 2;
    private static final int COLUMNS = 3;

    private final int maxRuns;

    private long start;

    /** Below it the target holds nothing of the copy but what the runs say; -1 when that is not known. */
    private long targetStart;

    /** Why what lies below the start is not known, empty when nothing of the copy does. */
    private String damage;

    // All fields are written by the lane's producer thread.
    private final LongRows runs = new LongRows(COLUMNS);
    private final CoarseChunks coarse;
    private int firstChunk;
    private int exactChunk;
    private long position;
    private long records;

    /** The first source offset that the source has, as last seen; -1 when it was not. */
    private long sourceLogStart;

    // What the last snapshot saw.
    private int takenClosedRuns;
    private long takenPosition;
    private long takenRecords;
    private long takenTargetStart;
    private long takenSourceLogStart;

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
        this(position, targetStart, PositionsConfig.DEFAULT_MAX_RUNS);
    }

    /**
     * A map of which nothing is copied yet.
     *
     * @param position the source offset of the next record to be acknowledged
     * @param targetStart where the target's log ended then: what is copied stands at or after it. -1 when not known
     * @param maxRuns how many runs are kept, and a chunk more at most; beyond that the oldest are made coarse
     */
    public OffsetMap(long position, long targetStart, int maxRuns) {
        if (position < 0) {
            throw new IllegalArgumentException("position " + position + " is negative");
        }
        this.maxRuns = maxRuns;
        this.coarse = new CoarseChunks(Math.max(MIN_COARSE_CHUNKS, maxRuns / RUNS_PER_COARSE_CHUNK));
        this.targetStart = targetStart;
        this.damage = "";
        this.start = position;
        this.position = position;
        this.sourceLogStart = -1;
        this.takenPosition = -1;
        this.takenSourceLogStart = -1;
    }

    /**
     * Of what lies below the start it is not known where it stands, though it is on the target.
     *
     * @param why for a person
     */
    public void isUnknownBelowStart(String why) {
        damage = why;
    }

    /** A map that continues from what was saved; what was found damaged is handed out again by the next snapshot. */
    OffsetMap(SavedProgress saved, int maxRuns) {
        this(saved.position(), saved.targetStart(), maxRuns);
        this.start = saved.start();
        this.damage = saved.damage();
        this.firstChunk = saved.map().firstChunk();
        this.exactChunk = saved.map().exactChunk();
        this.coarse.addSaved(saved.map());
        Runs exact = saved.map().exact();
        for (int run = 0; run < exact.count(); run++) {
            addRun(exact.source(run), exact.target(run), exact.length(run));
        }
        this.records = saved.map().records();
        this.sourceLogStart = saved.source().logStart();
        this.takenClosedRuns = closedRuns();
        this.takenPosition = saved.isWhole() ? position : -1;
        this.takenRecords = records;
        this.takenTargetStart = targetStart;
        this.takenSourceLogStart = sourceLogStart;
        bound();
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
        int last = runs.count() - 1;
        if (last >= 0 && sourceEnd(last) == sourceStart && targetEnd(last) == targetStart) {
            runs.add(last, LENGTH, length);
        } else {
            addRun(sourceStart, targetStart, length);
            bound();
        }
        position = sourceStart + length;
        records += length;
    }

    private void addRun(long sourceStart, long targetStart, long length) {
        int run = runs.addRow();
        runs.set(run, SOURCE, sourceStart);
        runs.set(run, TARGET, targetStart);
        runs.set(run, LENGTH, length);
    }

    private void bound() {
        while (runs.count() > maxRuns && hasFullChunk()) {
            coarsen();
        }
        coarse.bound();
    }

    private boolean hasFullChunk() {
        return runs.count() > RunChunk.RUNS;
    }

    private void coarsen() {
        int last = RunChunk.RUNS - 1;
        coarse.add(new CoarseRuns(
                exactChunk, 1, runSource(0), sourceEnd(last), runTarget(0), targetEnd(last), recordsOfFirstChunk()));
        dropFirstChunk();
    }

    private long recordsOfFirstChunk() {
        long sum = 0;
        for (int run = 0; run < RunChunk.RUNS; run++) {
            sum += runLength(run);
        }
        return sum;
    }

    private void dropFirstChunk() {
        runs.removeFirst(RunChunk.RUNS);
        exactChunk++;
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
     * @return how many copied records the source has lost; at most so many where that is among coarse runs
     */
    public long cutAt(long newPosition) {
        if (newPosition < 0 || newPosition > position) {
            throw new IllegalArgumentException("cannot cut at " + newPosition + ", position is " + position);
        }
        extendTargetKnownTo(targetEnd());
        long before = records;
        int last = runs.count() - 1;
        while (last >= 0 && runSource(last) >= newPosition) {
            records -= runLength(last);
            runs.cutTo(last);
            last--;
        }
        if (last >= 0) {
            long beyond = Math.max(0, sourceEnd(last) - newPosition);
            runs.add(last, LENGTH, -beyond);
            records -= beyond;
        } else if (coarse.reaches(newPosition)) {
            exactChunk++;
            records -= coarse.cut(newPosition, exactChunk);
            firstChunk = coarse.isEmpty() ? exactChunk : coarse.firstChunk();
        }
        start = Math.min(start, newPosition);
        position = newPosition;
        takenClosedRuns = Math.min(takenClosedRuns, closedRuns());
        takenPosition = -1;
        return before - records;
    }

    /**
     * Forgets runs of which neither side has any record left. The last run always stays: it says where to continue.
     *
     * @param newSourceLogStart the first offset that the source has, -1 when that is not known
     * @param targetLogStart the first offset that the target has, -1 likewise
     */
    public void trim(long newSourceLogStart, long targetLogStart) {
        sourceLogStart = Math.max(sourceLogStart, newSourceLogStart);
        records -= coarse.trim(sourceLogStart, targetLogStart);
        while (coarse.isEmpty() && hasFullChunk() && isFirstChunkBelow(sourceLogStart, targetLogStart)) {
            records -= recordsOfFirstChunk();
            dropFirstChunk();
        }
        firstChunk = coarse.isEmpty() ? exactChunk : coarse.firstChunk();
        if (!damage.isEmpty() && sourceLogStart >= start && targetLogStart >= firstTarget()) {
            damage = "";
            takenPosition = -1;
        }
    }

    private boolean isFirstChunkBelow(long sourceOffset, long targetOffset) {
        int last = RunChunk.RUNS - 1;
        return sourceEnd(last) <= sourceOffset && targetEnd(last) <= targetOffset;
    }

    private long firstTarget() {
        return runs.count() == 0 ? targetFloor() : runTarget(0);
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
        return runs.count() == 0 ? -1 : targetEnd(runs.count() - 1);
    }

    private long targetEnd(int run) {
        return runTarget(run) + runLength(run);
    }

    private long sourceEnd(int run) {
        return runSource(run) + runLength(run);
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
    public void extendTargetKnownTo(long targetOffset) {
        if (targetOffset > targetStart) {
            targetStart = targetOffset;
        }
    }

    /** How many records the runs hold that are kept, coarse ones included. */
    public long records() {
        return records;
    }

    /** How many runs are kept as they are. */
    public int runs() {
        return runs.count();
    }

    public long runSource(int run) {
        return runs.get(run, SOURCE);
    }

    public long runTarget(int run) {
        return runs.get(run, TARGET);
    }

    public long runLength(int run) {
        return runs.get(run, LENGTH);
    }

    /** Where the source's log began when that was last known, by this life or an earlier one; -1 when it never was. */
    public long sourceLogStart() {
        return sourceLogStart;
    }

    /** Whether anything moved since the last snapshot; true for a map that was never asked. */
    public boolean hasChanges() {
        return position != takenPosition
                || records != takenRecords
                || targetStart != takenTargetStart
                || sourceLogStart != takenSourceLogStart
                || coarse.hasGone();
    }

    /**
     * A snapshot to be saved. Each call hands out the chunks of closed runs that changed since the one before; what was
     * handed out is the {@link OffsetLog}'s to keep until it is saved.
     */
    public MapChanges takeChanges() {
        int closed = closedRuns();
        int exactFrom = RunChunk.RUNS * exactChunk;
        List<RunChunk> chunks = new ArrayList<>();
        if (takenClosedRuns < closed) {
            int lastChunk = (closed - 1) / RunChunk.RUNS;
            for (int chunk = Math.max(exactChunk, takenClosedRuns / RunChunk.RUNS); chunk <= lastChunk; chunk++) {
                int from = chunk * RunChunk.RUNS - exactFrom;
                int to = Math.min(from + RunChunk.RUNS, closed - exactFrom);
                chunks.add(new RunChunk(chunk, Runs.of(runs.copyOf(from, to))));
            }
        }
        takenClosedRuns = closed;
        takenPosition = position;
        takenRecords = records;
        takenTargetStart = targetStart;
        takenSourceLogStart = sourceLogStart;
        return new MapChanges(
                start,
                targetStart,
                position,
                targetEnd(),
                records,
                firstChunk,
                exactChunk,
                closed,
                Runs.of(runs.copyOf(closed - exactFrom, runs.count())),
                chunks,
                coarse.takeFresh(),
                coarse.takeStale(),
                coarse.takeGone(),
                damage);
    }

    /**
     * Makes the next snapshot hold everything: for when one was taken and lost on its way to the {@link OffsetLog},
     * with the thread that carried it. Chunks that were never saved would leave a hole in what is loaded later.
     */
    public void markAllUnsaved() {
        takenClosedRuns = 0;
        takenPosition = -1;
        coarse.markAllUnsaved();
    }

    /** Counted from the very first. */
    private int closedRuns() {
        return RunChunk.RUNS * exactChunk + Math.max(0, runs.count() - 1);
    }
}
