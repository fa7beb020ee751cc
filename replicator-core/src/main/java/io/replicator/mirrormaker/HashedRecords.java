package io.replicator.mirrormaker;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.RecordContent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Successive records of a partition, reduced to what tells them apart: offset, timestamp, and a hash of the rest. So a
 * million of them fits into memory.
 */
final class HashedRecords {
    static final int BYTES_PER_RECORD = 3 * Long.BYTES;

    private static final int FIRST_CAPACITY = 256;

    private final MessageDigest digest = sha256();
    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] timestamps = new long[FIRST_CAPACITY];
    private long[] contents = new long[FIRST_CAPACITY];
    private int count;

    private boolean isLogAppendTime;

    void add(ReadRecord record) {
        RecordContent content = RecordContent.of(record);
        if (content.isLogAppendTime()) {
            setLogAppendTime();
        }
        add(record.offset(), record.timestampMillis(), content.hash(digest));
    }

    /** The topic has {@code message.timestamp.type=LogAppendTime}. */
    void setLogAppendTime() {
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

    /** Whether a copy has the timestamp of its original. */
    boolean hasRecordTimes() {
        return !isLogAppendTime;
    }

    int count() {
        return count;
    }

    long offset(int index) {
        return offsets[index];
    }

    /** Whether a record is a copy of one of the source: the rule of {@link RecordContent#isCopyOf}, on hashes. */
    boolean isCopy(int index, HashedRecords source, int sourceIndex) {
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
