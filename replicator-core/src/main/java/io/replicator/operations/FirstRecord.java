package io.replicator.operations;

import io.replicator.cluster.ReadRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The record that a group reads next.
 *
 * @param offset its offset
 * @param timestampMillis its timestamp, in milliseconds since 1970
 * @param key as text, shortened; empty when it has none, or one that is not text
 * @param keyBytes -1 when it has none
 * @param valueBytes -1 for a tombstone
 */
public record FirstRecord(long offset, long timestampMillis, String key, int keyBytes, int valueBytes) {
    /** Enough for a person to recognize a key. */
    private static final int MAX_KEY_CHARACTERS = 60;

    static FirstRecord of(ReadRecord record) {
        return new FirstRecord(
                record.offset(),
                record.timestampMillis(),
                text(record.key()),
                length(record.key()),
                length(record.value()));
    }

    private static int length(byte[] bytes) {
        return bytes == null ? -1 : bytes.length;
    }

    private static String text(byte[] key) {
        if (key == null) {
            return "";
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                return "";
            }
            return text.length() > MAX_KEY_CHARACTERS ? text.substring(0, MAX_KEY_CHARACTERS) + "…" : text;
        } catch (CharacterCodingException binary) {
            return "";
        }
    }
}
