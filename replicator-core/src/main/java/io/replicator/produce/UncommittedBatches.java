package io.replicator.produce;

import java.util.ArrayDeque;

/**
 * A partition's batches that are on the target and wait for their transaction to be committed, without bytes. Empty where
 * nothing is written in transactions.
 */
final class UncommittedBatches {
    private final ArrayDeque<HeldBatch> batches = new ArrayDeque<>();

    /** The target offset after the last one that was acknowledged, -1 before the first. */
    private long targetEnd = -1;

    boolean isEmpty() {
        return batches.isEmpty();
    }

    /**
     * The batch waits for the commit.
     *
     * @param committedEnd the target offset after what is committed
     * @return false when the batch stands below what was written before
     */
    boolean offer(HeldBatch batch, long committedEnd) {
        if (batch.targetOffset() >= 0) {
            if (batch.targetOffset() < Math.max(committedEnd, targetEnd)) {
                return false;
            }
            targetEnd = batch.targetOffset() + batch.recordCount();
        }
        batches.add(batch);
        return true;
    }

    /** Takes the first batch, whose transaction was committed; {@code null} when there is none. */
    HeldBatch poll() {
        return batches.poll();
    }

    /** The source offset after the last batch. */
    long nextOffset() {
        return batches.peekLast().nextOffset();
    }

    /** What follows the last batch up to this source offset holds nothing to copy. */
    void extendTo(long offset) {
        batches.peekLast().extendTo(offset);
    }

    /** The transaction was aborted: nothing of it is on the target. */
    void rollBack() {
        batches.clear();
        targetEnd = -1;
    }

    /** Nothing is to become of them any more. */
    void forget() {
        batches.clear();
    }
}
