package io.replicator.ring;

import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;

/**
 * One source batch, or a range of source offsets without records to copy. The fetcher fills it, the producer reads it; the
 * ring's sequence passes it between the threads.
 */
public final class BatchSlot {
    /** What a slot holds. */
    public enum Kind {
        /** A v2 batch without holes, all of which is to be copied. */
        WHOLE,
        /** A batch that must be decoded: it has holes or an old format, or copying starts in its middle. */
        REBUILD,
        /** No batch: aborted records, control batches or holes up to {@code nextOffset}. */
        ADVANCE
    }

    public Kind kind;

    /** The partition's index in the lane. */
    public int laneIndex;

    /** Counts the partition's restarts; batches of an earlier generation are dropped. */
    public int generation;

    /** The buffer that holds the batch; {@code null} for ADVANCE, as is {@link #bytes}. */
    public ReceiveBuffer buffer;

    public ByteBuffer bytes;

    /** Where the batch begins in {@link #bytes}. */
    public int at;

    public int sizeInBytes;

    /** Records below this source offset are not copied; it is the {@link #nextOffset} of the slot before. */
    public long fromOffset;

    /** The source offset after the batch. */
    public long nextOffset;

    public long arrivedNanos;

    void clear() {
        buffer = null;
        bytes = null;
    }
}
