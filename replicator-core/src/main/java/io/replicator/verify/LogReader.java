package io.replicator.verify;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads some partitions of one cluster into their feeds, none further ahead than its feed has room for. One thread, the
 * worker's.
 */
final class LogReader implements AutoCloseable {
    /** Silence after which the brokers are asked whether there is anything at all; longer than any quota's delay. */
    private static final long STALL_NANOS = Duration.ofSeconds(60).toNanos();

    private final ClusterConfig cluster;
    private final Consumer<byte[], byte[]> consumer;
    private final Duration timeout;
    private Map<TopicPartition, Feed> feeds = Map.of();
    private long lastPositions;
    private long lastMoveNanos;

    LogReader(ClusterConfig cluster, Consumer<byte[], byte[]> consumer, Duration timeout) {
        this.cluster = cluster;
        this.consumer = consumer;
        this.timeout = timeout;
    }

    /** Reads these feeds from now on; those read before go on where they are. */
    void follow(Collection<Feed> newFeeds, long nowNanos) {
        Map<TopicPartition, Feed> byPartition = new HashMap<>();
        newFeeds.forEach(feed -> byPartition.put(feed.partition(), feed));
        consumer.assign(byPartition.keySet());
        feeds = byPartition;
        lastMoveNanos = nowNanos;
    }

    /** Whether any feed has room and more to come. */
    boolean isWanted() {
        return feeds.values().stream().anyMatch(Feed::wantsMore);
    }

    /** Reads what is there, waiting for it at most that long. */
    void poll(Duration wait, long nowNanos) {
        if (!isWanted()) {
            lastMoveNanos = nowNanos;
            return;
        }
        try {
            read(wait);
            markEnds(nowNanos);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw Failures.of(cluster, "cannot be read", e);
        }
    }

    private void read(Duration wait) {
        prepare();
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(wait);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                feeds.get(new TopicPartition(record.topic(), record.partition()))
                        .offer(record);
            }
        } catch (OffsetOutOfRangeException e) {
            followLogStart(e.offsetOutOfRangePartitions());
        }
    }

    private void prepare() {
        List<TopicPartition> wanted = new ArrayList<>();
        List<TopicPartition> unwanted = new ArrayList<>();
        for (Feed feed : feeds.values()) {
            feed.takeSeek().ifPresent(offset -> consumer.seek(feed.partition(), offset));
            (feed.wantsMore() ? wanted : unwanted).add(feed.partition());
        }
        consumer.resume(wanted);
        consumer.pause(unwanted);
    }

    /** The log lost its beginning to retention while it was read, or its end to an unclean election. */
    private void followLogStart(Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Long> starts = consumer.beginningOffsets(positions.keySet(), timeout);
        positions.forEach((partition, position) -> {
            Feed feed = feeds.get(partition);
            long start = starts.get(partition);
            feed.logStartMoved(start);
            if (position < start) {
                consumer.seek(partition, start);
            } else {
                feed.markEnded();
            }
        });
    }

    private void markEnds(long nowNanos) {
        long positions = 0;
        List<Feed> wanting = new ArrayList<>();
        for (Feed feed : feeds.values()) {
            if (feed.wantsMore()) {
                long position = consumer.position(feed.partition(), timeout);
                positions += position;
                if (position >= feed.end()) {
                    feed.markEnded();
                } else {
                    wanting.add(feed);
                }
            }
        }
        if (positions != lastPositions) {
            lastPositions = positions;
            lastMoveNanos = nowNanos;
        } else if (nowNanos - lastMoveNanos > STALL_NANOS) {
            endStalled(wanting);
            lastMoveNanos = nowNanos;
        }
    }

    /** Brokers that answer and still send nothing have nothing: the offsets up to the end hold no record. */
    private void endStalled(List<Feed> wanting) {
        consumer.endOffsets(wanting.stream().map(Feed::partition).toList(), timeout);
        wanting.forEach(feed -> feed.markSilent(consumer.position(feed.partition(), timeout)));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
