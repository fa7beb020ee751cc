package io.replicator.mirrormaker;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The fields of MirrorMaker 2's records, in the format of Kafka's {@code protocol.types}: integers with the highest byte
 * first, strings in UTF-8 after their length in two bytes.
 */
final class Fields {
    private Fields() {}

    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a text of " + bytes.length + " bytes does not fit; at most "
                    + Short.MAX_VALUE + " can be written");
        }
        return bytes;
    }

    /** How many bytes a string needs. */
    static int size(byte[] text) {
        return Short.BYTES + text.length;
    }

    static void put(ByteBuffer buffer, byte[] text) {
        buffer.putShort((short) text.length).put(text);
    }

    /**
     * The next string.
     *
     * @throws BufferUnderflowException when the record ends before the string does
     */
    static String text(ByteBuffer buffer) {
        int length = buffer.getShort();
        if (length < 0 || length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
