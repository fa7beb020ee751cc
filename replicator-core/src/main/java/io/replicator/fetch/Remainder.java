package io.replicator.fetch;

import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;

/** One partition's batches of one answer, and up to where they are in the ring. */
final class Remainder {
    private final AbortedTransactions aborted;
    private PartitionCursor cursor;
    private int generation;
    private ReceiveBuffer buffer;
    private ByteBuffer batches;
    private int at;
    private long arrivedNanos;
    private boolean kept;

    Remainder(AbortedTransactions aborted) {
        this.aborted = aborted;
    }

    void fill(PartitionCursor newCursor, ReceiveBuffer newBuffer, ByteBuffer newBatches, long newArrivedNanos) {
        cursor = newCursor;
        generation = newCursor.generation;
        buffer = newBuffer;
        batches = newBatches;
        at = newBatches.position();
        arrivedNanos = newArrivedNanos;
    }

    /** The rest, to be scanned after the call that brought it; the buffer is held until {@link #drop}. */
    Remainder keep() {
        if (kept) {
            return this;
        }
        Remainder copy = new Remainder(aborted.copy());
        copy.cursor = cursor;
        copy.generation = generation;
        copy.buffer = buffer;
        copy.batches = batches;
        copy.at = at;
        copy.arrivedNanos = arrivedNanos;
        copy.kept = true;
        buffer.hold();
        return copy;
    }

    void drop() {
        buffer.letGo();
    }

    PartitionCursor cursor() {
        return cursor;
    }

    int generation() {
        return generation;
    }

    AbortedTransactions aborted() {
        return aborted;
    }

    ReceiveBuffer buffer() {
        return buffer;
    }

    ByteBuffer batches() {
        return batches;
    }

    int at() {
        return at;
    }

    void passTo(int next) {
        at = next;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }
}
