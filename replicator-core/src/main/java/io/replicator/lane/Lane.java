package io.replicator.lane;

import io.replicator.agent.AgentThread;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.TransactionBounds;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.fetch.BatchFetcher;
import io.replicator.fetch.Throttle;
import io.replicator.measure.FetchMeasures;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.partition.Partition;
import io.replicator.produce.BatchProducer;
import io.replicator.ring.BatchRing;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.FetchLimits;
import io.replicator.wire.ReceivePool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * A fetcher and a producer, each on its thread, and what links them. Safe for use by the control plane's thread. A lane
 * whose agent died is over: it is closed, and a new one goes on.
 */
public final class Lane implements ControlledLane, AutoCloseable {
    private static final int RING_SLOTS = 1 << 14;

    /** Of the lane's memory, the rest is for merged batches. */
    private static final double RECEIVE_SHARE = 0.6;

    private static final int FETCH_WAIT_MILLIS = 500;
    private static final int MAX_FETCH_BYTES = 16 << 20;
    private static final int MAX_REQUEST_BYTES = 8 << 20;

    /** The pool holds several answers at a time: some on their way through, one or more arriving. */
    private static final int ANSWERS_IN_POOL = 4;

    /** One more than produce requests in flight: metadata and producer ids go their way beside them. */
    private static final int REQUESTS_IN_FLIGHT = 6;

    private final int number;
    private final ReceivePool receivePool;
    private final ReceivePool mergePool;
    private final BatchRing ring = new BatchRing(RING_SLOTS);
    private final FetchMeasures fetchMeasures;
    private final ProduceMeasures produceMeasures;
    private final BatchFetcher fetcher;
    private final BatchProducer producer;
    private final Throttle throttle;

    /** The shards of the partitions that are fetched, by laneIndex. The control plane's thread alone. */
    private final Map<Integer, Integer> shardsByLaneIndex = new HashMap<>();

    private final AgentThread fetcherThread;
    private final AgentThread producerThread;
    private final AtomicReference<Throwable> death = new AtomicReference<>();

    /**
     * What a lane counts, kept over its restarts.
     *
     * @param fetch counted by its fetcher
     * @param produce counted by its producer
     */
    public record Measures(FetchMeasures fetch, ProduceMeasures produce) {
        public Measures() {
            this(new FetchMeasures(), new ProduceMeasures());
        }
    }

    /**
     * Where a lane's batches stand.
     *
     * @param receive answers as they came
     * @param merge merged batches
     */
    public record Memory(ReceivePool receive, ReceivePool merge) {
        /** The memory of a new lane. */
        public static Memory of(long bytes) {
            int receiveBytes = (int) Math.min(Integer.MAX_VALUE / 2, (long) (bytes * RECEIVE_SHARE));
            int mergeBytes = (int) Math.min(Integer.MAX_VALUE / 2, bytes - receiveBytes);
            return new Memory(new ReceivePool(receiveBytes), new ReceivePool(mergeBytes));
        }
    }

    /**
     * @param flow what is copied
     * @param number of the lane in the flow
     * @param lanes how many the flow has
     * @param memory the lane's share
     * @param measures what the lane counts
     */
    public Lane(FlowConfig flow, int number, int lanes, Memory memory, Measures measures) {
        this.number = number;
        this.fetchMeasures = measures.fetch();
        this.produceMeasures = measures.produce();
        this.receivePool = memory.receive();
        this.mergePool = memory.merge();
        int receiveBytes = (int) receivePool.size();
        this.throttle = new Throttle(
                flow.maxBytesPerSecond() == Long.MAX_VALUE
                        ? Double.POSITIVE_INFINITY
                        : (double) flow.maxBytesPerSecond() / lanes);
        String clientId = "replicator-" + flow.name() + "-" + number;
        int fetchBytes = fetchBytes(flow, receiveBytes);
        this.fetcher = new BatchFetcher(
                clientId + "-fetcher",
                () -> ConnectionFactory.openSource(flow.source(), clientId, receivePool),
                receivePool,
                ring,
                new FetchLimits(FETCH_WAIT_MILLIS, fetchBytes, partitionBytes(flow, fetchBytes), flow.isolation()),
                receiveBytes / ANSWERS_IN_POOL,
                throttle,
                fetchMeasures);
        this.producer = new BatchProducer(
                new BatchProducer.Settings(
                        clientId + "-producer",
                        transactionalIds(flow),
                        transactions(flow),
                        MAX_REQUEST_BYTES,
                        flow.shaping(),
                        epochOffsetNanos()),
                () -> ConnectionFactory.openTarget(flow.target(), clientId, REQUESTS_IN_FLIGHT),
                ring,
                fetcher::isStarved,
                fetcher.roomBell(),
                fetcher.restarts(),
                mergePool,
                new SplittableRandom(),
                produceMeasures);
        fetcher.wakeOnBatches(producer.bell());
        this.fetcherThread = new AgentThread(fetcher, fetcher.bell(), this::died);
        this.producerThread = new AgentThread(producer, producer.bell(), this::died);
    }

    private static int fetchBytes(FlowConfig flow, int receiveBytes) {
        String wanted = flow.source().client().get("fetch.max.bytes");
        int bytes = wanted == null ? MAX_FETCH_BYTES : Integer.parseInt(wanted.trim());
        return Math.min(bytes, receiveBytes / ANSWERS_IN_POOL);
    }

    private static int partitionBytes(FlowConfig flow, int fetchBytes) {
        String wanted = flow.source().client().get("max.partition.fetch.bytes");
        return wanted == null ? fetchBytes / 2 : Integer.parseInt(wanted.trim());
    }

    private static Optional<String> transactionalIds(FlowConfig flow) {
        return flow.delivery().isFenced() ? Optional.of("replicator." + flow.name() + ".") : Optional.empty();
    }

    private static Optional<TransactionBounds> transactions(FlowConfig flow) {
        return flow.delivery() == Delivery.TRANSACTIONAL ? Optional.of(flow.transaction()) : Optional.empty();
    }

    private static long epochOffsetNanos() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
    }

    private void died(Throwable cause) {
        death.compareAndSet(null, cause);
    }

    /**
     * Starts the lane's threads.
     *
     * @param onNews told, on a thread of the lane, when topics or partitions came or went on the source
     * @param shardEvents told, on the producer's thread, what becomes of shards
     */
    public void start(Runnable onNews, ShardEvents shardEvents) {
        fetcher.reportNewsTo(onNews);
        producer.reportTo(shardEvents);
        producerThread.start();
        fetcherThread.start();
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public Optional<Throwable> death() {
        return Optional.ofNullable(death.get());
    }

    /** The lane's threads, to be watched. */
    public List<AgentThread> threads() {
        return List.of(fetcherThread, producerThread);
    }

    @Override
    public void add(int laneIndex, Partition partition, OffsetMap map) {
        shardsByLaneIndex.put(laneIndex, partition.shard());
        producer.commands().put(new BatchProducer.Command.Add(laneIndex, partition, map));
        fetcher.commands().put(new BatchFetcher.Command.Add(laneIndex, partition));
    }

    @Override
    public void targetEndsAt(int laneIndex, long offset) {
        producer.commands().put(new BatchProducer.Command.TargetEnd(laneIndex, offset));
    }

    @Override
    public void skip(int laneIndex, long from, long offset) {
        producer.commands().put(new BatchProducer.Command.Skip(laneIndex, from, offset));
    }

    @Override
    public void rewind(int laneIndex, long from, long offset, LongConsumer onRewound) {
        producer.commands().put(new BatchProducer.Command.Rewind(laneIndex, from, offset, onRewound));
    }

    @Override
    public CompletableFuture<Boolean> finish(int laneIndex) {
        if (shardsByLaneIndex.remove(laneIndex) != null) {
            fetcher.commands().put(new BatchFetcher.Command.Remove(laneIndex));
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Finish(laneIndex, answer));
        return answer;
    }

    @Override
    public void remove(int laneIndex) {
        if (shardsByLaneIndex.remove(laneIndex) != null) {
            fetcher.commands().put(new BatchFetcher.Command.Remove(laneIndex));
        }
        producer.commands().put(new BatchProducer.Command.Remove(laneIndex));
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        producer.commands().put(new BatchProducer.Command.Registered(grant, producerIds));
    }

    @Override
    public CompletableFuture<Void> release(int shard) {
        stopFetching(shard);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Release(shard, answer));
        return answer;
    }

    @Override
    public void forget(int shard) {
        stopFetching(shard);
        producer.commands().put(new BatchProducer.Command.Forget(shard));
    }

    private void stopFetching(int shard) {
        shardsByLaneIndex.entrySet().removeIf(fetched -> {
            boolean isOfShard = fetched.getValue() == shard;
            if (isOfShard) {
                fetcher.commands().put(new BatchFetcher.Command.Remove(fetched.getKey()));
            }
            return isOfShard;
        });
    }

    @Override
    public CompletableFuture<List<Progress>> collect() {
        CompletableFuture<List<Progress>> answer = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Collect(answer));
        return answer;
    }

    @Override
    public void stopFetching() {
        fetcher.commands().put(new BatchFetcher.Command.Stop());
    }

    @Override
    public CompletableFuture<Void> drain() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        producer.commands().put(new BatchProducer.Command.Drain(answer));
        return answer;
    }

    /** The memory of a lane that was closed, for the one in its place; empty while a thread may still use it. */
    public Optional<Memory> handOverMemory() {
        return fetcherThread.hasEnded() && producerThread.hasEnded()
                ? Optional.of(new Memory(receivePool.handOverMemory(), mergePool.handOverMemory()))
                : Optional.empty();
    }

    public long ringOccupied() {
        return ring.occupied();
    }

    public long ringSlots() {
        return ring.slots();
    }

    /** Bytes of receive and merge buffers in use. */
    public long memoryUsedBytes() {
        return receivePool.usedBytes() + mergePool.usedBytes();
    }

    public long memoryLimitBytes() {
        return receivePool.size() + mergePool.size();
    }

    public long inflightRequests() {
        return producer.inflightRequests();
    }

    /** What brokers made the lane wait, by reason. */
    public Map<String, Long> throttleNanos() {
        return Map.of(
                "source-quota", fetchMeasures.throttleNanos.value(),
                "target-quota", produceMeasures.throttleNanos.value());
    }

    @Override
    public void close() {
        fetcherThread.stop();
        producerThread.stop();
        try {
            fetcherThread.close();
        } finally {
            producerThread.close();
        }
    }
}
