package io.replicator.verify;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.RecordContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition's records between a {@link LogReader} and a {@link PartitionComparison}: a short queue, limited in bytes
 * and records. One thread.
 */
final class Feed {
    private static final int MAX_RECORDS = 2_000;
    private static final long MAX_BYTES = 256 << 10;

    private final TopicPartition partition;
    private final boolean isCompacted;
    private final long logEnd;
    private final Deque<ReadRecord> queue = new ArrayDeque<>();
    private long queuedBytes;
    private long logStart;
    private long end;
    private boolean isEnded;
    private long seekOffset;
    private long silentOffset = -1;

    /**
     * A feed of a part of a log.
     *
     * @param isCompacted whether the log's cleaner may remove single records
     * @param logStart the log's first offset
     * @param from where to start
     * @param to where to end, exclusive
     * @param logEnd the log's end; the records from {@code to} on are read only after {@link #readOn()}
     */
    Feed(TopicPartition partition, boolean isCompacted, long logStart, long from, long to, long logEnd) {
        this.partition = partition;
        this.isCompacted = isCompacted;
        this.logStart = logStart;
        this.logEnd = logEnd;
        this.end = to;
        this.isEnded = from >= to;
        this.seekOffset = from;
    }

    TopicPartition partition() {
        return partition;
    }

    boolean isCompacted() {
        return isCompacted;
    }

    /** The log's first offset, as last seen: records before it have expired. */
    long logStart() {
        return logStart;
    }

    /** Takes note that records expired while the log was read. */
    void logStartMoved(long newLogStart) {
        logStart = Math.max(logStart, newLogStart);
    }

    long end() {
        return end;
    }

    /** Where the reader has to go before it reads on; each answer is given once. */
    OptionalLong takeSeek() {
        if (seekOffset < 0) {
            return OptionalLong.empty();
        }
        long offset = seekOffset;
        seekOffset = -1;
        return OptionalLong.of(offset);
    }

    void offer(ReadRecord record) {
        if (record.offset() < end) {
            queue.add(record);
            queuedBytes += RecordContent.of(record).sizeInBytes();
        }
    }

    /** Takes note that there are no more records. */
    void markEnded() {
        isEnded = true;
    }

    /** Takes note that the brokers send no record from an offset on, although the end is not reached. */
    void markSilent(long offset) {
        silentOffset = offset;
        isEnded = true;
    }

    /** The offset from which on no record came, -1 when the end was reached. */
    long silentOffset() {
        return silentOffset;
    }

    boolean wantsMore() {
        return !isEnded && queue.size() < MAX_RECORDS && queuedBytes < MAX_BYTES;
    }

    /** Whether {@link #peek()} is final: a record, or none for ever. */
    boolean isReady() {
        return isEnded || !queue.isEmpty();
    }

    /** The next record; null when there is none now. */
    ReadRecord peek() {
        return queue.peek();
    }

    void remove() {
        queuedBytes -= RecordContent.of(queue.remove()).sizeInBytes();
    }

    /** Extends the feed to the log's end; false when it already ends there. */
    boolean readOn() {
        if (end >= logEnd) {
            return false;
        }
        seekOffset = Math.max(end, logStart);
        end = logEnd;
        isEnded = false;
        return true;
    }
}
