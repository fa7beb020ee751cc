package io.replicator.positions;

import io.replicator.cluster.Cluster;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.OffsetLogReader;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Translator;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a flow's records are on both sides, as it saved that in its offset log. What is read is as recent as the last save,
 * for a command beside a daemon as for the daemon itself. It only reads, so that it can be used beside a running flow. One
 * thread.
 */
public final class FlowPositions implements Translators, AutoCloseable {
    private final OffsetLogReader log;
    private final Map<TopicPartition, Known> known = new HashMap<>();
    private Map<TopicPartition, PartitionPair> pairs = Map.of();
    private Map<TopicPartition, TopicPartition> sources = Map.of();

    /** A translator, and the change of its partition that it was created for. */
    private record Known(long change, Translator translator) {}

    private FlowPositions(OffsetLogReader log) {
        this.log = log;
    }

    /**
     * Reads all that the flow has saved so far, nothing if it never ran.
     *
     * @param timeout of each call to the target
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public static FlowPositions open(FlowConfig flow, Duration timeout) throws InterruptedException {
        return open(OffsetLogReader.open(flow, timeout));
    }

    /** As {@link #open(FlowConfig, Duration)}, for a target that is open; the caller closes it. */
    public static FlowPositions open(FlowConfig flow, Cluster target, Duration timeout) throws InterruptedException {
        return open(OffsetLogReader.open(flow, target, timeout));
    }

    private static FlowPositions open(OffsetLogReader log) throws InterruptedException {
        FlowPositions positions = new FlowPositions(log);
        try {
            positions.log.load();
            positions.index();
        } catch (OffsetLogException | InterruptedException e) {
            positions.close();
            throw e;
        }
        return positions;
    }

    /**
     * Reads what was saved since the last call. Costs no more than that.
     *
     * @throws OffsetLogException when it cannot be read, or holds what this version does not understand
     */
    public void refresh() throws InterruptedException {
        log.refresh();
        index();
    }

    private void index() {
        pairs = log.pairs();
        sources = new HashMap<>();
        pairs.forEach((source, pair) -> sources.put(pair.target(), source));
        known.keySet().retainAll(pairs.keySet());
    }

    /** The source partitions about which the flow has saved something. */
    public Collection<TopicPartition> partitions() {
        return pairs.keySet();
    }

    @Override
    public Optional<Translator> translator(TopicPartition source) {
        if (!pairs.containsKey(source)) {
            return Optional.empty();
        }
        long change = log.changeOf(source);
        Known found = known.get(source);
        if (found == null || found.change() != change) {
            found = new Known(change, log.progress(source).orElseThrow().translator());
            known.put(source, found);
        }
        return Optional.of(found.translator());
    }

    /** The same, by the partition that holds the copy. */
    public Optional<Translator> byTarget(TopicPartition target) {
        return Optional.ofNullable(sources.get(target)).flatMap(this::translator);
    }

    @Override
    public void close() {
        log.close();
    }
}
