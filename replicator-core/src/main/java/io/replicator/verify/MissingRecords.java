package io.replicator.verify;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records that one side of a compacted partition does not have. Compaction removes a record when a later one has the same
 * key, so each waits for a later record with its key on that side.
 */
final class MissingRecords {
    /** How many may wait; more are counted as removed by compaction, without proof. */
    private static final int MAX_WAITING = 100_000;

    private final Map<ByteBuffer, List<Difference>> waiting = new LinkedHashMap<>();
    private int waitingRecords;
    private long removedRecords;
    private long unprovenRecords;

    /** Adds a missing record, with the difference that is reported unless a later record has its key. */
    void add(byte[] key, Difference difference) {
        if (waitingRecords == MAX_WAITING) {
            unprovenRecords++;
            return;
        }
        waitingRecords++;
        waiting.computeIfAbsent(ByteBuffer.wrap(key), ignored -> new ArrayList<>(1))
                .add(difference);
    }

    /** Adds a missing tombstone: compaction removes tombstones after a while, whatever follows. */
    void addTombstone() {
        removedRecords++;
    }

    /** A later record on the side that does not have the missing ones. */
    void seen(byte[] key) {
        if (key == null || waiting.isEmpty()) {
            return;
        }
        List<Difference> explained = waiting.remove(ByteBuffer.wrap(key));
        if (explained != null) {
            waitingRecords -= explained.size();
            removedRecords += explained.size();
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The differences that no later record explained. */
    Collection<Difference> unexplained() {
        return waiting.values().stream().flatMap(List::stream).toList();
    }

    /** How many records compaction removed. */
    long removedRecords() {
        return removedRecords;
    }

    /** How many records compaction may have removed: they were too many to wait for. */
    long unprovenRecords() {
        return unprovenRecords;
    }
}
