package io.replicator.offsets;

import io.replicator.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an {@link OffsetMap} hands over to be saved: where it stands, and those of its runs that were closed since it was
 * last asked. Unchangeable; made on the lane's producer thread, written by the flow's control thread.
 *
 * @param start the first source offset the map knows of
 * @param targetStart below it the target holds nothing of the copy but what the runs say; -1 when that is not known
 * @param position the source offset of the next record to be acknowledged
 * @param targetEnd the target offset after the last acknowledged record, -1 when none
 * @param records in all runs, closed or not
 * @param firstChunk the first chunk that is kept; those before it were trimmed
 * @param exactChunk the first chunk of which all runs are kept; those before it are coarse
 * @param closedRuns every run but the last, counted from the very first, trimmed and coarse ones included
 * @param lastRun the one that may still grow, or none
 * @param chunks the chunks that changed, ascending and without a gap, up to the last
 * @param coarse what became coarse
 * @param stale coarse runs that the log was found to hold and that are of no use: to be forgotten before anything is written
 * @param gone coarse runs that are no more, for others took their place or they were trimmed: to be forgotten at last
 * @param damage why what lies below {@code start} is not known; empty when all is
 */
public record MapChanges(
        long start,
        long targetStart,
        long position,
        long targetEnd,
        long records,
        int firstChunk,
        int exactChunk,
        int closedRuns,
        Runs lastRun,
        List<RunChunk> chunks,
        List<CoarseRuns> coarse,
        List<CoarseRuns.Key> stale,
        List<CoarseRuns.Key> gone,
        String damage) {
    public MapChanges {
        chunks = List.copyOf(chunks);
        coarse = List.copyOf(coarse);
        stale = List.copyOf(stale);
        gone = List.copyOf(gone);
        Require.that(start >= 0 && start <= position, "start", start, "must be 0 to the position, " + position);
        Require.that(lastRun.count() <= 1, "last run", lastRun, "must be one run or none");
        Require.that(
                areCounted(firstChunk, exactChunk, closedRuns, lastRun),
                "closed runs",
                closedRuns,
                "must be behind chunk " + exactChunk + " and have a run behind them");
    }

    /** Whether so many closed runs can be. */
    static boolean areCounted(int firstChunk, int exactChunk, int closedRuns, Runs lastRun) {
        int notExact = RunChunk.RUNS * exactChunk;
        return firstChunk <= exactChunk && closedRuns >= notExact && (closedRuns == notExact || lastRun.count() == 1);
    }

    /**
     * These changes, and those chunks of earlier, unsaved ones that they neither repeat nor outdate. A map that began anew
     * in between, from what was saved, hands out every chunk that could differ, from the first on.
     */
    MapChanges withUnsaved(MapChanges earlier) {
        int repeated =
                chunks.isEmpty() ? RunChunk.chunksOf(closedRuns) : chunks.get(0).index();
        List<RunChunk> allChunks = new ArrayList<>();
        for (RunChunk chunk : earlier.chunks) {
            if (chunk.index() >= exactChunk && chunk.index() < repeated) {
                allChunks.add(chunk);
            }
        }
        allChunks.addAll(chunks);
        Set<CoarseRuns.Key> fresh = coarse.stream().map(CoarseRuns::key).collect(Collectors.toSet());
        Set<CoarseRuns.Key> allGone = new HashSet<>(earlier.gone);
        allGone.addAll(gone);
        Set<CoarseRuns.Key> allStale = new HashSet<>(earlier.stale);
        allStale.addAll(stale);
        List<CoarseRuns> allCoarse = new ArrayList<>();
        for (CoarseRuns each : earlier.coarse) {
            if (!fresh.contains(each.key()) && !gone.contains(each.key())) {
                allCoarse.add(each);
            }
        }
        allCoarse.addAll(coarse);
        allCoarse.forEach(each -> allGone.remove(each.key()));
        return new MapChanges(
                start,
                targetStart,
                position,
                targetEnd,
                records,
                firstChunk,
                exactChunk,
                closedRuns,
                lastRun,
                allChunks,
                allCoarse,
                List.copyOf(allStale),
                List.copyOf(allGone),
                damage);
    }
}
