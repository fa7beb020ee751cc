package io.replicator.wire;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the batches of one topic by their partitions, while a request is checked or an answer is read. All calls of an
 * agent share one: an array in each call would be as long as the topic has partitions, for a call that may carry one batch.
 *
 * @param <B> the caller's batch
 */
public final class BatchIndex<B extends ProducedBatch> {
    private Object[] byNumber = new Object[1];

    /** Takes in one topic's batches; nothing is in the index before. */
    void fill(List<B> batches) {
        for (int i = 0; i < batches.size(); i++) {
            B batch = batches.get(i);
            int number = batch.partition();
            if (number >= byNumber.length) {
                byNumber = Arrays.copyOf(byNumber, Math.max(number + 1, 2 * byNumber.length));
            }
            if (byNumber[number] != null) {
                throw new IllegalStateException("two batches of partition " + number + " in one request");
            }
            byNumber[number] = batch;
        }
    }

    /** Takes a partition's batch out; {@code null} when there is none. */
    @SuppressWarnings("unchecked")
    B take(int number) {
        if (number < 0 || number >= byNumber.length) {
            return null;
        }
        B batch = (B) byNumber[number];
        byNumber[number] = null;
        return batch;
    }
}
