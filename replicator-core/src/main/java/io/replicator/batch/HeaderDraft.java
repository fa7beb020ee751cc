package io.replicator.batch;

import java.nio.ByteBuffer;

/**
 * The header of a new batch: dense, CreateTime, neither transactional nor control. It is filled while records are added and
 * written after the last one. One instance per thread, reused.
 */
final class HeaderDraft {

    static final long NO_PRODUCER_ID = -1L;
    static final short NO_PRODUCER_EPOCH = -1;
    static final int NO_SEQUENCE = -1;
    static final long NO_TIMESTAMP = -1L;

    private static final int NO_LEADER_EPOCH = -1;

    private int codec;
    private int recordCount;
    private long baseTimestamp;
    private long maxTimestamp;

    void begin() {
        recordCount = 0;
        codec = BatchHeader.CODEC_NONE;
        maxTimestamp = NO_TIMESTAMP;
    }

    boolean isEmpty() {
        return recordCount == 0;
    }

    int codec() {
        return codec;
    }

    int recordCount() {
        return recordCount;
    }

    long baseTimestamp() {
        return baseTimestamp;
    }

    /** Sets the fields that the first records determine. */
    void first(int recordsCodec, long timestamp) {
        codec = recordsCodec;
        baseTimestamp = timestamp;
    }

    void add(int records, long largestTimestamp) {
        recordCount += records;
        maxTimestamp = Math.max(maxTimestamp, largestTimestamp);
    }

    /**
     * Writes the header before the records, which are compressed by {@code storedCodec}, and the batch's CRC.
     *
     * @param size of the whole batch
     */
    void write(
            ByteBuffer buffer,
            int at,
            int size,
            int storedCodec,
            long producerId,
            short epoch,
            int sequence,
            Crc32c crc) {
        buffer.putLong(at, 0L);
        buffer.putInt(at + BatchHeader.LENGTH_AT, size - BatchHeader.LOG_OVERHEAD);
        buffer.putInt(at + BatchHeader.LEADER_EPOCH_AT, NO_LEADER_EPOCH);
        buffer.put(at + BatchHeader.MAGIC_AT, BatchHeader.MAGIC_V2);
        buffer.putShort(at + BatchHeader.ATTRIBUTES_AT, (short) storedCodec);
        buffer.putInt(at + BatchHeader.LAST_OFFSET_DELTA_AT, recordCount - 1);
        buffer.putLong(at + BatchHeader.BASE_TIMESTAMP_AT, baseTimestamp);
        buffer.putLong(at + BatchHeader.MAX_TIMESTAMP_AT, maxTimestamp);
        buffer.putLong(at + BatchHeader.PRODUCER_ID_AT, producerId);
        buffer.putShort(at + BatchHeader.PRODUCER_EPOCH_AT, epoch);
        buffer.putInt(at + BatchHeader.BASE_SEQUENCE_AT, sequence);
        buffer.putInt(at + BatchHeader.RECORD_COUNT_AT, recordCount);
        buffer.putInt(at + BatchHeader.CRC_AT, crc.ofBatch(buffer, at));
    }
}
