package io.replicator.mirrormaker;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.ReaderOptions;
import io.replicator.cluster.TopicReader;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/** Reads ranges of offsets of many partitions of one cluster at a time, as a consumer sees them. One thread. */
final class HashedRecordsReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long a read waits for the next record: longer than a quota delays an answer. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Isolation isolation;
    private final TopicReader reader;
    private final LongSupplier nanoTime;

    /**
     * Opens a reader.
     *
     * @param nanoTime the time, to notice silence
     * @throws UnavailableException when no bootstrap server has an address
     */
    HashedRecordsReader(
            Cluster cluster, String clientId, Isolation isolation, Duration timeout, LongSupplier nanoTime) {
        this.cluster = cluster;
        this.isolation = isolation;
        this.nanoTime = nanoTime;
        this.reader = cluster.reader(new ReaderOptions(clientId, isolation, ReaderOptions.OutOfRange.START, timeout));
    }

    /**
     * Offsets of one partition.
     *
     * @param from the first
     * @param to after the last
     * @param maxRecords how many records are enough
     */
    record Range(long from, long to, int maxRecords) {}

    /**
     * What was read.
     *
     * @param failures why some partitions could not be read; what was read of them does not count
     */
    record Read(Map<TopicPartition, HashedRecords> records, Map<TopicPartition, String> failures) {
        HashedRecords of(TopicPartition partition) {
            return records.get(partition);
        }
    }

    /** Where partitions start, and where they end for a consumer. Each fails on its own. */
    Answers<TopicPartition, LogBounds> bounds(Collection<TopicPartition> partitions) throws InterruptedException {
        return cluster.bounds(partitions, isolation);
    }

    /**
     * Reads the records of each range.
     *
     * @throws UnavailableException when the cluster does not answer, for a reason that is not one partition's
     */
    Read read(Map<TopicPartition, Range> ranges) throws InterruptedException {
        Read read = new Read(new HashMap<>(), new HashMap<>());
        ranges.keySet().forEach(partition -> read.records().put(partition, new HashedRecords()));
        Set<TopicPartition> open = new HashSet<>(ranges.keySet());
        open.removeIf(partition ->
                ranges.get(partition).from() >= ranges.get(partition).to());
        reader.assign(open);
        reader.resume(open); // A partition that was paused by the last call would stay paused.
        for (TopicPartition partition : open) {
            reader.seek(partition, ranges.get(partition).from());
        }
        long movedNanos = nanoTime.getAsLong();
        while (!open.isEmpty()) {
            if (take(ranges, read, open)) {
                movedNanos = nanoTime.getAsLong();
            } else if (nanoTime.getAsLong() - movedNanos > SILENCE.toNanos()) {
                open.forEach(partition -> read.failures().put(partition, silent(partition)));
                open.clear();
            }
        }
        return read;
    }

    private String silent(TopicPartition partition) {
        return "cluster " + cluster.name() + " sent no record of topic " + partition.topic() + " for "
                + SILENCE.toSeconds() + " s";
    }

    /** Takes the records of one poll; true when a partition moved. */
    private boolean take(Map<TopicPartition, Range> ranges, Read read, Set<TopicPartition> open)
            throws InterruptedException {
        TopicReader.Polled polled = reader.poll(POLL);
        closeDenied(polled.denied(), read, open);
        for (ReadRecord record : polled.records()) {
            Range range = ranges.get(record.partition());
            HashedRecords records = read.of(record.partition());
            if (record.offset() < range.to() && records.count() < range.maxRecords()) {
                records.add(record);
            }
        }
        List<TopicPartition> finished = new ArrayList<>();
        for (TopicPartition partition : open) {
            Range range = ranges.get(partition);
            boolean isFull = read.of(partition).count() >= range.maxRecords();
            if (isFull || reader.position(partition) >= range.to()) {
                finished.add(partition);
            }
        }
        finished.forEach(open::remove);
        reader.pause(finished);
        return !polled.records().isEmpty() || !finished.isEmpty();
    }

    /** Stops reading the partitions of topics that this user may not read. */
    private void closeDenied(Map<String, UnavailableException> denied, Read read, Set<TopicPartition> open)
            throws InterruptedException {
        List<TopicPartition> closed = open.stream()
                .filter(partition -> denied.containsKey(partition.topic()))
                .toList();
        if (!closed.isEmpty()) {
            closed.forEach(partition ->
                    read.failures().put(partition, denied.get(partition.topic()).getMessage()));
            closed.forEach(open::remove);
            reader.assign(open);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
