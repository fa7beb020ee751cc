package io.replicator.offsets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What several owners wrote under one key, in the log's order, the last of each producer id: until the whole log was read
 * nobody knows which producer id is the latest, for compaction moves owners behind what they wrote.
 */
final class Versions<T extends Versions.Entry> {
    /** Nearly always there is but one. */
    private T last;

    /** What came before the last, in the log's order. */
    private List<T> former = List.of();

    Versions(T first) {
        last = first;
    }

    /** What was written of a partition, and by whom. */
    interface Entry {
        PartitionPair pair();

        Writer writer();
    }

    void put(T entry) {
        if (isOutdated(entry, last)) {
            return;
        }
        for (T before : former) {
            if (isOutdated(entry, before)) {
                return;
            }
        }
        List<T> kept = new ArrayList<>();
        for (T before : former) {
            addUnlessReplaced(kept, before, entry);
        }
        addUnlessReplaced(kept, last, entry);
        former = kept.isEmpty() ? List.of() : kept;
        last = entry;
    }

    private static boolean isOutdated(Entry entry, Entry before) {
        return entry.writer().isFencedBy(before.writer()) && entry.pair().equals(before.pair());
    }

    /** What another incarnation of the topic left is over. */
    private void addUnlessReplaced(List<T> kept, T before, T entry) {
        if (before.writer().producerId() != entry.writer().producerId()
                && before.pair().equals(entry.pair())) {
            kept.add(before);
        }
    }

    /** The latest owner's, the last in the log of those that no owner is known of. */
    T latest(Map<Integer, ShardOwner> owners) {
        T latest = last;
        for (int i = former.size() - 1; i >= 0; i--) {
            if (rank(former.get(i), owners) > rank(latest, owners)) {
                latest = former.get(i);
            }
        }
        return latest;
    }

    private static int rank(Entry entry, Map<Integer, ShardOwner> owners) {
        ShardOwner owner = owners.get(entry.writer().shard());
        return owner == null ? -1 : owner.rank(entry.writer().producerId());
    }
}
