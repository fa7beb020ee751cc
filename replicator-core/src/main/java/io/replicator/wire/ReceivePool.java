package io.replicator.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.kafka.common.memory.MemoryPool;

/**
 * The memory that responses are received into: one direct region of fixed size, allocated first-fit. So the bound holds
 * for any number of partitions and however slow the target is.
 *
 * <p>Belongs to one thread; for receive buffers that is the fetcher's. The producer's thread only counts, in each
 * {@link ReceiveBuffer}, the batches that it has finished with; {@link #reclaim} finds the buffers that are no longer in
 * use. When nothing fits, the selector stops reading from the socket until something does: back-pressure reaches the
 * source's broker.
 *
 * <p>A response larger than the whole region gets memory of its own, but only while the region is empty: a broker sends
 * a batch that is larger than the limit of the request rather than none.
 */
public final class ReceivePool implements MemoryPool {
    /** Buffers do not share cache lines. */
    private static final int ALIGNMENT = 64;

    private final ByteBuffer region;
    private final FreeExtents free;
    private final IdentityHashMap<ByteBuffer, ReceiveBuffer> unclaimed = new IdentityHashMap<>();
    private final List<ReceiveBuffer> claimed = new ArrayList<>();

    /** The size of the last allocation if it did not fit, otherwise 0. */
    private int refusedBytes;

    /** Memory outside of the region, in use by one oversized response. */
    private int oversizedBytes;

    /** Written by the owner, read by any thread. */
    private volatile long usedBytes;

    /**
     * @param capacityBytes the bound, at least one batch of the largest size expected
     */
    public ReceivePool(int capacityBytes) {
        this(ByteBuffer.allocateDirect(capacityBytes / ALIGNMENT * ALIGNMENT));
    }

    private ReceivePool(ByteBuffer region) {
        this.region = region;
        this.free = new FreeExtents(region.capacity());
    }

    /**
     * An empty pool in the same memory. The JVM frees direct memory only when it collects garbage, so a second region may
     * not fit beside this one. To be called only when no thread uses this pool or its buffers any more.
     */
    public ReceivePool handOverMemory() {
        return new ReceivePool(region);
    }

    @Override
    public ByteBuffer tryAllocate(int sizeBytes) {
        ReceiveBuffer buffer = allocate(sizeBytes);
        if (buffer == null) {
            refusedBytes = sizeBytes;
            return null;
        }
        refusedBytes = 0;
        unclaimed.put(buffer.bytes(), buffer);
        publishUse();
        return buffer.bytes();
    }

    private ReceiveBuffer allocate(int sizeBytes) {
        int extent = aligned(sizeBytes);
        if (extent < 0 || extent > region.capacity()) {
            return allocateOversized(sizeBytes);
        }
        int offset = free.take(extent);
        return offset < 0 ? null : new ReceiveBuffer(region.slice(offset, sizeBytes), offset, extent);
    }

    private ReceiveBuffer allocateOversized(int sizeBytes) {
        if (free.freeBytes() < region.capacity() || oversizedBytes > 0) {
            return null;
        }
        oversizedBytes = sizeBytes;
        return new ReceiveBuffer(ByteBuffer.allocate(sizeBytes), -1, sizeBytes);
    }

    /**
     * Takes a buffer for the owner's own use, to be released once.
     *
     * @return {@code null} when nothing that long is free
     */
    public ReceiveBuffer take(int sizeBytes) {
        int extent = aligned(sizeBytes);
        int offset = extent > region.capacity() ? -1 : free.take(extent);
        if (offset < 0) {
            return null;
        }
        ReceiveBuffer buffer = new ReceiveBuffer(region.slice(offset, sizeBytes), offset, extent);
        buffer.handOn();
        buffer.seal();
        claimed.add(buffer);
        publishUse();
        return buffer;
    }

    /** Takes over the buffer of a completed response from the selector. */
    ReceiveBuffer claim(ByteBuffer bytes) {
        ReceiveBuffer buffer = unclaimed.remove(bytes);
        if (buffer == null) {
            throw new IllegalStateException("the buffer was not allocated here, or was claimed before");
        }
        claimed.add(buffer);
        return buffer;
    }

    /** The selector returns a buffer, of a response that was not completed or not claimed. */
    @Override
    public void release(ByteBuffer bytes) {
        ReceiveBuffer buffer = unclaimed.remove(bytes);
        if (buffer != null) {
            give(buffer);
            publishUse();
        }
    }

    /**
     * Takes back every claimed buffer whose batches were all released.
     *
     * @return how many
     */
    public int reclaim() {
        int reclaimed = 0;
        for (int i = claimed.size() - 1; i >= 0; i--) {
            ReceiveBuffer buffer = claimed.get(i);
            if (buffer.isDone()) {
                give(buffer);
                claimed.set(i, claimed.get(claimed.size() - 1));
                claimed.remove(claimed.size() - 1);
                reclaimed++;
            }
        }
        if (reclaimed > 0) {
            publishUse();
        }
        return reclaimed;
    }

    private void give(ReceiveBuffer buffer) {
        if (buffer.offset() < 0) {
            oversizedBytes = 0;
        } else {
            free.give(buffer.offset(), buffer.extent());
        }
    }

    private void publishUse() {
        usedBytes = (long) region.capacity() - free.freeBytes() + oversizedBytes;
    }

    /** Whether so many bytes could be received now. */
    public boolean hasRoomFor(int sizeBytes) {
        return oversizedBytes == 0 && free.largest() >= aligned(sizeBytes);
    }

    /** Bytes in use. Any thread. */
    public long usedBytes() {
        return usedBytes;
    }

    @Override
    public long size() {
        return region.capacity();
    }

    @Override
    public long availableMemory() {
        return free.freeBytes();
    }

    /** The selector calls it before it reads again from sockets that it muted because memory was missing. */
    @Override
    public boolean isOutOfMemory() {
        if (refusedBytes == 0) {
            return false;
        }
        if (aligned(refusedBytes) > region.capacity()) {
            return free.freeBytes() < region.capacity() || oversizedBytes > 0;
        }
        return free.largest() < aligned(refusedBytes);
    }

    private static int aligned(int sizeBytes) {
        return (sizeBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
