package io.replicator.produce;

import io.replicator.partition.Fault;
import io.replicator.wire.ReceiveBuffer;
import java.nio.ByteBuffer;

/**
 * A batch made for the target, from when it was shaped until its fate is known.
 *
 * <pre>
 *   BUILT --> SENT --> ACKNOWLEDGED
 *              ^ |
 *              | +---> REFUSED
 *              | v
 *            WAITING
 * </pre>
 */
final class HeldBatch {
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

    private final Way way;
    private final SourceSpan span;
    private final int recordCount;
    private final long maxTimestamp;

    /** {@code null} when the records are one run, as nearly always. */
    private final SourceOffsets offsets;

    private ByteBuffer bytes;
    private ReceiveBuffer buffer;

    private long nextOffset;
    private State state = State.BUILT;
    private int baseSequence = -1;

    /** Of the identity that the sequence belongs to. */
    private int grant = -1;

    private boolean mayBeWritten;
    private boolean mayBeWrittenEarlier;
    private long doubtSinceNanos;
    private int failures;
    private long targetOffset = -1;
    private Fault fault;
    private String why = "";

    /**
     * @param offsets source offsets of its records, {@code null} for one run from the span's first offset on
     * @param buffer what {@code bytes} is a part of, {@code null} for memory of its own
     * @param bytes the batch, position 0
     */
    HeldBatch(
            Way way,
            SourceSpan span,
            int recordCount,
            long maxTimestamp,
            SourceOffsets offsets,
            ReceiveBuffer buffer,
            ByteBuffer bytes) {
        this.way = way;
        this.span = span;
        this.recordCount = recordCount;
        this.maxTimestamp = maxTimestamp;
        this.offsets = offsets;
        this.buffer = buffer;
        this.bytes = bytes;
        this.nextOffset = span.nextOffset();
    }

    Way way() {
        return way;
    }

    SourceSpan span() {
        return span;
    }

    int recordCount() {
        return recordCount;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    int runs() {
        return offsets == null ? 1 : offsets.starts().length;
    }

    long runStart(int run) {
        return offsets == null ? span.firstOffset() : offsets.starts()[run];
    }

    int runLength(int run) {
        return offsets == null ? recordCount : offsets.lengths()[run];
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** The source offset after all that it stands for, and after what follows it and holds nothing to copy. */
    long nextOffset() {
        return nextOffset;
    }

    /** What follows it up to this source offset holds nothing to copy. */
    void extendTo(long offset) {
        nextOffset = offset;
    }

    State state() {
        return state;
    }

    boolean is(State expected) {
        return state == expected;
    }

    int baseSequence() {
        return baseSequence;
    }

    int grant() {
        return grant;
    }

    /** Whether it may be on the target although nobody said so. */
    boolean mayBeWritten() {
        return mayBeWritten;
    }

    /** The same of the tries before the one that is on its way: a refusal of this one says nothing about those. */
    boolean mayBeWrittenEarlier() {
        return mayBeWrittenEarlier;
    }

    /** Since when it may be on the target without anybody having said so. */
    long doubtSinceNanos() {
        return doubtSinceNanos;
    }

    /** How often it had to be sent again. */
    int failures() {
        return failures;
    }

    /** The target offset of its first record, -1 when the broker could not tell. */
    long targetOffset() {
        return targetOffset;
    }

    /** What the target said against it last; {@code null} when it said nothing. */
    Fault fault() {
        return fault;
    }

    /** The same in the broker's words. */
    String why() {
        return why;
    }

    /** It gets its sequence, with which it is sent until its fate is known. */
    void number(int ofGrant, int sequence) {
        grant = ofGrant;
        baseSequence = sequence;
    }

    /** The grant that its sequence belongs to is no longer the latest: it gets another one. */
    void unnumber() {
        if (state == State.WAITING) {
            state = State.BUILT;
        }
    }

    void sent(long nowNanos) {
        if (!mayBeWritten) {
            doubtSinceNanos = nowNanos;
        }
        mayBeWrittenEarlier = mayBeWritten;
        mayBeWritten = true;
        state = State.SENT;
    }

    void acknowledged(long atTargetOffset) {
        state = State.ACKNOWLEDGED;
        targetOffset = atTargetOffset;
    }

    void sendAgain() {
        state = State.WAITING;
        failures++;
    }

    void refused() {
        state = State.REFUSED;
    }

    /** Whether the target has it is known. */
    void settle() {
        mayBeWritten = false;
    }

    /** None of the earlier tries was written. */
    void settleEarlierTries() {
        mayBeWrittenEarlier = false;
    }

    /** What the target said against it. */
    void blame(Fault newFault, String newWhy) {
        fault = newFault;
        why = newWhy;
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
