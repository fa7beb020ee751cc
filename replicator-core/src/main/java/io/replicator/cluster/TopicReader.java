package io.replicator.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads records of partitions from given offsets, as any consumer sees them, and without a consumer group. One thread. Each
 * method throws {@link UnavailableException} when the cluster does not answer.
 */
public interface TopicReader extends AutoCloseable {
    /**
     * Reads these partitions from now on, and no others. Those that were read before keep their position, and stay paused
     * if they were; {@link #seek} gives the others one before they are polled.
     */
    void assign(Collection<TopicPartition> partitions) throws InterruptedException;

    /** Reads this partition from an offset on. */
    void seek(TopicPartition partition, long offset) throws InterruptedException;

    /** Reads these partitions no further until they are resumed. */
    void pause(Collection<TopicPartition> partitions) throws InterruptedException;

    void resume(Collection<TopicPartition> partitions) throws InterruptedException;

    /** Returns the records that are there, and waits for some if there are none. */
    Polled poll(Duration wait) throws InterruptedException;

    /** The offset that is read next. It also moves over what holds no record, such as the end of a transaction. */
    long position(TopicPartition partition) throws InterruptedException;

    /** The first offset that each log still has. */
    Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions) throws InterruptedException;

    /** The offset behind the last record that this reader may see of each log. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws InterruptedException;

    @Override
    void close();

    /**
     * What a poll brought. Where partitions failed there are no records, and the others can be polled again.
     *
     * @param records in the order of each partition's offsets
     * @param outOfRange positions that lie outside their logs
     * @param denied why topics may not be read, by topic
     */
    record Polled(
            List<ReadRecord> records, Map<TopicPartition, Long> outOfRange, Map<String, UnavailableException> denied) {
        public static final Polled NOTHING = new Polled(List.of(), Map.of(), Map.of());

        public Polled {
            records = List.copyOf(records);
            outOfRange = Map.copyOf(outOfRange);
            denied = Map.copyOf(denied);
        }
    }
}
