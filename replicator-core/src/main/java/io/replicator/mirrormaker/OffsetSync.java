package io.replicator.mirrormaker;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The offsets of one record on both sides, as MirrorMaker 2 writes them to {@code mm2-offset-syncs.*.internal}
 * ({@code org.apache.kafka.connect.mirror.OffsetSync}).
 *
 * @param source the partition by its name on the source
 * @param sourceOffset of the record
 * @param targetOffset of its copy
 */
public record OffsetSync(TopicPartition source, long sourceOffset, long targetOffset) implements MirrorRecord {
    /** Parses a record of the topic; empty when MirrorMaker 2 would not write such a record. */
    public static Optional<OffsetSync> read(byte[] key, byte[] value) {
        try {
            ByteBuffer keyBytes = ByteBuffer.wrap(key);
            ByteBuffer valueBytes = ByteBuffer.wrap(value);
            TopicPartition source = new TopicPartition(Fields.text(keyBytes), keyBytes.getInt());
            return Optional.of(new OffsetSync(source, valueBytes.getLong(), valueBytes.getLong()));
        } catch (BufferUnderflowException tooShort) {
            return Optional.empty();
        }
    }

    /** Compaction keeps the last offset sync of each partition. */
    @Override
    public byte[] key() {
        byte[] topic = Fields.utf8(source.topic());
        ByteBuffer buffer = ByteBuffer.allocate(Fields.size(topic) + Integer.BYTES);
        Fields.put(buffer, topic);
        return buffer.putInt(source.partition()).array();
    }

    /** Unlike the other two records, it does not start with a version. */
    @Override
    public byte[] value() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(sourceOffset)
                .putLong(targetOffset)
                .array();
    }
}
