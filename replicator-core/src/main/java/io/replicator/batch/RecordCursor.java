package io.replicator.batch;

import java.nio.ByteBuffer;

/**
 * Walks over uncompressed records and moves them undecoded. Only length, attributes and the two deltas of a record are read;
 * the tail (key, value, headers) is copied without a change.
 *
 * <pre>
 *  length  attributes  timestamp delta  offset delta | key, value, headers
 *  varint  1 byte      varlong          varint       | tail
 * </pre>
 *
 * <p>A varint of 32 bits and a varlong of 64 bits have the same bytes for the same value (zigzag, seven bits a byte). One
 * instance per thread, reused; no garbage.
 */
final class RecordCursor {

    /** The greatest size of length, attributes and both deltas. */
    static final int LARGEST_FRAME_BYTES = 5 + 1 + 10 + 5;

    private static final int LAST_VARLONG_SHIFT = 63;

    private ByteBuffer records;
    private int position;
    private int end;

    private byte attributes;
    private long timestampDelta;
    private int offsetDelta;
    private int tailAt;
    private int tailBytes;

    /** Moves before the first of the records between {@code at} and {@code end}. */
    void open(ByteBuffer buffer, int at, int endAt) {
        records = buffer;
        position = at;
        end = endAt;
    }

    /** Drops the reference to the buffer, which the caller owns. */
    void close() {
        records = null;
    }

    int position() {
        return position;
    }

    /** Moves back before a record, to an earlier position. */
    void rewind(int recordAt) {
        position = recordAt;
    }

    boolean isAtEnd() {
        return position == end;
    }

    long timestampDelta() {
        return timestampDelta;
    }

    int offsetDelta() {
        return offsetDelta;
    }

    /** Reads the next record's frame and moves behind the record. */
    void next() {
        long length = readVarlong(end);
        if (length < 1 || length > end - position) {
            throw corrupt("record length " + length + " where " + (end - position) + " bytes are left");
        }
        int recordEnd = position + (int) length;
        attributes = records.get(position++);
        timestampDelta = readVarlong(recordEnd);
        long delta = readVarlong(recordEnd);
        offsetDelta = (int) delta;
        if (offsetDelta != delta) {
            throw corrupt("offset delta " + delta);
        }
        tailAt = position;
        tailBytes = recordEnd - position;
        position = recordEnd;
    }

    /**
     * Copies the record just read, with other deltas.
     *
     * @return the index after the copy, or -1 if it does not fit before {@code limit}; then nothing was written
     */
    int copyTo(ByteBuffer target, int at, int limit, long newTimestampDelta, int newOffsetDelta) {
        long bodyBytes = 1L + varlongBytes(newTimestampDelta) + varlongBytes(newOffsetDelta) + tailBytes;
        if (at + varlongBytes(bodyBytes) + bodyBytes > limit) {
            return -1;
        }
        int next = putVarlong(target, at, bodyBytes);
        target.put(next++, attributes);
        next = putVarlong(target, next, newTimestampDelta);
        next = putVarlong(target, next, newOffsetDelta);
        target.put(next, records, tailAt, tailBytes);
        return next + tailBytes;
    }

    private long readVarlong(int limit) {
        long raw = 0;
        int shift = 0;
        byte next;
        do {
            if (position >= limit || shift > LAST_VARLONG_SHIFT) {
                throw corrupt("a number without end");
            }
            next = records.get(position++);
            raw |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return (raw >>> 1) ^ -(raw & 1);
    }

    private static int putVarlong(ByteBuffer target, int at, long value) {
        long raw = (value << 1) ^ (value >> 63);
        int next = at;
        while ((raw & ~0x7FL) != 0) {
            target.put(next++, (byte) (raw | 0x80));
            raw >>>= 7;
        }
        target.put(next++, (byte) raw);
        return next;
    }

    private static int varlongBytes(long value) {
        long raw = (value << 1) ^ (value >> 63);
        return (Long.SIZE - Long.numberOfLeadingZeros(raw | 1) + 6) / 7;
    }

    private static CorruptBatchException corrupt(String what) {
        return new CorruptBatchException("records do not parse: " + what);
    }
}
