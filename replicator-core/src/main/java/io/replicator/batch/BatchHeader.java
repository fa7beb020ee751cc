package io.replicator.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

/**
 * Reads the header of a batch in place. Nothing is moved, copied or allocated.
 *
 * <pre>
 *  at  bytes                              (KIP-98; Kafka's DefaultRecordBatch)
 *   0    8   base offset                  magic 0 and 1: offset of the record, of a compressed wrapper its last record's
 *   8    4   length of what follows       all formats
 *  12    4   partition leader epoch       magic 0 and 1: their CRC
 *  16    1   magic                        all formats
 *  17    4   CRC-32C of 21..end
 *  21    2   attributes: codec 0-2, log append time 3, transactional 4, control 5, delete horizon 6
 *  23    4   last offset delta            kept by compaction, so it may lie above the last record
 *  27    8   base timestamp               with a delete horizon: the horizon; record deltas are relative to it all the same
 *  35    8   max timestamp                with log append time: every record's timestamp
 *  43    8   producer id
 *  51    2   producer epoch
 *  53    4   base sequence
 *  57    4   record count
 *  61        records, compressed as a whole or plain
 * </pre>
 *
 * <p>{@link #sizeInBytes}, {@link #magic}, {@link #baseOffset}, {@link #lastOffset}, {@link #nextOffset} and {@link #isWhole}
 * work for every format. All others are defined for magic 2 only.
 */
public final class BatchHeader {

    /** Bytes of a magic 2 header, record count included. */
    public static final int SIZE = 61;

    /** Offset and length, which come before every batch and are not counted by its length. */
    public static final int LOG_OVERHEAD = 12;

    /** The magic of the format that brokers write since 0.11. */
    public static final byte MAGIC_V2 = 2;

    /** The codec of records that are not compressed. */
    public static final int CODEC_NONE = 0;

    /** The highest codec there is: zstd. */
    static final int CODEC_LAST = 4;

    static final int LENGTH_AT = 8;
    static final int LEADER_EPOCH_AT = 12;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;
    static final int LAST_OFFSET_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int BASE_SEQUENCE_AT = 53;
    static final int RECORD_COUNT_AT = 57;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME = 0x08;
    static final int TRANSACTIONAL = 0x10;
    static final int CONTROL = 0x20;
    static final int DELETE_HORIZON = 0x40;

    /** CRC, magic, attributes, key length and value length of magic 0: no batch of any format is shorter. */
    private static final int SMALLEST_LENGTH = 14;

    private BatchHeader() {}

    /** The whole batch, {@link #LOG_OVERHEAD} included. All formats. */
    public static int sizeInBytes(ByteBuffer buffer, int at) {
        return LOG_OVERHEAD + buffer.getInt(at + LENGTH_AT);
    }

    /** All formats; of a compressed wrapper of magic 0 or 1 it is the last record's offset, see {@link #lastOffset}. */
    public static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    /** All formats. */
    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC_AT);
    }

    public static int partitionLeaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH_AT);
    }

    /** The stored CRC-32C, unchecked; its 32 bits are unsigned. */
    public static int crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC_AT);
    }

    /** The stored CRC-32C as a number, for messages. */
    public static long unsignedCrc(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(crc(buffer, at));
    }

    public static short attributes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + ATTRIBUTES_AT);
    }

    /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public static int codec(ByteBuffer buffer, int at) {
        return attributes(buffer, at) & CODEC_MASK;
    }

    public static boolean isCompressed(ByteBuffer buffer, int at) {
        return codec(buffer, at) != CODEC_NONE;
    }

    /** Whether the broker set the timestamp of every record, to {@link #maxTimestamp}. */
    public static boolean isLogAppendTime(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & LOG_APPEND_TIME) != 0;
    }

    public static boolean isTransactional(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & TRANSACTIONAL) != 0;
    }

    /** Whether it is one of Kafka's markers (commit, abort, leader change): they take offsets but hold no producer's records. */
    public static boolean isControl(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & CONTROL) != 0;
    }

    /**
     * Whether a control batch commits its producer's transaction; other transaction markers abort it. Allocates.
     *
     * @throws CorruptBatchException if the batch cannot be read
     */
    public static boolean isCommit(ByteBuffer buffer, int at) {
        try {
            ByteBuffer bytes = buffer.slice(at, sizeInBytes(buffer, at));
            Record marker =
                    MemoryRecords.readableRecords(bytes).records().iterator().next();
            return ControlRecordType.parse(marker.key()) == ControlRecordType.COMMIT;
        } catch (RuntimeException e) {
            // Kafka's readers throw many different exceptions for this.
            throw new CorruptBatchException(
                    "control batch at offset " + baseOffset(buffer, at) + ": " + e.getMessage(), e);
        }
    }

    /** Whether the log cleaner found tombstones here and wrote into the base timestamp when it may delete them (KIP-534). */
    public static boolean hasDeleteHorizon(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & DELETE_HORIZON) != 0;
    }

    public static int lastOffsetDelta(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LAST_OFFSET_DELTA_AT);
    }

    /** The last offset of the batch, whether or not its record still exists. All formats. */
    public static long lastOffset(ByteBuffer buffer, int at) {
        long baseOffset = baseOffset(buffer, at);
        return magic(buffer, at) < MAGIC_V2 ? baseOffset : baseOffset + lastOffsetDelta(buffer, at);
    }

    /** The offset after the batch. All formats. */
    public static long nextOffset(ByteBuffer buffer, int at) {
        return lastOffset(buffer, at) + 1;
    }

    /** The timestamp that record deltas are relative to, with and without a delete horizon. */
    public static long baseTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_TIMESTAMP_AT);
    }

    public static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP_AT);
    }

    public static long producerId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + PRODUCER_ID_AT);
    }

    public static short producerEpoch(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PRODUCER_EPOCH_AT);
    }

    public static int baseSequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BASE_SEQUENCE_AT);
    }

    public static int recordCount(ByteBuffer buffer, int at) {
        return buffer.getInt(at + RECORD_COUNT_AT);
    }

    /** Whether every offset of the batch has its record. After compaction that may be false; then the batch cannot pass. */
    public static boolean isDense(ByteBuffer buffer, int at) {
        return lastOffsetDelta(buffer, at) + 1L == recordCount(buffer, at);
    }

    /**
     * Whether a complete batch is at {@code at}; a fetch response may end within one. All formats.
     *
     * @param limit absolute index after the last byte
     * @throws CorruptBatchException if no batch can have the length: a caller that waited for the rest would wait forever
     */
    public static boolean isWhole(ByteBuffer buffer, int at, int limit) {
        int present = limit - at;
        if (present <= MAGIC_AT) {
            return false;
        }
        int length = buffer.getInt(at + LENGTH_AT);
        int smallest = magic(buffer, at) < MAGIC_V2 ? SMALLEST_LENGTH : SIZE - LOG_OVERHEAD;
        if (length < smallest) {
            throw new CorruptBatchException(
                    "batch at offset " + baseOffset(buffer, at) + ": length " + length + " is below " + smallest);
        }
        return length <= present - LOG_OVERHEAD;
    }
}
