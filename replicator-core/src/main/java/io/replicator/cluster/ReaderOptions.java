package io.replicator.cluster;

import io.replicator.config.Isolation;
import java.time.Duration;

/**
 * How a {@link TopicReader} reads.
 *
 * @param clientId as the brokers' logs and quotas know it
 * @param isolation which records it sees
 * @param outOfRange what is done where a position lies outside its log
 * @param timeout of each question
 * @param maxFetchBytes of one answer of one broker
 * @param maxPartitionBytes of one partition in it
 * @param maxPollRecords returned by one poll
 */
public record ReaderOptions(
        String clientId,
        Isolation isolation,
        OutOfRange outOfRange,
        Duration timeout,
        int maxFetchBytes,
        int maxPartitionBytes,
        int maxPollRecords) {
    private static final int FETCH_BYTES = 4 << 20;
    private static final int PARTITION_BYTES = 512 << 10;
    private static final int POLL_RECORDS = 1_000;

    /** What becomes of a position that lies outside its log. */
    public enum OutOfRange {
        /** {@link TopicReader.Polled#outOfRange} names it. */
        REPORT,
        /** The reader continues at the log's start. */
        START
    }

    /** A reader with moderate sizes, which fit into the daemon's heap also with several brokers. */
    public ReaderOptions(String clientId, Isolation isolation, OutOfRange outOfRange, Duration timeout) {
        this(clientId, isolation, outOfRange, timeout, FETCH_BYTES, PARTITION_BYTES, POLL_RECORDS);
    }
}
