package io.replicator.testkit.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that may be absent (Kafka's null) and compare by content. */
public final class Blob {
    /** No bytes at all, which is not the same as zero bytes. */
    public static final Blob ABSENT = new Blob(null);

    private static final int SHOWN_BYTES = 48;

    private final byte[] bytes;

    private Blob(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What a Kafka client hands out: these bytes, or none for null. */
    public static Blob of(byte[] bytes) {
        return bytes == null ? ABSENT : new Blob(bytes.clone());
    }

    /** A text as UTF-8. */
    public static Blob of(String text) {
        return new Blob(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether there is nothing. */
    public boolean isAbsent() {
        return bytes == null;
    }

    /** How many bytes; 0 when absent. */
    public int length() {
        return bytes == null ? 0 : bytes.length;
    }

    /** What a Kafka client takes: a copy of the bytes, or null when absent. */
    public byte[] orNull() {
        return bytes == null ? null : bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Blob blob && Arrays.equals(bytes, blob.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Text where it is text, with the length where it is long. */
    @Override
    public String toString() {
        if (bytes == null) {
            return "absent";
        }
        String text = new String(bytes, 0, Math.min(bytes.length, SHOWN_BYTES), StandardCharsets.UTF_8);
        return bytes.length <= SHOWN_BYTES
                ? "'" + text + "'"
                : "'" + text + "'... (" + bytes.length + " bytes, hash " + Integer.toHexString(hashCode()) + ")";
    }
}
