package io.replicator.testkit.data;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What a record of a {@link LiveLoad} says of itself, in a header: which one of its partition it is, counted from 0, and a
 * checksum over its place, timestamp, key and value. So whoever reads a copy knows what is missing, what is there twice and
 * what is not as it was written, without having kept anything.
 *
 * @param partition it was written to
 * @param sequence its number in the partition, in the order of sending
 * @param isWhole whether timestamp, key and value are as they were written
 */
public record Stamp(int partition, long sequence, boolean isWhole) {
    static final String HEADER = "stamp";

    private static final int BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int ABSENT = -1;

    /** The stamp of a record that was read; empty when it bears none. */
    public static Optional<Stamp> of(ConsumerRecord<byte[], byte[]> seen) {
        Header header = seen.headers().lastHeader(HEADER);
        if (header == null || header.value() == null || header.value().length != BYTES) {
            return Optional.empty();
        }
        ByteBuffer stamp = ByteBuffer.wrap(header.value());
        int partition = stamp.getInt();
        long sequence = stamp.getLong();
        int checksum = checksum(partition, sequence, seen.timestamp(), seen.key(), seen.value());
        return Optional.of(new Stamp(partition, sequence, checksum == stamp.getInt()));
    }

    /** The header of a record that is to be written. */
    static HeaderContent header(int partition, long sequence, RecordContent content) {
        int checksum = checksum(
                partition,
                sequence,
                content.timestamp(),
                content.key().orNull(),
                content.value().orNull());
        byte[] stamp = new byte[BYTES];
        ByteBuffer.wrap(stamp).putInt(partition).putLong(sequence).putInt(checksum);
        return new HeaderContent(HEADER, Blob.of(stamp));
    }

    private static int checksum(int partition, long sequence, long timestamp, byte[] key, byte[] value) {
        CRC32C crc = new CRC32C();
        ByteBuffer fixed = ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES);
        crc.update(fixed.putInt(partition).putLong(sequence).putLong(timestamp).flip());
        update(crc, key);
        update(crc, value);
        return (int) crc.getValue();
    }

    private static void update(CRC32C crc, byte[] bytes) {
        int length = bytes == null ? ABSENT : bytes.length;
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        if (bytes != null) {
            crc.update(bytes);
        }
    }
}
