package io.replicator.delivery;

import java.util.Arrays;

/**
 * What a shard's earlier owners, or this one in an earlier life, appended to a target partition after the
 * progress that is saved: records at ascending target offsets, as segments of consecutive ones. What was written in a
 * transaction is a tail of its own until its marker is read. Written while the target is read.
 */
public final class Tail {
    private static final int FIRST_CAPACITY = 4;
    private static final int FIRST_HASHES = 256;

    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] counts = new long[FIRST_CAPACITY];
    private int segments;
    private long records;
    private boolean isCountable = true;

    /** Where the batch of the last record lies in what is being read, -1 when that was looked into. */
    private int lastBatchAt = -1;

    private boolean knowsLast;
    private long lastTimestamp;
    private long lastContentHash;

    /** One for each record where they are compared one by one. */
    private long[] hashes = new long[0];

    private int hashCount;

    /** Records at consecutive target offsets, after all that were added before. */
    public void add(long targetOffset, int count) {
        addSegment(targetOffset, count);
    }

    private void addSegment(long targetOffset, long count) {
        records += count;
        knowsLast = false;
        int last = segments - 1;
        if (last >= 0 && offsets[last] + counts[last] == targetOffset) {
            counts[last] += count;
            return;
        }
        if (segments == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * segments);
            counts = Arrays.copyOf(counts, 2 * segments);
        }
        offsets[segments] = targetOffset;
        counts[segments] = count;
        segments++;
    }

    /** One record, and what tells it from others. */
    public void add(long targetOffset, long hash) {
        add(targetOffset, 1);
        if (hashCount == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(FIRST_HASHES, 2 * hashCount));
        }
        hashes[hashCount++] = hash;
    }

    /** All records of a tail that comes after this one; that one is of no use then. */
    public void add(Tail next) {
        for (int segment = 0; segment < next.segments; segment++) {
            addSegment(next.offsets[segment], next.counts[segment]);
        }
        if (next.hashCount > 0) {
            hashes = Arrays.copyOf(hashes, hashCount + next.hashCount);
            System.arraycopy(next.hashes, 0, hashes, hashCount, next.hashCount);
            hashCount += next.hashCount;
        }
        lastBatchAt = next.lastBatchAt;
        knowsLast = next.knowsLast;
        lastTimestamp = next.lastTimestamp;
        lastContentHash = next.lastContentHash;
    }

    /** The batch of the last record lies there, in what is being read. */
    public void markLastBatch(int batchAt) {
        lastBatchAt = batchAt;
    }

    /** Where the batch of the last record lies, to be looked into while it is there; -1 when it need not be. */
    public int takeLastBatch() {
        int at = lastBatchAt;
        lastBatchAt = -1;
        return at;
    }

    /** What tells the last record that was added from others. */
    public void markLast(long timestamp, long contentHash) {
        knowsLast = true;
        lastTimestamp = timestamp;
        lastContentHash = contentHash;
    }

    /** Whether a record is the same as the last one. */
    public boolean isLast(long timestamp, long contentHash, boolean isTimed) {
        return knowsLast && contentHash == lastContentHash && (!isTimed || timestamp == lastTimestamp);
    }

    /** Something was removed from the target's log: how many records there were cannot be said. */
    public void markHoles() {
        isCountable = false;
    }

    /** Whether counting source records finds the last one, and comparing it proves that. */
    public boolean isCountable() {
        return isCountable && (knowsLast || records == 0);
    }

    /** How many records there are. */
    public long records() {
        return records;
    }

    int segments() {
        return segments;
    }

    long offset(int segment) {
        return offsets[segment];
    }

    long count(int segment) {
        return counts[segment];
    }

    int hashes() {
        return hashCount;
    }

    long hash(int record) {
        return hashes[record];
    }
}
