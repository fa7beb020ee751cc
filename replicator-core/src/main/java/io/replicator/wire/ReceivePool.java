package io.replicator.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.kafka.common.memory.MemoryPool;

/**
 * Where responses are received: one direct region of fixed size, cut first-fit, so that the bound holds whatever the
 * number of partitions and however slow the target.
 *
 * <p>Belongs to one thread, for receive buffers the fetcher's. The producer's thread only counts what it is done with, in each
 * {@link ReceiveBuffer}; {@link #reclaim} finds the buffers that nobody needs any more. When nothing fits, the selector
 * stops reading from the socket until something does: back-pressure ends at the source's broker.
 *
 * <p>A response larger than the whole region gets memory of its own, but only while the region is empty: a broker sends
 * a batch that is larger than asked rather than none.
 */
public final class ReceivePool implements MemoryPool {
    /** Keeps neighbours off each other's cache lines. */
    private static final int ALIGNMENT = 64;

    private final ByteBuffer region;
    private final FreeExtents free;
    private final IdentityHashMap<ByteBuffer, ReceiveBuffer> unclaimed = new IdentityHashMap<>();
    private final List<ReceiveBuffer> claimed = new ArrayList<>();

    /** What did not fit when it was last asked for, 0 when all did. */
    private int refusedBytes;

    /** Memory outside of the region that one oversized response stands in. */
    private int oversizedBytes;

    /** Written by the fetcher, read by whoever reports. */
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
     * An empty pool in the same memory. The JVM gives direct memory back only when it collects garbage: a second region
     * beside this one may not fit. Only once no thread uses this pool, or what it gave out, any more.
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

    /** Takes the buffer that a completed response stands in out of the selector's hands. */
    ReceiveBuffer claim(ByteBuffer bytes) {
        ReceiveBuffer buffer = unclaimed.remove(bytes);
        if (buffer == null) {
            throw new IllegalStateException("the buffer was not allocated here, or was claimed before");
        }
        claimed.add(buffer);
        return buffer;
    }

    /** The selector gives back a buffer, of a response that was not completed or that nobody claims. */
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

    /** Bytes in use; any thread may ask. */
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

    /** Asked by the selector before it reads again from sockets that it muted for want of memory. */
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
