package io.replicator.mirrormaker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/** Some records of a partition, one behind the other, as far as they tell one from another: offset, time, content. */
final class Stretch {
    static final int BYTES_PER_RECORD = 3 * Long.BYTES;

    private static final int FIRST_CAPACITY = 256;
    private static final int ABSENT = -1;

    private final MessageDigest digest = sha256();
    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] timestamps = new long[FIRST_CAPACITY];
    private long[] contents = new long[FIRST_CAPACITY];
    private int count;

    private boolean isLogAppendTime;

    void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.timestampType() == TimestampType.LOG_APPEND_TIME) {
            keepsItsOwnTime();
        }
        add(record.offset(), record.timestamp(), content(record));
    }

    /** The cluster put its own time in place of the records'. */
    void keepsItsOwnTime() {
        isLogAppendTime = true;
    }

    void add(long offset, long timestamp, long content) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            timestamps = Arrays.copyOf(timestamps, 2 * count);
            contents = Arrays.copyOf(contents, 2 * count);
        }
        offsets[count] = offset;
        timestamps[count] = timestamp;
        contents[count] = content;
        count++;
    }

    /** Whether its records have the times that they had on the source. */
    boolean hasRecordTimes() {
        return !isLogAppendTime;
    }

    int count() {
        return count;
    }

    long offset(int index) {
        return offsets[index];
    }

    /** Whether a record is the copy of one of the source; a target that keeps its own time says nothing of theirs. */
    boolean isCopy(int index, Stretch source, int sourceIndex) {
        return contents[index] == source.contents[sourceIndex]
                && (isLogAppendTime || timestamps[index] == source.timestamps[sourceIndex]);
    }

    /** Key, value and headers in one number. */
    private long content(ConsumerRecord<byte[], byte[]> record) {
        digest.reset();
        update(record.key());
        update(record.value());
        for (Header header : record.headers()) {
            update(header.key().getBytes(StandardCharsets.UTF_8));
            update(header.value());
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private void update(byte[] bytes) {
        int length = bytes == null ? ABSENT : bytes.length;
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        if (bytes != null) {
            digest.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
