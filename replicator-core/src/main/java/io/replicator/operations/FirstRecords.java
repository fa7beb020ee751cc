package io.replicator.operations;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.ReaderOptions;
import io.replicator.cluster.TopicReader;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Reads the first record at or after given positions, as a consumer that continues there does. One thread. */
final class FirstRecords implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private static final int FETCH_BYTES = 4 << 20;

    /** Only one record of each partition is needed. */
    private static final int PARTITION_FETCH_BYTES = 64 << 10;

    private static final int POLL_RECORDS = 500;

    private final TopicReader reader;
    private final Duration timeout;

    /**
     * @param isolation which records count, as for the flow
     * @param timeout of one {@link #read}: what was not read by then is not in its answer
     */
    FirstRecords(Cluster cluster, String clientId, Isolation isolation, Duration timeout) {
        this.reader = cluster.reader(new ReaderOptions(
                clientId,
                isolation,
                ReaderOptions.OutOfRange.START,
                timeout,
                FETCH_BYTES,
                PARTITION_FETCH_BYTES,
                POLL_RECORDS));
        this.timeout = timeout;
    }

    /**
     * What was found.
     *
     * @param records by partition, for each partition that has a record at or after the position
     * @param unread why partitions could not be read in time
     */
    record Found(Map<TopicPartition, ReadRecord> records, Map<TopicPartition, String> unread) {}

    Found read(Map<TopicPartition, Long> positions) throws InterruptedException {
        Map<TopicPartition, ReadRecord> records = new HashMap<>();
        Set<TopicPartition> left = new HashSet<>(positions.keySet());
        String why = "not within " + timeout.toSeconds() + " s";
        try {
            read(positions, left, records);
        } catch (UnavailableException failure) {
            why = failure.getMessage();
        }
        Map<TopicPartition, String> unread = new HashMap<>();
        for (TopicPartition partition : left) {
            unread.put(partition, why);
        }
        return new Found(records, unread);
    }

    private void read(
            Map<TopicPartition, Long> positions, Set<TopicPartition> left, Map<TopicPartition, ReadRecord> records)
            throws InterruptedException {
        Map<TopicPartition, Long> ends = reader.ends(left);
        left.removeIf(partition -> positions.get(partition) >= ends.get(partition));
        Set<TopicPartition> assigned = Set.copyOf(left);
        reader.assign(assigned);
        reader.resume(assigned); // A partition that was paused by the last call would stay paused.
        for (TopicPartition partition : assigned) {
            reader.seek(partition, positions.get(partition));
        }
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (!left.isEmpty() && System.nanoTime() - deadlineNanos < 0) {
            TopicReader.Polled polled = reader.poll(POLL);
            for (UnavailableException denied : polled.denied().values()) {
                throw denied;
            }
            for (ReadRecord record : polled.records()) {
                records.putIfAbsent(record.partition(), record);
                left.remove(record.partition());
            }
            for (TopicPartition partition : Set.copyOf(left)) {
                if (reader.position(partition) >= ends.get(partition)) {
                    left.remove(partition);
                }
            }
            Set<TopicPartition> done = new HashSet<>(assigned);
            done.removeAll(left);
            reader.pause(done);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
