package io.replicator.mirrormaker;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * One group's position in one partition on both sides, as MirrorMaker 2 writes it to {@code <source>.checkpoints.internal}
 * ({@code org.apache.kafka.connect.mirror.Checkpoint}).
 *
 * @param group the consumer group
 * @param target the partition by its name on the target
 * @param sourceOffset the group's position on the source
 * @param targetOffset the position at which it continues on the target
 * @param metadata that the group committed with its position
 */
public record Checkpoint(String group, TopicPartition target, long sourceOffset, long targetOffset, String metadata)
        implements MirrorRecord {
    private static final short VERSION = 0;

    /** Parses a record of the topic; empty when MirrorMaker 2 would not write such a record. */
    public static Optional<Checkpoint> read(byte[] key, byte[] value) {
        try {
            ByteBuffer keyBytes = ByteBuffer.wrap(key);
            ByteBuffer valueBytes = ByteBuffer.wrap(value);
            if (valueBytes.getShort() != VERSION) {
                return Optional.empty();
            }
            String group = Fields.text(keyBytes);
            TopicPartition target = new TopicPartition(Fields.text(keyBytes), keyBytes.getInt());
            return Optional.of(
                    new Checkpoint(group, target, valueBytes.getLong(), valueBytes.getLong(), Fields.text(valueBytes)));
        } catch (BufferUnderflowException tooShort) {
            return Optional.empty();
        }
    }

    /** Compaction keeps the last checkpoint of each group and partition. */
    @Override
    public byte[] key() {
        byte[] groupBytes = Fields.utf8(group);
        byte[] topic = Fields.utf8(target.topic());
        ByteBuffer buffer = ByteBuffer.allocate(Fields.size(groupBytes) + Fields.size(topic) + Integer.BYTES);
        Fields.put(buffer, groupBytes);
        Fields.put(buffer, topic);
        return buffer.putInt(target.partition()).array();
    }

    @Override
    public byte[] value() {
        byte[] words = Fields.utf8(metadata);
        ByteBuffer buffer = ByteBuffer.allocate(Short.BYTES + 2 * Long.BYTES + Fields.size(words));
        buffer.putShort(VERSION).putLong(sourceOffset).putLong(targetOffset);
        Fields.put(buffer, words);
        return buffer.array();
    }
}
