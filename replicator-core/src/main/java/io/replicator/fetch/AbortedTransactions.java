package io.replicator.fetch;

import io.replicator.batch.BatchHeader;
import io.replicator.wire.PartitionAnswer;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which batches of one answer belong to aborted transactions (KIP-98): a transaction that the answer lists begins at its
 * first offset and ends with the next control batch of its producer. Kafka's consumer does the same in
 * {@code CompletedFetch}.
 */
final class AbortedTransactions {
    private static final int INITIAL = 8;

    private long[] producerIds = new long[INITIAL];
    private long[] firstOffsets = new long[INITIAL];
    private int listed;
    private int begun;
    private long[] open = new long[INITIAL];
    private int openCount;

    /** Takes the list of an answer and sorts it by first offset, in case the broker did not. */
    void reset(PartitionAnswer answer) {
        listed = answer.abortedTransactions();
        begun = 0;
        openCount = 0;
        if (listed > producerIds.length) {
            producerIds = new long[2 * listed];
            firstOffsets = new long[2 * listed];
        }
        for (int i = 0; i < listed; i++) {
            insert(i, answer.abortedProducerId(i), answer.abortedFirstOffset(i));
        }
    }

    private void insert(int count, long producerId, long firstOffset) {
        int i = count;
        while (i > 0 && firstOffsets[i - 1] > firstOffset) {
            firstOffsets[i] = firstOffsets[i - 1];
            producerIds[i] = producerIds[i - 1];
            i--;
        }
        firstOffsets[i] = firstOffset;
        producerIds[i] = producerId;
    }

    /** A copy of the state, for an answer whose rest is scanned later. */
    AbortedTransactions copy() {
        AbortedTransactions copy = new AbortedTransactions();
        copy.producerIds = Arrays.copyOf(producerIds, producerIds.length);
        copy.firstOffsets = Arrays.copyOf(firstOffsets, firstOffsets.length);
        copy.listed = listed;
        copy.begun = begun;
        copy.open = Arrays.copyOf(open, open.length);
        copy.openCount = openCount;
        return copy;
    }

    /** Moves on to the next batch of the answer; returns whether it is part of an aborted transaction. To be called for each, in order. */
    boolean enter(ByteBuffer bytes, int at) {
        if (listed == 0) {
            return false;
        }
        long lastOffset = BatchHeader.lastOffset(bytes, at);
        while (begun < listed && firstOffsets[begun] <= lastOffset) {
            begin(producerIds[begun]);
            begun++;
        }
        if (!BatchHeader.isTransactional(bytes, at)) {
            return false;
        }
        int index = indexOf(BatchHeader.producerId(bytes, at));
        if (index >= 0 && BatchHeader.isControl(bytes, at)) {
            openCount--;
            open[index] = open[openCount];
            return false;
        }
        return index >= 0;
    }

    private void begin(long producerId) {
        if (indexOf(producerId) >= 0) {
            return;
        }
        if (openCount == open.length) {
            open = Arrays.copyOf(open, 2 * openCount);
        }
        open[openCount] = producerId;
        openCount++;
    }

    private int indexOf(long producerId) {
        for (int i = 0; i < openCount; i++) {
            if (open[i] == producerId) {
                return i;
            }
        }
        return -1;
    }
}
