package io.replicator.offsets;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The chunks of one partition that the offset log holds, packed: those that its progress counts, those that were written
 * just before somebody failed, and those that were not forgotten yet.
 *
 * <p>Each one is true by itself, whoever needs it: runs of a chunk only ever grow, numbers of chunks are never used again,
 * and coarse runs are not rewritten, they get another key. So the latest progress always finds a way through what is there,
 * from its first chunk to its last, however little of a later save arrived and whatever of earlier ones is left.
 */
final class SavedChunks {
    private static final Comparator<CoarseRuns.Key> BY_CHUNK =
            Comparator.comparingInt(CoarseRuns.Key::chunk).thenComparingInt(CoarseRuns.Key::chunks);

    private final TreeMap<Integer, Versions<RunsEntry>> runs = new TreeMap<>();
    private final TreeMap<CoarseRuns.Key, Versions<CoarseEntry>> coarse = new TreeMap<>(BY_CHUNK);

    // Why what was last written under a key cannot be read.
    private final Map<Integer, String> unreadableRuns = new HashMap<>();
    private final Map<CoarseRuns.Key, String> unreadableCoarse = new HashMap<>();

    // The last ones: nearly always the next are the same, and need not be kept again.
    private PartitionPair pair;
    private Writer writer;

    private record RunsEntry(PartitionPair pair, Writer writer, PackedRuns runs) implements Versions.Entry {}

    private record CoarseEntry(PartitionPair pair, Writer writer, CoarseRuns runs) implements Versions.Entry {}

    /**
     * What a progress counts.
     *
     * @param firstChunk the first that is kept
     * @param exactChunk the first behind the coarse ones
     * @param closedRuns counted from the very first
     */
    record Span(int firstChunk, int exactChunk, int closedRuns) {}

    /** Something that a progress counts is not there; the message says what. */
    static final class Damage extends Exception {
        private static final long serialVersionUID = 1;

        Damage(String message) {
            super(message, null, false, false);
        }
    }

    void putRuns(int chunk, PartitionPair pairNow, Writer writerNow, PackedRuns packed) {
        unreadableRuns.remove(chunk);
        RunsEntry entry = new RunsEntry(same(pairNow), same(writerNow), packed);
        Versions<RunsEntry> before = runs.putIfAbsent(chunk, new Versions<>(entry));
        if (before != null) {
            before.put(entry);
        }
    }

    void putCoarse(CoarseRuns.Key key, PartitionPair pairNow, Writer writerNow, CoarseRuns value) {
        unreadableCoarse.remove(key);
        CoarseEntry entry = new CoarseEntry(same(pairNow), same(writerNow), value);
        Versions<CoarseEntry> before = coarse.putIfAbsent(key, new Versions<>(entry));
        if (before != null) {
            before.put(entry);
        }
    }

    private PartitionPair same(PartitionPair now) {
        if (!now.equals(pair)) {
            pair = now;
        }
        return pair;
    }

    private Writer same(Writer now) {
        if (!now.equals(writer)) {
            writer = now;
        }
        return writer;
    }

    void markRunsUnreadable(int chunk, String why) {
        unreadableRuns.put(chunk, why);
    }

    void markCoarseUnreadable(CoarseRuns.Key key, String why) {
        unreadableCoarse.put(key, why);
    }

    void removeRuns(int chunk) {
        runs.remove(chunk);
        unreadableRuns.remove(chunk);
    }

    void removeCoarse(CoarseRuns.Key key) {
        coarse.remove(key);
        unreadableCoarse.remove(key);
    }

    boolean isEmpty() {
        return runs.isEmpty() && coarse.isEmpty() && unreadableRuns.isEmpty() && unreadableCoarse.isEmpty();
    }

    /** The first chunk of runs that is there, the end where none is. */
    int firstChunk() {
        int first = runs.isEmpty() ? Integer.MAX_VALUE : runs.firstKey();
        for (int chunk : unreadableRuns.keySet()) {
            first = Math.min(first, chunk);
        }
        return Math.min(first, end());
    }

    /** Behind the last chunk that is there. */
    int end() {
        int end = runs.isEmpty() ? 0 : runs.lastKey() + 1;
        for (int chunk : unreadableRuns.keySet()) {
            end = Math.max(end, chunk + 1);
        }
        for (CoarseRuns.Key key : coarse.keySet()) {
            end = Math.max(end, key.end());
        }
        for (CoarseRuns.Key key : unreadableCoarse.keySet()) {
            end = Math.max(end, key.end());
        }
        return end;
    }

    /** Every coarse record that is there. */
    Set<CoarseRuns.Key> coarse() {
        Set<CoarseRuns.Key> all = new HashSet<>(coarse.keySet());
        all.addAll(unreadableCoarse.keySet());
        return all;
    }

    /**
     * The runs that a progress counts.
     *
     * @throws Damage when they are not all there
     */
    SavedRuns runs(PartitionPair wanted, Span span, Runs lastRun, Map<Integer, ShardOwner> owners) throws Damage {
        List<CoarseRuns> ends = coarse(wanted, span, owners);
        List<PackedRuns> exact = new ArrayList<>();
        int last = RunChunk.chunksOf(span.closedRuns());
        for (int chunk = span.exactChunk(); chunk < last; chunk++) {
            int count = Math.min(RunChunk.RUNS, span.closedRuns() - chunk * RunChunk.RUNS);
            exact.add(exact(wanted, chunk, count, owners));
        }
        Set<CoarseRuns.Key> stale = coarse();
        ends.forEach(each -> stale.remove(each.key()));
        return SavedRuns.whole(span.firstChunk(), span.exactChunk(), ends, exact, lastRun, List.copyOf(stale));
    }

    private PackedRuns exact(PartitionPair wanted, int chunk, int count, Map<Integer, ShardOwner> owners)
            throws Damage {
        String unreadable = unreadableRuns.get(chunk);
        if (unreadable != null) {
            throw new Damage(unreadable);
        }
        Versions<RunsEntry> versions = runs.get(chunk);
        RunsEntry found = versions == null ? null : versions.latest(owners);
        if (found == null || !found.pair().equals(wanted) || found.runs().count() < count) {
            throw new Damage("chunk " + chunk + " of the runs of " + wanted.source()
                    + (found == null ? " is missing" : " is not what its progress counts"));
        }
        return found.runs().first(count);
    }

    /** The way through the coarse runs from the first chunk to the exact ones, in strides as large as they can be. */
    private List<CoarseRuns> coarse(PartitionPair wanted, Span span, Map<Integer, ShardOwner> owners) throws Damage {
        Map<Integer, CoarseRuns> next = new HashMap<>();
        for (Map.Entry<CoarseRuns.Key, Versions<CoarseEntry>> each :
                coarse.descendingMap().entrySet()) {
            CoarseRuns.Key key = each.getKey();
            boolean leadsThere = key.end() == span.exactChunk() || next.containsKey(key.end());
            if (leadsThere && !unreadableCoarse.containsKey(key)) {
                CoarseEntry found = each.getValue().latest(owners);
                if (found.pair().equals(wanted)) {
                    next.putIfAbsent(key.chunk(), found.runs());
                }
            }
        }
        List<CoarseRuns> way = new ArrayList<>();
        int chunk = span.firstChunk();
        while (chunk < span.exactChunk()) {
            CoarseRuns stride = next.get(chunk);
            if (stride == null) {
                throw new Damage(unreadableCoarse.values().stream()
                        .findFirst()
                        .orElse("the coarse runs of " + wanted.source() + " from chunk " + chunk + " on are missing"));
            }
            way.add(stride);
            chunk = stride.key().end();
        }
        return way;
    }
}
