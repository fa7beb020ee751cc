package io.replicator.verify;

import io.replicator.cluster.ReadRecord;
import io.replicator.cluster.TopicReader;
import io.replicator.cluster.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** A reader of one partition's log that is in memory. */
final class ReadLog implements TopicReader {
    private final TopicPartition partition;
    private final NavigableMap<Long, ReadRecord> records = new TreeMap<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Set<TopicPartition> paused = new HashSet<>();
    private long start;
    private long end;
    private Optional<UnavailableException> failure = Optional.empty();

    ReadLog(TopicPartition partition, long end) {
        this.partition = partition;
        this.end = end;
    }

    void startAt(long newStart) {
        start = newStart;
    }

    void failWith(UnavailableException newFailure) {
        failure = Optional.of(newFailure);
    }

    void add(long offset, byte[] value) {
        ReadRecord record = new ReadRecord(
                partition,
                offset,
                0,
                ReadRecord.TimestampType.CREATE_TIME,
                null,
                value,
                List.of(),
                ReadRecord.UNKNOWN_EPOCH);
        records.put(offset, record);
        end = Math.max(end, offset + 1);
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        positions.keySet().retainAll(partitions);
        paused.retainAll(partitions);
    }

    @Override
    public void seek(TopicPartition sought, long offset) {
        positions.put(sought, offset);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        paused.addAll(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        paused.removeAll(partitions);
    }

    @Override
    public Polled poll(Duration wait) {
        failure.ifPresent(why -> {
            throw why;
        });
        if (paused.contains(partition) || !positions.containsKey(partition)) {
            return Polled.NOTHING;
        }
        long position = positions.get(partition);
        if (position < start || position > end) {
            return new Polled(List.of(), Map.of(partition, position), Map.of());
        }
        List<ReadRecord> read = new ArrayList<>(records.tailMap(position).values());
        if (!read.isEmpty()) {
            positions.put(partition, read.get(read.size() - 1).offset() + 1);
        }
        return new Polled(read, Map.of(), Map.of());
    }

    @Override
    public long position(TopicPartition asked) {
        return positions.get(asked);
    }

    @Override
    public Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions) {
        return Map.of(partition, start);
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return Map.of(partition, end);
    }

    @Override
    public void close() {}
}
