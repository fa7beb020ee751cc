package io.replicator.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One response as it was received, and how many of its batches are still in use.
 *
 * <p>The fetcher hands batches on and seals the buffer when it has seen them all; the producer releases each batch once.
 * When as many were released as were handed on, the pool takes the buffer back.
 */
public final class ReceiveBuffer {
    private final ByteBuffer bytes;
    private final int offset;
    private final int extent;

    // Written by the fetcher.
    private int handedOn;
    private int holds;
    private boolean sealed;

    /** Written by the producer alone. */
    private final AtomicInteger released = new AtomicInteger();

    ReceiveBuffer(ByteBuffer bytes, int offset, int extent) {
        this.bytes = bytes;
        this.offset = offset;
        this.extent = extent;
    }

    /** The whole buffer, position 0. */
    public ByteBuffer bytes() {
        return bytes;
    }

    int offset() {
        return offset;
    }

    int extent() {
        return extent;
    }

    /** The fetcher: one more batch of this buffer goes to the producer. */
    public void handOn() {
        handedOn++;
    }

    /** The fetcher: batches of this buffer will be handed on after the call that brought it. */
    public void hold() {
        holds++;
    }

    /** The fetcher: one {@link #hold} ends. */
    public void letGo() {
        holds--;
    }

    /** The fetcher: no more batches will be handed on, except where the buffer is held. */
    void seal() {
        sealed = true;
    }

    /** The producer: one batch is no longer needed. */
    public void release() {
        released.setRelease(released.getPlain() + 1);
    }

    boolean isDone() {
        return sealed && holds == 0 && released.getAcquire() == handedOn;
    }
}
