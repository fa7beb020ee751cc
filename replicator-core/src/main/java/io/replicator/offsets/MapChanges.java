package io.replicator.offsets;

import io.replicator.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * What an {@link OffsetMap} hands over to be saved: where it stands, and those of its runs that were closed since it was
 * last asked. Unchangeable; made on the lane's producer thread, written by the flow's control thread.
 *
 * @param start the first source offset the map knows of
 * @param targetStart below it the target holds nothing of the copy but what the runs say; -1 when that is not known
 * @param position the source offset of the next record to be acknowledged
 * @param targetEnd the target offset after the last acknowledged record, -1 when none
 * @param records in all runs, closed or not
 * @param closedRuns every run but the last
 * @param lastRun the one that may still grow, or none
 * @param chunks the chunks that changed, ascending and without a gap, up to the last
 */
public record MapChanges(
        long start,
        long targetStart,
        long position,
        long targetEnd,
        long records,
        int closedRuns,
        Runs lastRun,
        List<RunChunk> chunks) {
    public MapChanges {
        chunks = List.copyOf(chunks);
        Require.that(start >= 0 && start <= position, "start", start, "must be 0 to the position, " + position);
        Require.that(lastRun.count() <= 1, "last run", lastRun, "must be one run or none");
        Require.that(closedRuns == 0 || lastRun.count() == 1, "closed runs", closedRuns, "must have a run behind them");
    }

    /**
     * These changes, and those chunks of earlier, unsaved ones that they neither repeat nor outdate. A map that began anew
     * in between, from what was saved, hands out every chunk that could differ, from the first on.
     */
    MapChanges withUnsaved(MapChanges earlier) {
        int firstChunk =
                chunks.isEmpty() ? RunChunk.chunksOf(closedRuns) : chunks.get(0).index();
        List<RunChunk> all = new ArrayList<>();
        for (RunChunk chunk : earlier.chunks) {
            if (chunk.index() < firstChunk) {
                all.add(chunk);
            }
        }
        all.addAll(chunks);
        return new MapChanges(start, targetStart, position, targetEnd, records, closedRuns, lastRun, all);
    }
}
