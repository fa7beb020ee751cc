package io.replicator.ring;

import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;

/**
 * One source batch, or the news that a partition's position moved without one. Filled by the fetcher, read by the
 * producer; the ring's sequence hands it over.
 */
public final class BatchSlot {
    /** What a slot holds. */
    public enum Kind {
        /** A v2 batch without holes that the fetcher wants whole. */
        WHOLE,
        /** A batch that must be decoded: holes, an old format, a start in its middle. */
        REBUILD,
        /** No batch: aborted records, control batches or holes up to {@code nextOffset}. */
        ADVANCE
    }

    public Kind kind;

    /** The lane's number of the partition. */
    public int laneIndex;

    /** Of the partition's restart; batches of an earlier one are dropped. */
    public int generation;

    /** What the batch stands in; {@code null} for ADVANCE, as is {@link #bytes}. */
    public ReceiveBuffer buffer;

    public ByteBuffer bytes;

    /** Where the batch begins in {@link #bytes}. */
    public int at;

    public int sizeInBytes;

    /** Records below this source offset are not wanted; it is the {@link #nextOffset} of the slot before. */
    public long fromOffset;

    /** The source offset after the batch. */
    public long nextOffset;

    public long arrivedNanos;

    void clear() {
        buffer = null;
        bytes = null;
    }
}
