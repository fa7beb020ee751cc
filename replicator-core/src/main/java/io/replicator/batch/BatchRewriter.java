package io.replicator.batch;

import java.nio.ByteBuffer;

/**
 * The {@code pass} way: writes the lane's producer identity into the header of a fetched batch, in place. The records are
 * neither read nor changed, and the CRC is patched, so the target's broker still checks the bytes that the source's producer
 * computed it for.
 *
 * <p>The batch must be of magic 2 and without holes ({@link BatchHeader#isDense}); codec, timestamps and timestamp type are kept.
 * A delete horizon's bit can be cleared because record timestamps are relative to the base timestamp field with and without
 * it (Kafka's DefaultRecord and MemoryRecordsBuilder): readers see the same times.
 */
public final class BatchRewriter {

    private static final int CLEARED = BatchHeader.TRANSACTIONAL | BatchHeader.CONTROL | BatchHeader.DELETE_HORIZON;
    private static final int NO_LEADER_EPOCH = -1;

    /** Last offset delta, base and max timestamp: unchanged fields between those that change. */
    private static final int UNCHANGED_BYTES = BatchHeader.PRODUCER_ID_AT - BatchHeader.LAST_OFFSET_DELTA_AT;

    private BatchRewriter() {}

    /** As {@link #rewrite(ByteBuffer, int, long, short, int, boolean)}, outside of a transaction. */
    public static void rewrite(ByteBuffer buffer, int at, long producerId, short producerEpoch, int baseSequence) {
        rewrite(buffer, at, producerId, producerEpoch, baseSequence, false);
    }

    /**
     * Sets base offset 0, no leader epoch, no flags of the source and the given identity. It can be applied again with another
     * identity, as a retry after an epoch bump needs. Nothing is allocated.
     *
     * @param isTransactional whether it is part of a transaction of that identity
     */
    public static void rewrite(
            ByteBuffer buffer,
            int at,
            long producerId,
            short producerEpoch,
            int baseSequence,
            boolean isTransactional) {
        assert BatchHeader.magic(buffer, at) == BatchHeader.MAGIC_V2 : "only magic 2 can pass";
        int oldAttributes = BatchHeader.attributes(buffer, at);
        int newAttributes = (oldAttributes & ~CLEARED) | (isTransactional ? BatchHeader.TRANSACTIONAL : 0);

        int difference = CrcPatch.feed(0, oldAttributes ^ newAttributes, Short.BYTES);
        difference = CrcPatch.shift(difference, UNCHANGED_BYTES);
        difference = CrcPatch.feed(difference, BatchHeader.producerId(buffer, at) ^ producerId, Long.BYTES);
        difference = CrcPatch.feed(difference, BatchHeader.producerEpoch(buffer, at) ^ producerEpoch, Short.BYTES);
        difference = CrcPatch.feed(difference, BatchHeader.baseSequence(buffer, at) ^ baseSequence, Integer.BYTES);
        int tailBytes = BatchHeader.sizeInBytes(buffer, at) - BatchHeader.RECORD_COUNT_AT;
        int crc = BatchHeader.crc(buffer, at) ^ CrcPatch.shift(difference, tailBytes);

        buffer.putLong(at, 0L);
        buffer.putInt(at + BatchHeader.LEADER_EPOCH_AT, NO_LEADER_EPOCH);
        buffer.putInt(at + BatchHeader.CRC_AT, crc);
        buffer.putShort(at + BatchHeader.ATTRIBUTES_AT, (short) newAttributes);
        buffer.putLong(at + BatchHeader.PRODUCER_ID_AT, producerId);
        buffer.putShort(at + BatchHeader.PRODUCER_EPOCH_AT, producerEpoch);
        buffer.putInt(at + BatchHeader.BASE_SEQUENCE_AT, baseSequence);
    }

    /** Checks a magic 2 batch completely, to find out after a {@code CORRUPT_MESSAGE} where it was damaged. Allocates. */
    public static boolean isCrcValid(ByteBuffer buffer, int at) {
        return new Crc32c().ofBatch(buffer, at) == BatchHeader.crc(buffer, at);
    }
}
