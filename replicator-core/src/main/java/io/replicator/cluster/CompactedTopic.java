package io.replicator.cluster;

import java.util.List;
import java.util.function.Consumer;

/**
 * One compacted topic. It is written to its first partition, so that the order of appending is the order of reading. One
 * thread.
 */
public interface CompactedTopic {
    String name();

    /**
     * Appends records in their order. When this returns, all of them are on every in-sync replica.
     *
     * @throws UnavailableException when any of them may not be
     */
    void append(List<LogEntry> entries) throws InterruptedException;

    /**
     * Appends records with a timestamp of the caller's.
     *
     * @param timestampMillis in milliseconds since 1970
     * @throws UnavailableException when any of them may not be on every in-sync replica
     */
    void append(List<LogEntry> entries, long timestampMillis) throws InterruptedException;

    /**
     * Reads the first partition from an offset to its end as it is when this is called.
     *
     * @param from the offset that the former call returned, 0 for the first one
     * @return the offset to read on from
     * @throws LogTruncatedException when the log ends before {@code from}: it was truncated, or deleted and recreated
     * @throws UnavailableException when it cannot be read to its end. The records that were handed out count: they will be
     *     handed out again, in the same order, by the next call from the same offset
     */
    long read(long from, EntryReader reader) throws InterruptedException;

    /**
     * Reads all partitions from their starts to their ends as they are when this is called. A topic that does not exist has
     * no records. Unlike {@link #read} it hands out whole records, of which other programs may have written some.
     *
     * @throws UnavailableException when they cannot be read to their ends
     */
    void readAll(Consumer<ReadRecord> reader) throws InterruptedException;

    /**
     * The first offset that the first partition still has.
     *
     * @throws UnavailableException when the cluster does not say
     */
    long start() throws InterruptedException;

    /** Takes records as they are read. */
    @FunctionalInterface
    interface EntryReader {
        /**
         * Takes one record.
         *
         * @param key {@code null} where a foreign record has none
         * @param value {@code null} for a tombstone
         */
        void accept(long offset, byte[] key, byte[] value);
    }
}
