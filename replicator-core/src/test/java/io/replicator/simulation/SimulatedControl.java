package io.replicator.simulation;

import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.fetch.BatchFetcher;
import io.replicator.offsets.MapChanges;
import io.replicator.offsets.OffsetLogInMemory;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.Writer;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The control plane of one instance, as the flow's: it begins partitions where the offset log says, puts grants on record,
 * saves progress and hands shards over. It does one thing after the other, each in its own time, and dies between
 * any two.
 */
final class SimulatedControl implements ShardEvents {
    private static final long NO_PRODUCER = -1;
    private static final short NO_EPOCH = -1;

    private final String instance;
    private final SimulatedInstance lane;
    private final OffsetLogInMemory log;
    private final List<FlowPartition> flow;
    private final SimulatedTime time;
    private final Faults faults;
    private final Trace trace;
    private final Sabotage sabotage;
    private final ArrayDeque<Task> tasks = new ArrayDeque<>();
    private final Map<Integer, OwnedShard> shards = new HashMap<>();
    private int nextLaneIndex;
    private boolean saving;

    /** A partition of the flow, whoever copies it. */
    record FlowPartition(int shard, PartitionPair pair, TargetReader reader, int knownBatchLimit) {}

    private record Task(long dueMillis, Runnable work) {}

    /** A shard that this instance takes for its own. */
    private static final class OwnedShard {
        final List<CopiedPartition> copies = new ArrayList<>();
        Grant registered;
        boolean leaving;
    }

    /** An answer that is taken note of as it is given, on the thread of who gives it. */
    private static final class Answer<T> extends CompletableFuture<T> {
        private final Consumer<T> listener;

        Answer(Consumer<T> listener) {
            this.listener = listener;
        }

        @Override
        public boolean complete(T value) {
            boolean isFirst = super.complete(value);
            if (isFirst) {
                listener.accept(value);
            }
            return isFirst;
        }
    }

    SimulatedControl(
            String instance,
            SimulatedInstance lane,
            OffsetLogInMemory log,
            List<FlowPartition> flow,
            SimulatedTime time,
            Faults faults,
            Trace trace,
            Sabotage sabotage) {
        this.instance = instance;
        this.lane = lane;
        this.log = log;
        this.flow = flow;
        this.time = time;
        this.faults = faults;
        this.trace = trace;
        this.sabotage = sabotage;
    }

    private void later(Runnable work) {
        tasks.add(new Task(time.elapsedMillis() + faults.upTo(faults.strike(4) ? 2_000 : 20), work));
    }

    /** One turn of the control thread. */
    int work() {
        Task task = tasks.peek();
        if (task == null || (!faults.isCalm() && task.dueMillis > time.elapsedMillis())) {
            return skipWhatIsLost();
        }
        tasks.poll();
        task.work.run();
        return 1;
    }

    boolean isIdle() {
        return tasks.isEmpty();
    }

    /** Retention passed a position: it goes on where the log begins. */
    private int skipWhatIsLost() {
        int work = 0;
        for (OwnedShard shard : shards.values()) {
            for (CopiedPartition copy : shard.copies) {
                requireNoTruncation(copy);
                long offset = copy.partition.outOfRangeOffset();
                if (offset >= 0) {
                    long sourceStart = copy.source.partition.start;
                    if (offset < sourceStart) {
                        trace.say(instance, "skips", copy.partition, "to", sourceStart);
                        lane.producer
                                .commands()
                                .put(new BatchProducer.Command.Skip(copy.laneIndex, offset, sourceStart));
                    }
                    copy.partition.publishOutOfRange(-1);
                    work++;
                }
            }
        }
        return work;
    }

    /** Leaders of the source lose only what no reader has seen: whoever says otherwise remembers epochs wrongly. */
    private void requireNoTruncation(CopiedPartition copy) {
        if (copy.partition.divergence().isKnown()) {
            throw new Violation(instance + " takes " + copy.partition + " for truncated: " + copy.partition.divergence()
                    + ", read " + copy.partition.leaderEpochs());
        }
    }

    /** The group coordinator says that a shard is this instance's. */
    void own(int shard) {
        trace.say(instance, "is assigned shard", shard);
        if (!shards.containsKey(shard)) {
            OwnedShard owned = new OwnedShard();
            shards.put(shard, owned);
            begin(owned, flow.stream().filter(each -> each.shard == shard).toList());
        }
    }

    boolean owns(int shard) {
        OwnedShard owned = shards.get(shard);
        return owned != null && !owned.leaving;
    }

    Set<Integer> shards() {
        return new HashSet<>(shards.keySet());
    }

    /** A partition is new in the flow. */
    void joined(FlowPartition partition) {
        OwnedShard owned = shards.get(partition.shard);
        if (owned != null && !owned.leaving) {
            begin(owned, List.of(partition));
        }
    }

    /** Where copying begins on both sides is durable before the first write. */
    private void begin(OwnedShard owned, List<FlowPartition> partitions) {
        later(() -> {
            Map<FlowPartition, Long> targetStarts = new HashMap<>();
            partitions.forEach(each -> targetStarts.put(each, each.reader.target.highWatermark));
            later(() -> {
                partitions.forEach(each -> saveStart(owned, each, targetStarts.get(each)));
                later(() -> partitions.forEach(each -> copy(owned, each)));
            });
        });
    }

    private boolean isGone(OwnedShard owned, FlowPartition partition) {
        return shards.get(partition.shard) != owned || owned.leaving;
    }

    private void saveStart(OwnedShard owned, FlowPartition partition, long targetStart) {
        if (isGone(owned, partition) || saved(partition).isPresent()) {
            return;
        }
        OffsetMap map = new OffsetMap(partition.reader.start, targetStart);
        log.appendProgress(
                new Progress(partition.pair, new Writer(partition.shard, NO_PRODUCER, NO_EPOCH), map.takeChanges()));
        trace.say(instance, "begins", partition.pair.source(), map.position(), "at target", targetStart);
    }

    private Optional<SavedProgress> saved(FlowPartition partition) {
        Optional<SavedProgress> saved =
                Optional.ofNullable(log.load().partitions().get(partition.pair.source()));
        return sabotage == Sabotage.SCAN_BEGINS_ONE_LATE
                ? saved.map(each -> oneLate(each, partition.reader.target))
                : saved;
    }

    /** Progress that takes one record of the target for known that it does not know, if there is one. */
    private static SavedProgress oneLate(SavedProgress saved, SimulatedPartition target) {
        long from = Math.max(saved.targetStart(), saved.targetEnd());
        return new SavedProgress(
                saved.pair(),
                saved.writer(),
                saved.start(),
                target.hasRecordAt(from) ? from + 1 : saved.targetStart(),
                saved.position(),
                saved.targetEnd(),
                saved.map(),
                saved.damage(),
                saved.source());
    }

    private void copy(OwnedShard owned, FlowPartition partition) {
        if (isGone(owned, partition)) {
            return;
        }
        SavedProgress progress = saved(partition).orElseThrow();
        OffsetMap map = progress.toOffsetMap();
        trace.say(
                instance,
                "copies",
                partition.pair.source(),
                "from",
                map.position(),
                "target end",
                map.targetEnd(),
                "as slot",
                nextLaneIndex);
        Partition copied = new Partition(
                partition.pair.source(),
                partition.pair.sourceTopicId(),
                partition.pair.targetTopic(),
                partition.pair.targetTopicId(),
                partition.shard,
                map.position(),
                map.targetEnd(),
                partition.knownBatchLimit);
        copied.publishLeaderEpochs(progress.source().leaderEpochs());
        CopiedPartition copy = new CopiedPartition(nextLaneIndex++, partition.reader, copied, map);
        owned.copies.add(copy);
        lane.producer.commands().put(new BatchProducer.Command.Add(copy.laneIndex, copied, map));
        lane.fetcher.commands().put(new BatchFetcher.Command.Add(copy.laneIndex, copied));
    }

    @Override
    public void granted(Grant grant) {
        trace.say(instance, "was granted", grant);
        later(() -> register(grant));
    }

    /** Whoever looks at the target's log later must know the new producer id before anything is written with it. */
    private void register(Grant grant) {
        OwnedShard owned = shards.get(grant.shard());
        if (owned == null) {
            return;
        }
        ShardOwner known = log.load().shards().get(grant.shard());
        ShardOwner owner = known == null
                ? ShardOwner.first(grant.shard(), instance, grant.producerId(), grant.epoch())
                : known.next(instance, grant.producerId(), grant.epoch());
        log.append(owner);
        later(() -> {
            trace.say(instance, "has registered", grant);
            Set<Long> ids = new HashSet<>(owner.formerProducerIds());
            ids.add(owner.producerId());
            owned.registered = grant;
            lane.producer.commands().put(new BatchProducer.Command.Registered(grant, ids));
        });
    }

    @Override
    public void fenced(int shard) {
        trace.say(instance, "is fenced from shard", shard);
        later(() -> forget(shard));
    }

    /** The group coordinator says that a shard is lost, or a broker said so: nothing of it is saved. */
    void forget(int shard) {
        OwnedShard owned = shards.remove(shard);
        if (owned != null) {
            trace.say(instance, "forgets shard", shard);
            stopFetching(owned);
            lane.producer.commands().put(new BatchProducer.Command.Forget(shard));
        }
    }

    private void stopFetching(OwnedShard owned) {
        if (!owned.leaving) {
            for (CopiedPartition copy : owned.copies) {
                lane.fetcher.commands().put(new BatchFetcher.Command.Remove(copy.laneIndex));
            }
        }
    }

    /** Saves what is acknowledged, now and then. */
    void save() {
        if (saving) {
            return;
        }
        saving = true;
        lane.producer.commands().put(new BatchProducer.Command.Collect(new Answer<>(this::save)));
    }

    private void save(List<Progress> progress) {
        later(() -> {
            List<Progress> ours = progress.stream().filter(this::isOurs).toList();
            ours.forEach(log::appendRuns);
            later(() -> {
                ours.forEach(each -> {
                    trace.say(
                            instance,
                            "saves",
                            each.pair().source(),
                            each.changes().position(),
                            each.writer());
                    log.appendProgress(sabotage == Sabotage.SAVES_TOO_EARLY ? ahead(each) : each);
                });
                saving = false;
            });
        });
    }

    private boolean isOurs(Progress progress) {
        return shards.containsKey(progress.writer().shard());
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

    /** The group coordinator takes a shard back: what is on its way arrives, all of it is saved, then {@code next}. */
    void handOver(int shard, Runnable next) {
        OwnedShard owned = shards.get(shard);
        if (owned == null || owned.leaving) {
            next.run();
            return;
        }
        trace.say(instance, "hands over shard", shard);
        stopFetching(owned);
        owned.leaving = true;
        lane.producer
                .commands()
                .put(new BatchProducer.Command.Release(
                        shard, new Answer<>(released -> later(() -> saveLast(shard, owned, next)))));
    }

    private void saveLast(int shard, OwnedShard owned, Runnable next) {
        lane.producer
                .commands()
                .put(new BatchProducer.Command.Collect(
                        new Answer<>(progress -> later(() -> saveLast(shard, owned, progress, next)))));
    }

    private void saveLast(int shard, OwnedShard owned, List<Progress> progress, Runnable next) {
        if (shards.get(shard) != owned) {
            return;
        }
        for (Progress each : progress) {
            if (isOurs(each)) {
                log.appendRuns(each);
                log.appendProgress(each);
            }
        }
        trace.say(instance, "has saved shard", shard, "for the last time");
        shards.remove(shard);
        lane.producer.commands().put(new BatchProducer.Command.Forget(shard));
        next.run();
    }

    void check() {
        for (OwnedShard shard : shards.values()) {
            for (CopiedPartition copy : shard.copies) {
                copy.check();
            }
        }
    }

    /** Under which identity a shard is written, as far as this instance knows. */
    Optional<Grant> grant(int shard) {
        OwnedShard owned = shards.get(shard);
        return owned == null || owned.leaving ? Optional.empty() : Optional.ofNullable(owned.registered);
    }

    List<CopiedPartition> copies(int shard) {
        return shards.get(shard).copies;
    }

    /** Whether every partition of a shard is being copied. */
    boolean hasAll(int shard) {
        return copies(shard).size()
                == flow.stream().filter(each -> each.shard == shard).count();
    }

    @Override
    public String toString() {
        return instance + shards.keySet() + (tasks.isEmpty() ? "" : " with " + tasks.size() + " tasks") + " " + lane;
    }
}
