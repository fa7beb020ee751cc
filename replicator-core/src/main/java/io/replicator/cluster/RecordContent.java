package io.replicator.cluster;

import io.replicator.cluster.ReadRecord.Header;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * What a reader sees of a record: all of it except its offset. This class defines, for every command that compares two
 * clusters, when a record is the copy of another: key, value and headers are equal, and the timestamp too, unless the copy's
 * topic has {@code message.timestamp.type=LogAppendTime} and so never keeps the original's. The recovery of a shard follows
 * the same rule on hashes of records inside a batch, and does not create an object for each ({@code batch.RecordHashes}).
 */
public final class RecordContent {
    /** The length of a null, where the lengths of fields are hashed. */
    private static final int NULL_LENGTH = -1;

    private final ReadRecord record;

    private RecordContent(ReadRecord record) {
        this.record = record;
    }

    public static RecordContent of(ReadRecord record) {
        return new RecordContent(record);
    }

    /** Whether the broker set the timestamp when it appended the record. */
    public boolean isLogAppendTime() {
        return record.timestampType() == ReadRecord.TimestampType.LOG_APPEND_TIME;
    }

    /** Whether this record is a copy of another. */
    public boolean isCopyOf(RecordContent original) {
        return differencesFrom(original).isEmpty();
    }

    /** How this copy differs from its original, for a person, without the contents; empty when it does not. */
    public String differencesFrom(RecordContent original) {
        StringBuilder what = new StringBuilder();
        ReadRecord source = original.record;
        if (!Arrays.equals(source.key(), record.key())) {
            add(what, "key differs: " + size(source.key()) + ", target " + size(record.key()));
        }
        if (!Arrays.equals(source.value(), record.value())) {
            add(what, "value differs: " + size(source.value()) + ", target " + size(record.value()));
        }
        if (!isLogAppendTime() && source.timestampMillis() != record.timestampMillis()) {
            add(what, "timestamp differs: " + source.timestampMillis() + ", target " + record.timestampMillis());
        }
        addHeaders(what, source.headers());
        return what.toString();
    }

    private void addHeaders(StringBuilder what, List<Header> originals) {
        List<Header> headers = record.headers();
        if (originals.size() != headers.size()) {
            add(what, "headers differ: " + originals.size() + ", target " + headers.size());
            return;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!isSame(headers.get(i), originals.get(i))) {
                add(what, "header " + i + " differs");
            }
        }
    }

    private static boolean isSame(Header header, Header original) {
        return header.key().equals(original.key()) && Arrays.equals(header.value(), original.value());
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
        update(digest, record.key());
        update(digest, record.value());
        for (Header header : record.headers()) {
            update(digest, header.key().getBytes(StandardCharsets.UTF_8));
            update(digest, header.value());
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
        long bytes = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            bytes += header.key().length() + length(header.value());
        }
        return bytes;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
