package io.replicator.mirrormaker;

import io.replicator.cluster.RecordContent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/** Some records of a partition, one behind the other, as far as they tell one from another: offset, time, content. */
final class Stretch {
    static final int BYTES_PER_RECORD = 3 * Long.BYTES;

    private static final int FIRST_CAPACITY = 256;

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
        add(record.offset(), record.timestamp(), RecordContent.of(record).hash(digest));
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

    /** Whether a record is the copy of one of the source: as {@link RecordContent#isCopyOf}, on hashes. */
    boolean isCopy(int index, Stretch source, int sourceIndex) {
        return contents[index] == source.contents[sourceIndex]
                && (isLogAppendTime || timestamps[index] == source.timestamps[sourceIndex]);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
