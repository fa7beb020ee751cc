package io.replicator.produce;

import io.replicator.partition.Fault;
import io.replicator.wire.ProducedBatch;
import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/** A batch made for the target, from when it was shaped until its fate is known. */
final class HeldBatch implements ProducedBatch {
    /** Where a batch is. */
    enum State {
        /** Shaped, never sent: it has no sequence yet. */
        BUILT,
        /** Sent, not answered. */
        SENT,
        /** To be sent again, with the sequence that it has. */
        WAITING,
        /** On the target; the batches before it may not be. */
        ACKNOWLEDGED,
        /** Not on the target, and it never will be as it is. */
        REFUSED
    }

    /** How a batch was made, for the counters. */
    enum Way {
        PASS,
        COALESCE,
        REBUILD
    }

    final PartitionWindow window;
    final Way way;
    final int sourceBatches;
    final int recordCount;

    /** The first source offset that is in it, and the source offset after all that it stands for. */
    final long firstOffset;

    long nextOffset;

    /** Bytes of the source batches that it was made of, to be released with it. */
    final long sourceBytes;

    final long maxTimestamp;
    final long arrivedNanos;

    /** Source offsets of its records as runs, ascending; {@code null} when they are one run, as nearly always. */
    private final long[] runStarts;

    private final int[] runLengths;

    private ByteBuffer bytes;
    private ReceiveBuffer buffer;

    State state = State.BUILT;
    int baseSequence = -1;

    /** Of the identity that its sequence belongs to. */
    int grant = -1;

    /** Whether it may be on the target although nobody said so. */
    boolean mayBeWritten;

    /** The same of the tries before the one that is on its way: a no to this one says nothing about those. */
    boolean mayBeWrittenEarlier;

    /** Since when it may be on the target without anybody having said so. */
    long doubtSinceNanos;

    int failures;
    long targetOffset = -1;
    Fault fault;
    String why = "";

    /**
     * @param firstOffset of the source
     * @param runStarts source offsets of its records as runs, {@code null} for one run from {@code firstOffset} on
     * @param buffer what {@code bytes} is a part of, {@code null} for memory of its own
     * @param bytes the batch, position 0
     */
    HeldBatch(
            PartitionWindow window,
            Way way,
            int sourceBatches,
            int recordCount,
            long firstOffset,
            long nextOffset,
            long sourceBytes,
            long maxTimestamp,
            long arrivedNanos,
            long[] runStarts,
            int[] runLengths,
            ReceiveBuffer buffer,
            ByteBuffer bytes) {
        this.window = window;
        this.way = way;
        this.sourceBatches = sourceBatches;
        this.recordCount = recordCount;
        this.firstOffset = firstOffset;
        this.nextOffset = nextOffset;
        this.sourceBytes = sourceBytes;
        this.maxTimestamp = maxTimestamp;
        this.arrivedNanos = arrivedNanos;
        this.runStarts = runStarts;
        this.runLengths = runLengths;
        this.buffer = buffer;
        this.bytes = bytes;
    }

    int runs() {
        return runStarts == null ? 1 : runStarts.length;
    }

    long runStart(int run) {
        return runStarts == null ? firstOffset : runStarts[run];
    }

    int runLength(int run) {
        return runStarts == null ? recordCount : runLengths[run];
    }

    @Override
    public String targetTopic() {
        return window.partition().targetTopic();
    }

    @Override
    public Uuid targetTopicId() {
        return window.partition().targetTopicId();
    }

    @Override
    public int partition() {
        return window.partition().number();
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Moves the batch to memory of its own, so that the buffer it came in can be used again. Never while it is sent. */
    void detach() {
        if (buffer != null) {
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
            copy.put(0, bytes, 0, bytes.remaining());
            bytes = copy;
            buffer.release();
            buffer = null;
        }
    }

    /** Its bytes are no longer needed. */
    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        bytes = null;
    }
}
