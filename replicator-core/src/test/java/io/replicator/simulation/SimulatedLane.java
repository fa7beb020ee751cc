package io.replicator.simulation;

import io.replicator.delivery.Grant;
import io.replicator.fetch.BatchFetcher;
import io.replicator.lane.ControlledLane;
import io.replicator.offsets.MapChanges;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicPartition;

/** The lane of a simulated instance, as its control plane sees it, and what must be true of what the control plane does. */
final class SimulatedLane implements ControlledLane {
    private final String instance;
    private final SimulatedInstance lane;
    private final Function<TopicPartition, TargetReader> readers;
    private final StartChecks starts;
    private final Trace trace;
    private final Sabotage sabotage;

    /** What is copied, by its number. */
    private final Map<Integer, CopiedPartition> copies = new HashMap<>();

    private final Set<Integer> fetched = new HashSet<>();
    private final Map<Integer, Grant> registered = new HashMap<>();
    private final Set<Integer> leaving = new HashSet<>();
    private Optional<Throwable> death = Optional.empty();

    SimulatedLane(
            String instance,
            SimulatedInstance lane,
            Function<TopicPartition, TargetReader> readers,
            StartChecks starts,
            Trace trace,
            Sabotage sabotage) {
        this.instance = instance;
        this.lane = lane;
        this.readers = readers;
        this.starts = starts;
        this.trace = trace;
        this.sabotage = sabotage;
    }

    @Override
    public int number() {
        return 0;
    }

    @Override
    public Optional<Throwable> death() {
        return death;
    }

    /** One of its agents dies; the other goes on until the lane is ended. */
    void die(boolean isFetcher) {
        trace.say(instance, "loses the", isFetcher ? "fetcher" : "producer", "of its lane");
        death = death.or(() -> Optional.of(new IllegalStateException("an agent was killed")));
        if (isFetcher) {
            lane.closeFetcher();
        } else {
            lane.closeProducer();
        }
    }

    /** Both of its agents have ended. */
    void end() {
        lane.close();
    }

    private void producer(BatchProducer.Command command) {
        lane.producer.commands().put(command);
    }

    @Override
    public void add(int laneIndex, Partition partition, OffsetMap map) {
        trace.say(
                instance, "copies", partition, "from", map.position(), "target end", map.targetEnd(), "as", laneIndex);
        for (CopiedPartition other : copies.values()) {
            if (other.partition.source().equals(partition.source())) {
                throw new Violation(instance + " copies " + partition + " twice at a time");
            }
        }
        TargetReader reader = readers.apply(partition.source());
        starts.begins(partition.source(), map.start(), reader);
        copies.put(laneIndex, new CopiedPartition(laneIndex, reader, partition, map));
        fetched.add(laneIndex);
        producer(new BatchProducer.Command.Add(laneIndex, partition, map));
        lane.fetcher.commands().put(new BatchFetcher.Command.Add(laneIndex, partition));
    }

    @Override
    public void targetEndsAt(int laneIndex, long offset) {
        producer(new BatchProducer.Command.TargetEnd(laneIndex, offset));
    }

    @Override
    public void skip(int laneIndex, long from, long offset) {
        trace.say(instance, "skips", from, "to", offset, "of", laneIndex);
        producer(new BatchProducer.Command.Skip(laneIndex, from, offset));
    }

    @Override
    public void rewind(int laneIndex, long from, long offset, LongConsumer onRewound) {
        producer(new BatchProducer.Command.Rewind(laneIndex, from, offset, onRewound));
    }

    @Override
    public CompletableFuture<Boolean> finish(int laneIndex) {
        stopFetching(laneIndex);
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        producer(new BatchProducer.Command.Finish(laneIndex, answer));
        return answer;
    }

    @Override
    public void remove(int laneIndex) {
        stopFetching(laneIndex);
        copies.remove(laneIndex);
        producer(new BatchProducer.Command.Remove(laneIndex));
    }

    private void stopFetching(int laneIndex) {
        if (fetched.remove(laneIndex)) {
            lane.fetcher.commands().put(new BatchFetcher.Command.Remove(laneIndex));
        }
    }

    private void stopFetchingShard(int shard) {
        copies.forEach((laneIndex, copy) -> {
            if (copy.partition.shard() == shard) {
                stopFetching(laneIndex);
            }
        });
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        trace.say(instance, "has registered", grant);
        registered.put(grant.shard(), grant);
        producer(new BatchProducer.Command.Registered(grant, producerIds));
    }

    @Override
    public CompletableFuture<Void> release(int shard) {
        trace.say(instance, "releases shard", shard);
        leaving.add(shard);
        stopFetchingShard(shard);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        producer(new BatchProducer.Command.Release(shard, answer));
        return answer;
    }

    @Override
    public void forget(int shard) {
        if (sabotage == Sabotage.RELEASED_SHARD_IS_KEPT && leaving.contains(shard)) {
            return;
        }
        trace.say(instance, "forgets shard", shard);
        stopFetchingShard(shard);
        copies.values().removeIf(copy -> copy.partition.shard() == shard);
        registered.remove(shard);
        leaving.remove(shard);
        producer(new BatchProducer.Command.Forget(shard));
    }

    @Override
    public CompletableFuture<List<Progress>> collect() {
        CompletableFuture<List<Progress>> answer = new CompletableFuture<>();
        producer(new BatchProducer.Command.Collect(answer));
        return sabotage == Sabotage.SAVES_TOO_EARLY
                ? answer.thenApply(all -> all.stream().map(SimulatedLane::ahead).toList())
                : answer;
    }

    /** Progress that takes one record for acknowledged that is not, if there may be one. */
    private static Progress ahead(Progress progress) {
        MapChanges changes = progress.changes();
        return new Progress(
                progress.pair(),
                progress.writer(),
                new MapChanges(
                        changes.start(),
                        changes.targetStart(),
                        changes.position() + 1,
                        changes.targetEnd(),
                        changes.records(),
                        changes.firstChunk(),
                        changes.exactChunk(),
                        changes.closedRuns(),
                        changes.lastRun(),
                        changes.chunks(),
                        changes.coarse(),
                        changes.stale(),
                        changes.gone(),
                        changes.damage()));
    }

    @Override
    public void stopFetching() {
        fetched.clear();
        lane.fetcher.commands().put(new BatchFetcher.Command.Stop());
    }

    @Override
    public CompletableFuture<Void> drain() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        producer(new BatchProducer.Command.Drain(answer));
        return answer;
    }

    /** Under which identity a shard is written, as far as this instance knows. */
    Optional<Grant> grant(int shard) {
        return leaving.contains(shard) ? Optional.empty() : Optional.ofNullable(registered.get(shard));
    }

    /** The copies of a shard's partitions. */
    List<CopiedPartition> copies(int shard) {
        return copies.values().stream()
                .filter(copy -> copy.partition.shard() == shard)
                .toList();
    }

    List<CopiedPartition> copies() {
        return new ArrayList<>(copies.values());
    }

    void check() {
        for (CopiedPartition copy : copies.values()) {
            // Leaders of the source lose only what no reader has seen: whoever says otherwise remembers epochs wrongly.
            if (copy.partition.divergence().isKnown()) {
                throw new Violation(instance + " takes " + copy.partition + " for truncated: "
                        + copy.partition.divergence() + ", read " + copy.partition.leaderEpochs());
            }
            copy.check();
        }
    }

    @Override
    public String toString() {
        return copies.values() + " " + lane;
    }
}
