package io.replicator.offsets;

import java.util.ArrayList;
import java.util.List;

/** The runs of a partition as they were saved, packed: the oldest coarse, perhaps, and the others exact. Unchangeable. */
public final class SavedRuns {
    private final int firstChunk;
    private final int exactChunk;
    private final List<CoarseRuns> coarse;
    private final List<PackedRuns> chunks;
    private final Runs lastRun;
    private final boolean isWhole;

    /** Coarse runs that are in the log and no longer needed. */
    private final List<CoarseRuns.Key> stale;

    private SavedRuns(
            int firstChunk,
            int exactChunk,
            List<CoarseRuns> coarse,
            List<PackedRuns> chunks,
            Runs lastRun,
            boolean isWhole,
            List<CoarseRuns.Key> stale) {
        this.firstChunk = firstChunk;
        this.exactChunk = exactChunk;
        this.coarse = coarse;
        this.chunks = chunks;
        this.lastRun = lastRun;
        this.isWhole = isWhole;
        this.stale = stale;
    }

    /** All that was saved. */
    static SavedRuns whole(
            int firstChunk,
            int exactChunk,
            List<CoarseRuns> coarse,
            List<PackedRuns> chunks,
            Runs lastRun,
            List<CoarseRuns.Key> stale) {
        return new SavedRuns(firstChunk, exactChunk, List.copyOf(coarse), List.copyOf(chunks), lastRun, true, stale);
    }

    /**
     * The last run of a map that is damaged.
     *
     * @param nextChunk a number above that of every chunk in the log: what is there is mixed with nothing new
     */
    static SavedRuns lastOnly(Runs lastRun, int nextChunk, List<CoarseRuns.Key> stale) {
        return new SavedRuns(nextChunk, nextChunk, List.of(), List.of(), lastRun, false, stale);
    }

    /** These runs, all of them exact. */
    public static SavedRuns of(Runs runs) {
        List<PackedRuns> chunks = new ArrayList<>();
        int closed = Math.max(0, runs.count() - 1);
        for (int from = 0; from < closed; from += RunChunk.RUNS) {
            chunks.add(new PackedRuns(runs.of(from, Math.min(closed, from + RunChunk.RUNS))));
        }
        return whole(0, 0, List.of(), chunks, runs.of(closed, runs.count()), List.of());
    }

    /** Whether this is all that was saved; otherwise it is the last run, which is saved with the progress itself. */
    boolean isWhole() {
        return isWhole;
    }

    /** The number of the first chunk that there is anything of. */
    int firstChunk() {
        return firstChunk;
    }

    /** The number of the first chunk of which all runs are there. */
    int exactChunk() {
        return exactChunk;
    }

    /** The oldest runs, of which the ends are there. */
    public List<CoarseRuns> coarse() {
        return coarse;
    }

    List<CoarseRuns.Key> stale() {
        return stale;
    }

    /** All parts in ascending order. */
    Stretch[] stretches() {
        List<Stretch> all = new ArrayList<>(coarse.size() + chunks.size() + 1);
        all.addAll(coarse);
        all.addAll(chunks);
        if (lastRun.count() > 0) {
            all.add(new PackedRuns(lastRun));
        }
        return all.toArray(Stretch[]::new);
    }

    /** The runs that are exact, unpacked. */
    public Runs exact() {
        return exact(chunks);
    }

    /** The last of these: so many at least, if there are. */
    Runs lastRuns(int most) {
        int from = chunks.size();
        for (int count = lastRun.count(); from > 0 && count < most; from--) {
            count += chunks.get(from - 1).count();
        }
        return exact(chunks.subList(from, chunks.size()));
    }

    private Runs exact(List<PackedRuns> some) {
        int count = lastRun.count();
        for (PackedRuns chunk : some) {
            count += chunk.count();
        }
        long[] triples = new long[3 * count];
        int at = 0;
        for (PackedRuns chunk : some) {
            long[] unpacked = chunk.triples(chunk.count());
            System.arraycopy(unpacked, 0, triples, at, unpacked.length);
            at += unpacked.length;
        }
        if (lastRun.count() > 0) {
            triples[at] = lastRun.source(0);
            triples[at + 1] = lastRun.target(0);
            triples[at + 2] = lastRun.length(0);
        }
        return Runs.of(triples);
    }

    /** The records of all runs. */
    long records() {
        long records = lastRun.records();
        for (CoarseRuns each : coarse) {
            records += each.records();
        }
        for (PackedRuns each : chunks) {
            records += each.records();
        }
        return records;
    }
}
