package io.replicator.mirrormaker;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A heartbeat, as MirrorMaker 2 writes it to {@code heartbeats} ({@code org.apache.kafka.connect.mirror.Heartbeat}).
 *
 * @param source the cluster that is read
 * @param target the cluster that is written; the heartbeat is on it
 * @param timestampMillis the time, in milliseconds since 1970
 */
public record Heartbeat(String source, String target, long timestampMillis) implements MirrorRecord {
    private static final short VERSION = 0;

    /** Parses a record of the topic; empty when MirrorMaker 2 would not write such a record. */
    public static Optional<Heartbeat> read(byte[] key, byte[] value) {
        try {
            ByteBuffer keyBytes = ByteBuffer.wrap(key);
            ByteBuffer valueBytes = ByteBuffer.wrap(value);
            if (valueBytes.getShort() != VERSION) {
                return Optional.empty();
            }
            return Optional.of(new Heartbeat(Fields.text(keyBytes), Fields.text(keyBytes), valueBytes.getLong()));
        } catch (BufferUnderflowException tooShort) {
            return Optional.empty();
        }
    }

    /** Compaction keeps the last heartbeat of each pair of clusters. */
    @Override
    public byte[] key() {
        byte[] sourceBytes = Fields.utf8(source);
        byte[] targetBytes = Fields.utf8(target);
        ByteBuffer buffer = ByteBuffer.allocate(Fields.size(sourceBytes) + Fields.size(targetBytes));
        Fields.put(buffer, sourceBytes);
        Fields.put(buffer, targetBytes);
        return buffer.array();
    }

    @Override
    public byte[] value() {
        return ByteBuffer.allocate(Short.BYTES + Long.BYTES)
                .putShort(VERSION)
                .putLong(timestampMillis)
                .array();
    }
}
