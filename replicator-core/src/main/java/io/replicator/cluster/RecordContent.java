package io.replicator.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/**
 * What a reader sees of a record: all of it except its offset. This class defines, for every command that compares two
 * clusters, when a record is the copy of another: key, value and headers are equal, and the timestamp too, unless the copy's
 * topic has {@code message.timestamp.type=LogAppendTime} and so never keeps the original's. The recovery of a shard follows
 * the same rule on hashes of records inside a batch, and does not create an object for each ({@code batch.RecordHashes}).
 * Immutable: nobody writes to the arrays.
 */
public final class RecordContent {
    /** The length of a null, where the lengths of fields are hashed. */
    private static final int NULL_LENGTH = -1;

    private final byte[] key;
    private final byte[] value;
    private final List<Header> headers;
    private final long timestampMillis;
    private final boolean isLogAppendTime;

    /**
     * A record's content.
     *
     * @param key may be null
     * @param value null in a tombstone
     * @param timestampMillis in milliseconds since 1970
     * @param isLogAppendTime whether the broker set the timestamp when it appended the record
     */
    public RecordContent(
            byte[] key, byte[] value, List<Header> headers, long timestampMillis, boolean isLogAppendTime) {
        this.key = key;
        this.value = value;
        this.headers = List.copyOf(headers);
        this.timestampMillis = timestampMillis;
        this.isLogAppendTime = isLogAppendTime;
    }

    /** A header of a record. */
    public static final class Header {
        private final String key;
        private final byte[] value;

        /**
         * @param value may be null
         */
        public Header(String key, byte[] value) {
            this.key = key;
            this.value = value;
        }

        private boolean isSame(Header other) {
            return key.equals(other.key) && Arrays.equals(value, other.value);
        }
    }

    /** The content of a record that a consumer read. */
    public static RecordContent of(ConsumerRecord<byte[], byte[]> record) {
        return new RecordContent(
                record.key(),
                record.value(),
                StreamSupport.stream(record.headers().spliterator(), false)
                        .map(header -> new Header(header.key(), header.value()))
                        .toList(),
                record.timestamp(),
                record.timestampType() == TimestampType.LOG_APPEND_TIME);
    }

    public Optional<byte[]> key() {
        return Optional.ofNullable(key);
    }

    /** Empty in a tombstone. */
    public Optional<byte[]> value() {
        return Optional.ofNullable(value);
    }

    /** In milliseconds since 1970. */
    public long timestampMillis() {
        return timestampMillis;
    }

    /** Whether the broker set the timestamp when it appended the record. */
    public boolean isLogAppendTime() {
        return isLogAppendTime;
    }

    /** Whether this record is a copy of another. */
    public boolean isCopyOf(RecordContent original) {
        return differencesFrom(original).isEmpty();
    }

    /** How this copy differs from its original, for a person, without the contents; empty when it does not. */
    public String differencesFrom(RecordContent original) {
        StringBuilder what = new StringBuilder();
        if (!Arrays.equals(original.key, key)) {
            add(what, "key differs: " + size(original.key) + ", target " + size(key));
        }
        if (!Arrays.equals(original.value, value)) {
            add(what, "value differs: " + size(original.value) + ", target " + size(value));
        }
        if (!isLogAppendTime && original.timestampMillis != timestampMillis) {
            add(what, "timestamp differs: " + original.timestampMillis + ", target " + timestampMillis);
        }
        addHeaders(what, original.headers);
        return what.toString();
    }

    private void addHeaders(StringBuilder what, List<Header> originals) {
        if (originals.size() != headers.size()) {
            add(what, "headers differ: " + originals.size() + ", target " + headers.size());
            return;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).isSame(originals.get(i))) {
                add(what, "header " + i + " differs");
            }
        }
    }

    private static void add(StringBuilder what, String difference) {
        what.append(what.isEmpty() ? "" : "; ").append(difference);
    }

    private static String size(byte[] bytes) {
        return bytes == null ? "null" : bytes.length + " bytes";
    }

    /** A hash of all that {@link #isCopyOf} compares, without the timestamp. */
    public long hash(MessageDigest digest) {
        digest.reset();
        update(digest, key);
        update(digest, value);
        for (Header header : headers) {
            update(digest, header.key.getBytes(StandardCharsets.UTF_8));
            update(digest, header.value);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static void update(MessageDigest digest, byte[] bytes) {
        int length = bytes == null ? NULL_LENGTH : bytes.length;
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        if (bytes != null) {
            digest.update(bytes);
        }
    }

    /** Bytes of key, value and headers. */
    public long sizeInBytes() {
        long bytes = length(key) + length(value);
        for (Header header : headers) {
            bytes += header.key.length() + length(header.value);
        }
        return bytes;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
