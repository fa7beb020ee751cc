package io.replicator.offsets;

import java.util.ArrayList;
import java.util.List;

/**
 * The oldest chunks of an {@link OffsetMap}, each with its ends alone. There are only so many: beyond that, the older half is
 * merged, two by two, so that the oldest are the coarsest. Written by the lane's producer thread.
 */
final class CoarseChunks {
    // Columns of a row.
    private static final int CHUNK = 0;
    private static final int CHUNKS = 1;
    private static final int SOURCE = 2;
    private static final int SOURCE_END = 3;
    private static final int TARGET = 4;
    private static final int TARGET_END = 5;
    private static final int RECORDS = 6;

    /** What snapshots have done with it. */
    private static final int STATE = 7;

    private static final int COLUMNS = 8;

    // States: never handed out as it is; handed out; handed out, and to be handed out again.
    private static final int FRESH = 0;
    private static final int TAKEN = 1;
    private static final int LOST = 2;

    private final int most;
    private final LongRows rows = new LongRows(COLUMNS);

    /** What snapshots have handed out and is no more. */
    private List<CoarseRuns.Key> gone = new ArrayList<>();

    /** Chunks that were found in the log and are not needed. */
    private List<CoarseRuns.Key> stale = List.of();

    /**
     * @param most how many there may be, at least 2
     */
    CoarseChunks(int most) {
        this.most = most;
    }

    /** Goes on with what was saved. */
    void addSaved(SavedRuns saved) {
        for (CoarseRuns each : saved.coarse()) {
            add(each);
            rows.set(rows.count() - 1, STATE, TAKEN);
        }
        stale = saved.stale();
    }

    /** One more, behind the others. */
    void add(CoarseRuns runs) {
        int row = rows.addRow();
        rows.set(row, CHUNK, runs.chunk());
        rows.set(row, CHUNKS, runs.chunks());
        rows.set(row, SOURCE, runs.source());
        rows.set(row, SOURCE_END, runs.sourceEnd());
        rows.set(row, TARGET, runs.target());
        rows.set(row, TARGET_END, runs.targetEnd());
        rows.set(row, RECORDS, runs.records());
        rows.set(row, STATE, FRESH);
    }

    /** Merges the older half, if there are too many. */
    void bound() {
        while (rows.count() > most) {
            int pairs = Math.max(1, rows.count() / 4);
            for (int pair = 0; pair < pairs; pair++) {
                merge(2 * pair);
                rows.copyRow(2 * pair, pair);
            }
            for (int row = 2 * pairs; row < rows.count(); row++) {
                rows.copyRow(row, row - pairs);
            }
            rows.cutTo(rows.count() - pairs);
        }
    }

    private void merge(int row) {
        int next = row + 1;
        goes(row);
        goes(next);
        rows.add(row, CHUNKS, rows.get(next, CHUNKS));
        rows.set(row, SOURCE_END, rows.get(next, SOURCE_END));
        rows.set(row, TARGET_END, rows.get(next, TARGET_END));
        rows.add(row, RECORDS, rows.get(next, RECORDS));
        rows.set(row, STATE, FRESH);
    }

    private void goes(int row) {
        if (rows.get(row, STATE) != FRESH) {
            gone.add(new CoarseRuns.Key((int) rows.get(row, CHUNK), (int) rows.get(row, CHUNKS)));
        }
    }

    boolean isEmpty() {
        return rows.count() == 0;
    }

    int count() {
        return rows.count();
    }

    /** The number of the first chunk. */
    int firstChunk() {
        return (int) rows.get(0, CHUNK);
    }

    long records() {
        long records = 0;
        for (int row = 0; row < rows.count(); row++) {
            records += rows.get(row, RECORDS);
        }
        return records;
    }

    /** Drops what ends at or below both offsets; how many records that were. */
    long trim(long sourceLogStart, long targetLogStart) {
        long dropped = 0;
        while (rows.count() > 0
                && rows.get(0, SOURCE_END) <= sourceLogStart
                && rows.get(0, TARGET_END) <= targetLogStart) {
            dropped += rows.get(0, RECORDS);
            goes(0);
            rows.removeFirst(1);
        }
        return dropped;
    }

    /** Whether there are records at or after a source offset. */
    boolean reaches(long sourceOffset) {
        return rows.count() > 0 && rows.get(rows.count() - 1, SOURCE_END) > sourceOffset;
    }

    /**
     * Drops the records from a source offset on. How many are left of those that it falls among is not known for sure.
     *
     * @param end the first chunk behind all of these from now on: one that there has not been, so that what is left goes by
     *     another name than before
     * @return how many records that were, at most
     */
    long cut(long sourceOffset, int end) {
        long dropped = 0;
        int last = rows.count() - 1;
        while (last >= 0 && rows.get(last, SOURCE) >= sourceOffset) {
            dropped += rows.get(last, RECORDS);
            goes(last);
            rows.cutTo(last);
            last--;
        }
        if (last >= 0) {
            goes(last);
            long before = rows.get(last, RECORDS);
            long beyond = Math.max(0, rows.get(last, SOURCE_END) - sourceOffset);
            long left = Math.max(1, before - beyond);
            rows.set(last, RECORDS, left);
            rows.set(last, SOURCE_END, rows.get(last, SOURCE_END) - beyond);
            rows.set(last, CHUNKS, end - rows.get(last, CHUNK));
            rows.set(last, STATE, FRESH);
            dropped += before - left;
        }
        return dropped;
    }

    /** Whether something is to be forgotten. */
    boolean hasGone() {
        return !gone.isEmpty() || !stale.isEmpty();
    }

    /** What became or changed since the last snapshot. */
    List<CoarseRuns> takeFresh() {
        List<CoarseRuns> fresh = new ArrayList<>();
        for (int row = 0; row < rows.count(); row++) {
            if (rows.get(row, STATE) != TAKEN) {
                rows.set(row, STATE, TAKEN);
                fresh.add(runs(row));
            }
        }
        return fresh;
    }

    private CoarseRuns runs(int row) {
        return new CoarseRuns(
                (int) rows.get(row, CHUNK),
                (int) rows.get(row, CHUNKS),
                rows.get(row, SOURCE),
                rows.get(row, SOURCE_END),
                rows.get(row, TARGET),
                rows.get(row, TARGET_END),
                rows.get(row, RECORDS));
    }

    /** What was handed out and is not to be found again. */
    List<CoarseRuns.Key> takeGone() {
        List<CoarseRuns.Key> taken = gone;
        gone = new ArrayList<>();
        return taken;
    }

    /** What the log held when this began that is of no use, and could be mistaken for what is to come. */
    List<CoarseRuns.Key> takeStale() {
        List<CoarseRuns.Key> taken = stale;
        stale = List.of();
        return taken;
    }

    /** Makes the next snapshot hold everything. */
    void markAllUnsaved() {
        for (int row = 0; row < rows.count(); row++) {
            if (rows.get(row, STATE) == TAKEN) {
                rows.set(row, STATE, LOST);
            }
        }
    }
}
