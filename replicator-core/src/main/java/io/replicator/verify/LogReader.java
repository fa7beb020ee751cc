package io.replicator.verify;

import io.replicator.cluster.TopicReader;
import io.replicator.cluster.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads some partitions of one cluster into their feeds, none further than its feed has room for. One thread: that of the
 * worker.
 */
final class LogReader implements AutoCloseable {
    /** How long the reader waits for a record before it asks the brokers; longer than any quota's delay. */
    private static final long STALL_NANOS = Duration.ofSeconds(60).toNanos();

    private final TopicReader reader;
    private Map<TopicPartition, Feed> feeds = Map.of();
    private long lastPositions;
    private long lastMoveNanos;

    LogReader(TopicReader reader) {
        this.reader = reader;
    }

    /** Reads these feeds from now on; those that were read before keep their position. */
    void follow(Collection<Feed> newFeeds, long nowNanos) throws InterruptedException {
        Map<TopicPartition, Feed> byPartition = new HashMap<>();
        newFeeds.forEach(feed -> byPartition.put(feed.partition(), feed));
        reader.assign(byPartition.keySet());
        feeds = byPartition;
        lastMoveNanos = nowNanos;
    }

    /** Whether any feed has room and more to come. */
    boolean isWanted() {
        return feeds.values().stream().anyMatch(Feed::wantsMore);
    }

    /** Reads the records that are there, and waits for some at most that long. */
    void poll(Duration wait, long nowNanos) throws InterruptedException {
        if (!isWanted()) {
            lastMoveNanos = nowNanos;
            return;
        }
        prepare();
        read(wait);
        markEnds(nowNanos);
    }

    private void prepare() throws InterruptedException {
        List<TopicPartition> wanted = new ArrayList<>();
        List<TopicPartition> unwanted = new ArrayList<>();
        for (Feed feed : feeds.values()) {
            OptionalLong seek = feed.takeSeek();
            if (seek.isPresent()) {
                reader.seek(feed.partition(), seek.getAsLong());
            }
            (feed.wantsMore() ? wanted : unwanted).add(feed.partition());
        }
        reader.resume(wanted);
        reader.pause(unwanted);
    }

    private void read(Duration wait) throws InterruptedException {
        TopicReader.Polled polled = reader.poll(wait);
        for (UnavailableException denied : polled.denied().values()) {
            throw denied;
        }
        polled.records().forEach(record -> feeds.get(record.partition()).offer(record));
        if (!polled.outOfRange().isEmpty()) {
            followLogStart(polled.outOfRange());
        }
    }

    /** Retention removed the log's first records while it was read, or an unclean election its last ones. */
    private void followLogStart(Map<TopicPartition, Long> positions) throws InterruptedException {
        Map<TopicPartition, Long> starts = reader.starts(positions.keySet());
        for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
            Feed feed = feeds.get(position.getKey());
            long start = starts.get(position.getKey());
            feed.logStartMoved(start);
            if (position.getValue() < start) {
                reader.seek(position.getKey(), start);
            } else {
                feed.markEnded();
            }
        }
    }

    private void markEnds(long nowNanos) throws InterruptedException {
        long positions = 0;
        List<Feed> wanting = new ArrayList<>();
        for (Feed feed : feeds.values()) {
            if (feed.wantsMore()) {
                long position = reader.position(feed.partition());
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

    /** Brokers that answer and still send nothing have nothing: the offsets up to the end have no record. */
    private void endStalled(List<Feed> wanting) throws InterruptedException {
        reader.ends(wanting.stream().map(Feed::partition).toList());
        for (Feed feed : wanting) {
            feed.markSilent(reader.position(feed.partition()));
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
