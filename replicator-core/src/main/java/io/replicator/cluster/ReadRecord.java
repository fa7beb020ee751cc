package io.replicator.cluster;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * A record as a consumer sees it. Key and value are {@code null} where the record has none; the arrays are shared and must
 * not be changed.
 *
 * @param timestampMillis in milliseconds since 1970, -1 where there is none
 * @param leaderEpoch of the leader that took it, {@link #UNKNOWN_EPOCH} where the brokers do not say
 */
@SuppressWarnings("ArrayRecordComponent") // Records of a log are compared by what reads them, not by equals.
public record ReadRecord(
        TopicPartition partition,
        long offset,
        long timestampMillis,
        TimestampType timestampType,
        byte[] key,
        byte[] value,
        List<Header> headers,
        int leaderEpoch) {
    public static final int UNKNOWN_EPOCH = -1;

    /** Who set a record's timestamp. */
    public enum TimestampType {
        /** The record's format has none. */
        NONE,
        /** Its producer. */
        CREATE_TIME,
        /** The broker that stored it. */
        LOG_APPEND_TIME
    }

    /** A header; its value may be {@code null}. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Header(String key, byte[] value) {}
}
