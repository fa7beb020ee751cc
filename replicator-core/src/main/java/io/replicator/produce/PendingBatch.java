package io.replicator.produce;

import io.replicator.ring.BatchSlot;
import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** A source batch that waits for its turn: what a ring slot said, kept when the slot is filled anew. */
final class PendingBatch {
    BatchSlot.Kind kind;
    ReceiveBuffer buffer;
    ByteBuffer bytes;
    int at;
    int sizeInBytes;
    long fromOffset;
    long nextOffset;
    long arrivedNanos;

    /** What lies below a source offset is on the target already: the rest is written like a batch that begins there. */
    void beginAt(long offset) {
        kind = BatchSlot.Kind.REBUILD;
        fromOffset = offset;
    }

    private void fill(BatchSlot slot) {
        kind = slot.kind;
        buffer = slot.buffer;
        bytes = slot.bytes;
        at = slot.at;
        sizeInBytes = slot.sizeInBytes;
        fromOffset = slot.fromOffset;
        nextOffset = slot.nextOffset;
        arrivedNanos = slot.arrivedNanos;
    }

    /** Used ones, to be filled again: as many as were ever pending at once. */
    static final class Stock {
        private final ArrayDeque<PendingBatch> free = new ArrayDeque<>();
        private int inUse;

        PendingBatch take(BatchSlot slot) {
            PendingBatch batch = free.poll();
            if (batch == null) {
                batch = new PendingBatch();
            }
            batch.fill(slot);
            inUse++;
            return batch;
        }

        void giveBack(PendingBatch batch) {
            batch.buffer = null;
            batch.bytes = null;
            inUse--;
            free.push(batch);
        }

        int inUse() {
            return inUse;
        }
    }
}
