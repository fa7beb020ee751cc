package io.replicator.verify;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records that one side of a compacted partition lacks. The cleaner removes a record when a later one with its key is
 * there, so each waits for its key to come by on the side that lacks it.
 */
final class MissingRecords {
    /** Bound of what waits; what comes on top is believed to have been compacted away. */
    private static final int MAX_WAITING = 100_000;

    private final Map<ByteBuffer, List<Difference>> waiting = new LinkedHashMap<>();
    private int waitingRecords;
    private long removedRecords;
    private long unprovenRecords;

    /** Takes note of a record that is missing, and of the difference it makes unless its key turns up. */
    void add(byte[] key, Difference difference) {
        if (waitingRecords == MAX_WAITING) {
            unprovenRecords++;
            return;
        }
        waitingRecords++;
        waiting.computeIfAbsent(ByteBuffer.wrap(key), ignored -> new ArrayList<>(1))
                .add(difference);
    }

    /** Takes note of a tombstone that is missing: they are removed after a while, whatever follows. */
    void addTombstone() {
        removedRecords++;
    }

    /** Takes note of a later record on the side that lacks some. */
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

    /** Those that nothing explained. */
    Collection<Difference> unexplained() {
        return waiting.values().stream().flatMap(List::stream).toList();
    }

    /** How many the cleaner removed. */
    long removedRecords() {
        return removedRecords;
    }

    /** How many the cleaner may have removed: they were too many to follow. */
    long unprovenRecords() {
        return unprovenRecords;
    }
}
