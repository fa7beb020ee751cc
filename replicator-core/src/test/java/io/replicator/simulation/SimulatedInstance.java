package io.replicator.simulation;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.config.TransactionBounds;
import io.replicator.fetch.BatchFetcher;
import io.replicator.fetch.Throttle;
import io.replicator.measure.FetchMeasures;
import io.replicator.measure.ProduceMeasures;
import io.replicator.produce.BatchProducer;
import io.replicator.ring.BatchRing;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.FetchLimits;
import io.replicator.wire.ReceivePool;
import io.replicator.wire.ReceiveTracker;
import io.replicator.wire.SourceLink;
import io.replicator.wire.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.Selectable;

/** What one process copies with: a fetcher and a producer, whose turns somebody else gives them, and what links them. */
final class SimulatedInstance {
    static final String TRANSACTIONAL_IDS = "simulation.";

    private static final int REQUEST_TIMEOUT_MILLIS = 2_000;
    private static final int FETCH_WAIT_MILLIS = 500;
    private static final int ANSWERS_IN_POOL = 4;
    private static final double THROTTLED_BYTES_PER_SECOND = 300_000;

    private final World world;
    private final SplittableRandom random;
    private final List<SimulatedSelector> sockets = new ArrayList<>();
    private final ReceivePool receivePool;
    private final ReceivePool mergePool;
    private final BatchRing ring;
    private final ProduceMeasures measures = new ProduceMeasures();
    final BatchFetcher fetcher;
    final BatchProducer producer;
    private boolean isFetcherClosed;
    private boolean isProducerClosed;

    /** Where it lives. */
    record World(
            SimulatedCluster source,
            SimulatedCluster target,
            SimulatedTime time,
            Faults faults,
            /* What is to be added to the time for that of day, nanoseconds. */
            long epochOffsetNanos) {}

    /**
     * @param exactlyOnce whether it surely writes under transactional ids; otherwise chance decides
     * @param transactions whether it writes in transactions; then it does the former as well
     */
    SimulatedInstance(
            World world,
            SplittableRandom random,
            Isolation isolation,
            Shaping shaping,
            boolean exactlyOnce,
            boolean transactions) {
        this.world = world;
        this.random = random;
        this.receivePool = new ReceivePool(1 << (12 + random.nextInt(7)));
        this.mergePool = new ReceivePool(1 << (10 + random.nextInt(9)));
        this.ring = new BatchRing(1 << (2 + random.nextInt(6)));
        int fetchBytes = (int) receivePool.size() / ANSWERS_IN_POOL;
        this.fetcher = new BatchFetcher(
                "fetcher",
                () -> SourceLink.over(connect(world.source, 1, receivePool)),
                receivePool,
                ring,
                new FetchLimits(
                        FETCH_WAIT_MILLIS, fetchBytes, Math.max(1, fetchBytes / (1 + random.nextInt(3))), isolation),
                fetchBytes,
                new Throttle(random.nextInt(6) == 0 ? THROTTLED_BYTES_PER_SECOND : Double.POSITIVE_INFINITY),
                new FetchMeasures());
        boolean isTransactional = random.nextBoolean() || exactlyOnce;
        this.producer = new BatchProducer(
                new BatchProducer.Settings(
                        "producer",
                        isTransactional ? Optional.of(TRANSACTIONAL_IDS) : Optional.empty(),
                        transactions ? Optional.of(bounds(random)) : Optional.empty(),
                        1 << (10 + random.nextInt(10)),
                        shaping,
                        world.epochOffsetNanos),
                () -> connect(world.target, 6, null),
                ring,
                fetcher::isStarved,
                fetcher.bell(),
                fetcher.restarts(),
                mergePool,
                random.split(),
                measures);
        fetcher.wakeOnBatches(producer.bell());
    }

    private static TransactionBounds bounds(SplittableRandom random) {
        return new TransactionBounds(Duration.ofMillis(1 + random.nextInt(400)), 1L << random.nextInt(20));
    }

    private ClusterView connect(SimulatedCluster cluster, int maxInflight, ReceivePool pool) {
        ManualMetadataUpdater nodes = new ManualMetadataUpdater();
        SimulatedSelector connections =
                new SimulatedSelector(cluster, pool == null ? MemoryPool.NONE : pool, world.faults);
        sockets.add(connections);
        ReceiveTracker receives = pool == null ? null : new ReceiveTracker(connections, pool);
        Selectable selector = receives == null ? connections : receives;
        SimulatedKafkaClient client = new SimulatedKafkaClient(
                selector, connections, nodes, maxInflight, REQUEST_TIMEOUT_MILLIS, world.time, random.split());
        return ConnectionFactory.over(
                new Transport(client, Optional.ofNullable(receives), nodes, world.time, random.split()),
                cluster.toString(),
                cluster.bootstrapNodes(),
                REQUEST_TIMEOUT_MILLIS);
    }

    void start() {
        fetcher.onStart();
        producer.onStart();
    }

    int fetch() {
        return isFetcherClosed ? 0 : fetcher.doWork(world.time.nanoseconds());
    }

    int produce() {
        return isProducerClosed ? 0 : producer.doWork(world.time.nanoseconds());
    }

    ProduceMeasures measures() {
        return measures;
    }

    /** The process is killed: whatever it was about to do is not done. */
    void crash() {
        sockets.forEach(SimulatedSelector::abandon);
    }

    /** Nothing more is fetched; answered when nothing is on its way any more. */
    CompletableFuture<Void> drain() {
        fetcher.commands().put(new BatchFetcher.Command.Stop());
        fetch();
        CompletableFuture<Void> drained = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Drain(drained));
        return drained;
    }

    boolean holdsMemory() {
        return receivePool.usedBytes() > 0 || mergePool.usedBytes() > 0;
    }

    /** The fetcher ends, of a failure or in good order. */
    void closeFetcher() {
        if (!isFetcherClosed) {
            isFetcherClosed = true;
            fetcher.onClose();
        }
    }

    /** The producer does. */
    void closeProducer() {
        if (!isProducerClosed) {
            isProducerClosed = true;
            producer.onClose();
        }
    }

    void close() {
        closeFetcher();
        closeProducer();
    }

    void check() {
        if (receivePool.usedBytes() > receivePool.size() + (1 << 20) || mergePool.usedBytes() > mergePool.size()) {
            throw new AssertionError("more memory in use than there is");
        }
    }

    @Override
    public String toString() {
        return "pool " + receivePool.usedBytes() + " of " + receivePool.size() + ", starved " + fetcher.isStarved()
                + ", merge pool " + mergePool.usedBytes() + " of " + mergePool.size() + ", ring " + ring.occupied()
                + " of " + ring.slots() + ", requests " + producer.inflightRequests() + " ";
    }
}
