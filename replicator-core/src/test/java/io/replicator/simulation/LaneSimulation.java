package io.replicator.simulation;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.fetch.BatchFetcher;
import io.replicator.fetch.Throttle;
import io.replicator.measure.FetchMeasures;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import io.replicator.ring.BatchRing;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.FetchSession;
import io.replicator.wire.ReceivePool;
import io.replicator.wire.ReceiveTracker;
import io.replicator.wire.Transport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.Selectable;

/**
 * One lifetime of a lane, from a seed: its fetcher and its producer take turns on one thread, in any order, between two
 * simulated clusters, while applications write, brokers fail and answers get lost. After every turn the copy is checked;
 * then all trouble ends, and everything must arrive.
 */
final class LaneSimulation {
    private static final int REQUEST_TIMEOUT_MILLIS = 2_000;
    private static final int FETCH_WAIT_MILLIS = 500;
    private static final int ANSWERS_IN_POOL = 4;

    /** No wait of the engine is longer than ten seconds; several may follow one another. */
    private static final long MOST_CALM_MILLIS = 180_000;

    private static final double THROTTLED_BYTES_PER_SECOND = 300_000;

    private static final long QUIET_MILLIS = 5_000;

    /** Long polls, metadata, and a partition that tries again now and then. */
    private static final long MOST_QUIET_REQUESTS = 400;

    private final long seed;
    private final SplittableRandom random;
    private final SimulatedTime time;
    private final Trace trace;
    private final Faults faults;
    private final SimulatedCluster source;
    private final SimulatedCluster target;
    private final boolean isOld;
    private final Isolation isolation;
    private final ReceivePool receivePool;
    private final ReceivePool mergePool;
    private final BatchRing ring;
    private final BatchFetcher fetcher;
    private final BatchProducer producer;
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
        this.receivePool = new ReceivePool(1 << (12 + random.nextInt(7)));
        this.mergePool = new ReceivePool(1 << (10 + random.nextInt(9)));
        this.ring = new BatchRing(1 << (2 + random.nextInt(6)));
        int fetchBytes = (int) receivePool.size() / ANSWERS_IN_POOL;
        this.fetcher = new BatchFetcher(
                "fetcher",
                () -> connect(source, 1, receivePool),
                receivePool,
                ring,
                new FetchSession.Limits(
                        FETCH_WAIT_MILLIS, fetchBytes, Math.max(1, fetchBytes / (1 + random.nextInt(3))), isolation),
                fetchBytes,
                new Throttle(random.nextInt(6) == 0 ? THROTTLED_BYTES_PER_SECOND : Double.POSITIVE_INFINITY),
                new FetchMeasures());
        this.producer = new BatchProducer(
                new BatchProducer.Settings(
                        "producer",
                        random.nextBoolean() ? Optional.empty() : Optional.<String>empty(),
                        1 << (10 + random.nextInt(10)),
                        shaping(seed),
                        0),
                () -> connect(target, 6, null),
                ring,
                fetcher::isStarved,
                fetcher.bell(),
                fetcher.restarts(),
                mergePool,
                random.split(),
                new ProduceMeasures());
        fetcher.wakes(producer.bell());
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

    private ClusterView connect(SimulatedCluster cluster, int maxInflight, ReceivePool pool) {
        ManualMetadataUpdater nodes = new ManualMetadataUpdater();
        SimulatedSelector connections = new SimulatedSelector(cluster, pool == null ? MemoryPool.NONE : pool, faults);
        ReceiveTracker receives = pool == null ? null : new ReceiveTracker(connections, pool);
        Selectable selector = receives == null ? connections : receives;
        SimulatedKafkaClient client = new SimulatedKafkaClient(
                selector, connections, nodes, maxInflight, REQUEST_TIMEOUT_MILLIS, time, random.split());
        return ConnectionFactory.over(
                new Transport(client, Optional.ofNullable(receives), nodes, time, random.split()),
                cluster.toString(),
                cluster.bootstrapNodes(),
                REQUEST_TIMEOUT_MILLIS);
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
        fetcher.onStart();
        producer.onStart();
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
        copies.add(new CopiedPartition(slot, log, to, partition, map));
        producer.commands().put(new BatchProducer.Command.Add(slot, partition, map));
        fetcher.commands().put(new BatchFetcher.Command.Add(slot, partition));
    }

    private void turn() {
        int kind = 0;
        for (int left = random.nextInt(Arrays.stream(weights).sum()); left >= weights[kind]; kind++) {
            left -= weights[kind];
        }
        switch (kind) {
            case 0 -> fetcher.doWork(time.nanoseconds());
            case 1 -> producer.doWork(time.nanoseconds());
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
            fetcher.commands().put(new BatchFetcher.Command.Remove(copy.slot));
            producer.commands().put(new BatchProducer.Command.Remove(copy.slot));
        } else if (what < 20) {
            copy.source.writeForeign(copy.target);
        } else {
            copy.source.step();
        }
    }

    private void check() {
        copies.forEach(CopiedPartition::check);
        if (receivePool.usedBytes() > receivePool.size() + (1 << 20) || mergePool.usedBytes() > mergePool.size()) {
            throw new AssertionError("more memory in use than there is");
        }
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

    /** An identity is asked for once: sequences are never lost, for no broker forgets them. */
    private void checkGrants() {
        long groups =
                copies.stream().map(copy -> copy.partition.group()).distinct().count();
        if (target.grantsHeard() > groups) {
            throw new AssertionError(target.grantsHeard() + " grants for " + groups + " partition groups");
        }
    }

    private void untilCopied(List<CopiedPartition> expected) {
        long until = time.elapsedMillis() + MOST_CALM_MILLIS;
        while (!expected.stream().allMatch(CopiedPartition::isDone)) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("nothing goes wrong any more, but it does not end: " + this + expected);
            }
            calmTurn();
        }
    }

    private void calmTurn() {
        int work = producer.doWork(time.nanoseconds());
        work += fetcher.doWork(time.nanoseconds());
        source.step();
        target.step();
        check();
        time.advanceMillis(work > 0 ? 0 : 10);
        time.advanceNanos(50_000);
    }

    @Override
    public String toString() {
        return "pool " + receivePool.usedBytes() + " of " + receivePool.size() + ", starved " + fetcher.isStarved()
                + ", merge pool " + mergePool.usedBytes() + " of " + mergePool.size() + ", ring " + ring.occupied()
                + " of " + ring.slots() + ", requests " + producer.inflightRequests() + " ";
    }

    /** When there is nothing to do, next to nothing is done. */
    private void quiet() {
        long requests = source.requests() + target.requests();
        long until = time.elapsedMillis() + QUIET_MILLIS;
        while (time.elapsedMillis() < until) {
            calmTurn();
        }
        long more = source.requests() + target.requests() - requests;
        if (more > MOST_QUIET_REQUESTS) {
            throw new AssertionError(more + " requests within " + QUIET_MILLIS + " ms although nothing happens");
        }
    }

    /** What was lent is given back. */
    private void drain() {
        fetcher.commands().put(new BatchFetcher.Command.Stop());
        fetcher.doWork(time.nanoseconds());
        CompletableFuture<Void> drained = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Drain(drained));
        long until = time.elapsedMillis() + MOST_CALM_MILLIS;
        while (!drained.isDone() || receivePool.usedBytes() > 0 || mergePool.usedBytes() > 0) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("drained " + drained.isDone() + ", still in use: " + receivePool.usedBytes()
                        + " bytes received, " + mergePool.usedBytes() + " merged");
            }
            calmTurn();
        }
        fetcher.onClose();
        producer.onClose();
    }
}
