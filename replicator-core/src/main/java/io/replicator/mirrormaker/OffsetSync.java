package io.replicator.mirrormaker;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * One record that stands on both sides, as MirrorMaker 2 writes it to {@code mm2-offset-syncs.*.internal}
 * ({@code org.apache.kafka.connect.mirror.OffsetSync}).
 *
 * @param source the partition by its name on the source
 * @param sourceOffset the record's
 * @param targetOffset its copy's
 */
public record OffsetSync(TopicPartition source, long sourceOffset, long targetOffset) implements MirrorRecord {
    /** A record of the topic; empty when it is none that MirrorMaker 2 would write. */
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

    /** By which compaction keeps the last sync of each partition. */
    @Override
    public byte[] key() {
        byte[] topic = Fields.utf8(source.topic());
        ByteBuffer buffer = ByteBuffer.allocate(Fields.size(topic) + Integer.BYTES);
        Fields.put(buffer, topic);
        return buffer.putInt(source.partition()).array();
    }

    /** Alone of the three it has no version in front. */
    @Override
    public byte[] value() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(sourceOffset)
                .putLong(targetOffset)
                .array();
    }
}
