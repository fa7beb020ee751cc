package io.replicator.simulation;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.fetch.BatchFetcher;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Fault;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.partition.Remedy;
import io.replicator.produce.BatchProducer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * One lifetime of a lane, from a seed: its fetcher and its producer take turns on one thread, in any order, between two
 * simulated clusters, while applications write, brokers fail and answers get lost. After every turn the copy is checked;
 * then all trouble ends, and everything must arrive.
 */
final class LaneSimulation {
    /** No wait of the engine is longer than ten seconds; several may follow one another. */
    private static final long MAX_CALM_MILLIS = 180_000;

    private static final long QUIET_MILLIS = 5_000;

    /** Long polls, metadata, and a partition that tries again now and then. */
    private static final long MAX_QUIET_REQUESTS = 400;

    private final long seed;
    private final SplittableRandom random;
    private final SimulatedTime time;
    private final Trace trace;
    private final Faults faults;
    private final SimulatedCluster source;
    private final SimulatedCluster target;
    private final boolean isOld;
    private final Isolation isolation;
    private final SimulatedInstance lane;
    private final List<CopiedPartition> copies = new ArrayList<>();
    private final int turns;

    /** How often each kind of turn comes, one after the other. */
    private final int[] weights = new int[6];

    LaneSimulation(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.time = new SimulatedTime(random.nextBoolean() ? random.nextLong() : 1);
        this.trace = new Trace(time);
        this.faults = new Faults(random.split());
        this.isOld = random.nextInt(6) == 0;
        this.isolation = random.nextInt(4) == 0 ? Isolation.READ_UNCOMMITTED : Isolation.READ_COMMITTED;
        this.source = new SimulatedCluster("source", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.target = new SimulatedCluster("target", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.lane = new SimulatedInstance(
                new SimulatedInstance.World(source, target, time, faults, SourceLog.NOW_NANOS - time.nanoseconds()),
                random,
                isolation,
                shaping(seed),
                false,
                false);
        lane.producer.reportTo(new ShardEvents() {
            @Override
            public void granted(Grant grant) {
                lane.producer.commands().put(new BatchProducer.Command.Registered(grant, Set.of(grant.producerId())));
            }

            @Override
            public void fenced(int shard) {
                throw new AssertionError("nobody else takes shard " + shard);
            }
        });
        this.turns = 200 + random.nextInt(1_200);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1 + random.nextInt(i < 5 ? 5 : 3);
        }
    }

    /** Drawn apart, so that a seed means what it meant before there was a choice. */
    private static Shaping shaping(long seed) {
        List<Shaping> ways = List.of(Shaping.values());
        return ways.get(new SplittableRandom(~seed).nextInt(ways.size()));
    }

    /** Lives from the first turn to the last. */
    void run() {
        try {
            live();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + " (" + faults + "): " + failure + "\n" + trace + "again with -Dsimulation.seed="
                            + seed,
                    failure);
        }
    }

    private void live() {
        lane.start();
        int partitions = 1 + random.nextInt(6);
        for (int i = 0; i < partitions; i++) {
            add(i);
        }
        for (int turn = 0; turn < turns; turn++) {
            turn();
            check();
        }
        trace.say("calm from now on");
        faults.calm();
        copies.forEach(copy -> copy.source.finish());
        if (target.brokers() > 1 && random.nextInt(3) == 0) {
            untilOpened();
            withBrokerStuck();
        }
        untilCopied(copies);
        copies.forEach(CopiedPartition::checkEnd);
        checkGrants();
        quiet();
        drain();
    }

    private void add(int slot) {
        String topic = "topic-" + slot % 2;
        SimulatedPartition from = source.addPartition(topic, slot % 2, slot / 2);
        SimulatedPartition to = target.addPartition("copy-" + topic, slot % 2, slot / 2);
        SourceLog log = new SourceLog(from, isolation == Isolation.READ_COMMITTED, random.split());
        for (int backlog = random.nextInt(3) * random.nextInt(30); backlog > 0; backlog--) {
            log.step();
        }
        long start = random.nextBoolean() ? 0 : random.nextLong(log.readableEnd() + 1);
        to.replicatesItself = true;
        to.maxBatchBytes = List.of(1 << 20, 20_000, 4_000).get(random.nextInt(3));
        int knownLimit = random.nextInt(3) == 0 ? 1 << 20 : to.maxBatchBytes;
        Partition partition = new Partition(
                new TopicPartition(topic, slot / 2),
                from.topicId,
                to.topic,
                to.topicId,
                slot % 3 == 0 ? 1 : 0,
                start,
                -1,
                knownLimit);
        OffsetMap map = new OffsetMap(start);
        TargetReader reader = new TargetReader(log, to, start, id -> true, id -> Optional.empty(), () -> 0);
        copies.add(new CopiedPartition(slot, reader, partition, map));
        lane.producer.commands().put(new BatchProducer.Command.Add(slot, partition, map));
        lane.fetcher.commands().put(new BatchFetcher.Command.Add(slot, partition));
    }

    private void turn() {
        int kind = 0;
        for (int left = random.nextInt(Arrays.stream(weights).sum()); left >= weights[kind]; kind++) {
            left -= weights[kind];
        }
        switch (kind) {
            case 0 -> lane.fetch();
            case 1 -> lane.produce();
            case 2 -> source.step();
            case 3 -> target.step();
            case 4 -> time.advanceMillis(random.nextInt(30) == 0 ? random.nextInt(1_500) : random.nextInt(10));
            default -> apply();
        }
    }

    /** Something happens outside of the lane and the brokers. */
    private void apply() {
        CopiedPartition copy = copies.get(random.nextInt(copies.size()));
        int what = random.nextInt(400);
        if (what == 0 && copy.unfixableOffset < 0 && copy.target.maxBatchBytes < 1 << 20) {
            copy.unfixableOffset = copy.source.writeLarge(copy.target.maxBatchBytes + 100);
        } else if (what == 1 && copies.size() > 1 && !copy.removed) {
            trace.say("remove", copy.partition);
            copy.removed = true;
            lane.fetcher.commands().put(new BatchFetcher.Command.Remove(copy.laneIndex));
            lane.producer.commands().put(new BatchProducer.Command.Remove(copy.laneIndex));
        } else if (what < 20) {
            copy.source.writeForeign(copy.target);
        } else {
            copy.source.step();
        }
    }

    private void check() {
        copies.forEach(CopiedPartition::check);
        lane.check();
    }

    /** The broker that gets stuck may be the one that coordinates the fence, which is needed but once. */
    private void untilOpened() {
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (copies.stream().anyMatch(copy -> !copy.removed && isOpening(copy.partition))) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("nothing goes wrong any more, but not all is opened: " + lane + copies);
            }
            calmTurn();
        }
    }

    private static boolean isOpening(Partition partition) {
        return partition.targetHealth().state() == PartitionState.STARTING;
    }

    /** A broker that answers nothing stops nobody but the partitions that it leads. */
    private void withBrokerStuck() {
        target.step();
        target.stick(0);
        trace.say("broker 0 of the target is stuck");
        List<CopiedPartition> others =
                copies.stream().filter(copy -> copy.target.leader != 0).toList();
        untilCopied(others);
        target.stick(-1);
        trace.say("it answers again");
    }

    /**
     * An identity is asked for once, for no broker forgets sequences, and again for a batch that is refused for good when it is
     * sent again after a try that nobody answered.
     */
    private void checkGrants() {
        long shards =
                copies.stream().map(copy -> copy.partition.shard()).distinct().count();
        Map<Fault, Long> faultCounts = new EnumMap<>(Fault.class);
        lane.measures().faults.addTo(faultCounts);
        long refusals = faultCounts.entrySet().stream()
                .filter(each -> each.getKey().remedy() == Remedy.RESTART_PARTITION
                        || each.getKey().remedy() == Remedy.STOP_PARTITION)
                .mapToLong(Map.Entry::getValue)
                .sum();
        if (target.grantsHeard() > shards + refusals) {
            throw new AssertionError(target.grantsHeard() + " grants for " + shards + " shards");
        }
    }

    private void untilCopied(List<CopiedPartition> expected) {
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (!expected.stream().allMatch(CopiedPartition::isDone)) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("nothing goes wrong any more, but it does not end: " + lane + expected);
            }
            calmTurn();
        }
    }

    private void calmTurn() {
        int work = lane.produce();
        work += lane.fetch();
        source.step();
        target.step();
        check();
        time.advanceMillis(work > 0 ? 0 : 10);
        time.advanceNanos(50_000);
    }

    /** When there is nothing to do, next to nothing is done. */
    private void quiet() {
        long requests = source.requests() + target.requests();
        long until = time.elapsedMillis() + QUIET_MILLIS;
        while (time.elapsedMillis() < until) {
            calmTurn();
        }
        long more = source.requests() + target.requests() - requests;
        if (more > MAX_QUIET_REQUESTS) {
            throw new AssertionError(more + " requests within " + QUIET_MILLIS + " ms although nothing happens");
        }
    }

    /** What was lent is given back. */
    private void drain() {
        CompletableFuture<Void> drained = lane.drain();
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (!drained.isDone() || lane.holdsMemory()) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("drained " + drained.isDone() + ", still in use: " + lane);
            }
            calmTurn();
        }
        lane.close();
    }
}
