package io.replicator.offsets;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.CompactedTopic;
import io.replicator.cluster.CompactedTopics;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.LogTruncatedException;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a flow's offset log. What it returns stands on its own: it does not change with later reads, and other threads may
 * use it. One thread at a time.
 */
public final class OffsetLogReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetLogReader.class);

    private final FlowConfig flow;
    private final CompactedTopic log;
    private final AutoCloseable clients;
    private final OffsetLogContents contents;

    /** Why records were not understood, the last one of each key, in the order of the log. */
    private final Map<ByteBuffer, OffsetLogException> unreadable = new LinkedHashMap<>();

    /** Up to where the log was read. */
    private long readOffset;

    /** Reads a log whose clients somebody else closes. */
    OffsetLogReader(FlowConfig flow, CompactedTopic log) {
        this(flow, log, () -> {});
    }

    private OffsetLogReader(FlowConfig flow, CompactedTopic log, AutoCloseable clients) {
        this.flow = flow;
        this.log = log;
        this.clients = clients;
        this.contents = new OffsetLogContents(log.name());
    }

    /**
     * Connects to nothing yet.
     *
     * @param timeout of each call to the flow's target
     */
    public static OffsetLogReader open(FlowConfig flow, Duration timeout) {
        // Its Admin client is never made: there is nothing to close.
        Cluster target = KafkaCluster.openLater(flow.target(), OffsetLog.clientId(flow), timeout);
        return open(flow, target, timeout);
    }

    /** As {@link #open(FlowConfig, Duration)}, for a target that is open; the caller closes it. */
    public static OffsetLogReader open(FlowConfig flow, Cluster target, Duration timeout) {
        CompactedTopics topics = target.compactedTopics(OffsetLog.options(flow, timeout));
        return new OffsetLogReader(flow, topics.topic(flow.offsetsTopic()), topics);
    }

    /**
     * Reads the log to its end as it is when this begins, and returns all that it holds.
     *
     * @return an empty state when the topic does not exist
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public SavedState load() throws InterruptedException {
        refresh();
        SavedState state = contents.state();
        if (contents.isEmpty() && readOffset > 0) {
            requireNothingDeleted();
        }
        warnOfOddities(state);
        return state;
    }

    /**
     * Reads on from where the last call ended, so that what other instances saved is known. Costs what was saved since.
     *
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public void refresh() throws InterruptedException {
        try {
            readOffset = log.read(readOffset, this::accept);
        } catch (LogTruncatedException truncated) {
            throw OffsetLogException.truncated(OffsetLog.named(flow) + " ends at offset " + truncated.end()
                    + ", but was read up to " + readOffset
                    + ": it was deleted, or truncated as by an unclean leader election; start again to go"
                    + " on with what it holds now");
        } catch (UnavailableException failure) {
            throw cannotRead(failure);
        } catch (RefusedException refused) {
            throw OffsetLogException.refused(cannotRead() + ": " + refused.getMessage());
        }
        if (!unreadable.isEmpty()) {
            throw unreadable.values().iterator().next();
        }
    }

    /** A record that cannot be understood counts only if no later one has its key, such as a tombstone. */
    private void accept(long offset, byte[] recordKey, byte[] value) {
        ByteBuffer key = recordKey == null ? null : ByteBuffer.wrap(recordKey);
        try {
            contents.accept(offset, recordKey, value);
            unreadable.remove(key);
        } catch (OffsetLogException odd) {
            unreadable.put(key, odd);
        }
        readOffset = offset + 1; // What follows may fail: the next read continues here.
    }

    /** Compaction keeps the last record of each key, and leaves the log's start where it is. */
    private void requireNothingDeleted() throws InterruptedException {
        try {
            long start = log.start();
            if (start > 0) {
                throw OffsetLogException.refused(OffsetLog.named(flow)
                        + ", which keeps the flow's progress, is empty, but has held"
                        + " records up to offset " + start
                        + ": they were deleted. Restore them. To copy everything again on purpose"
                        + " delete this topic and " + flow.ownershipTopic() + ", or give the flow another name");
            }
        } catch (UnavailableException failure) {
            throw cannotRead(failure);
        }
    }

    private OffsetLogException cannotRead(UnavailableException failure) {
        return OffsetLogException.of(cannotRead() + OffsetLog.remedy(failure, "Read"), failure);
    }

    private String cannotRead() {
        return "progress cannot be read from " + OffsetLog.named(flow);
    }

    /** The progress of a partition, as last read. */
    public Optional<SavedProgress> progress(TopicPartition source) {
        return contents.progress(source);
    }

    /** The progress of partitions, as last read; those that have none are left out. */
    public Map<TopicPartition, SavedProgress> progress(Collection<TopicPartition> sources) {
        Map<TopicPartition, SavedProgress> found = new HashMap<>();
        sources.forEach(source -> progress(source).ifPresent(progress -> found.put(source, progress)));
        return Map.copyOf(found);
    }

    /** Every partition that there is progress of, and where its copy lies, as last read. */
    public Map<TopicPartition, PartitionPair> pairs() {
        return contents.pairs();
    }

    /** A number that changes when the answer of {@link #progress(TopicPartition)} about a partition may have changed. */
    public long changeOf(TopicPartition source) {
        return contents.changeOf(source);
    }

    /** The source topics that there is progress of, and where on the target they were copied to, as last read. */
    public Map<String, String> topics() {
        return contents.topics();
    }

    /** The flow's claims on topics of its target, by their names there, as last read. */
    public Map<String, TopicClaim> claims() {
        return contents.claims();
    }

    /** The last owners of the shards, as last read. */
    public Map<Integer, ShardOwner> owners() {
        return contents.owners();
    }

    OffsetLogContents contents() {
        return contents;
    }

    private void warnOfOddities(SavedState state) {
        if (state.foreignRecords() > 0) {
            LOG.warn(
                    "ignored records that are not ours in the offset log flow={} topic={} records={}",
                    flow.name(),
                    log.name(),
                    state.foreignRecords());
        }
        List<SavedProgress> damaged = state.partitions().values().stream()
                .filter(saved -> !saved.isWhole())
                .toList();
        if (!damaged.isEmpty()) {
            LOG.warn(
                    "runs are missing in the offset log: copying continues, older offsets cannot be translated"
                            + " flow={} topic={} partitions={} first={} what=\"{}\"",
                    flow.name(),
                    log.name(),
                    damaged.size(),
                    damaged.get(0).pair().source(),
                    damaged.get(0).damage());
        }
    }

    @Override
    public void close() {
        try {
            clients.close();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
