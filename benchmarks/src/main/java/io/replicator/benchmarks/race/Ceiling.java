package io.replicator.benchmarks.race;

import io.replicator.agent.AgentThread;
import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.config.ClusterConfig;
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
import io.replicator.ring.BatchSlot;
import io.replicator.testkit.KafkaCluster;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.FetchLimits;
import io.replicator.wire.ReceiveBuffer;
import io.replicator.wire.ReceivePool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Measures each half of a copy alone, in this process, with the engine's own stages: fetching and dropping the batches, and
 * producing batches from memory. A whole copy cannot be faster on the same machine.
 */
final class Ceiling {
    private static final int RING_SLOTS = 1 << 14;
    private static final int POOL_BYTES = 48 << 20;
    private static final int MERGE_POOL_BYTES = 16 << 20;
    private static final int FETCH_BYTES = 12 << 20;
    private static final int REQUEST_BYTES = 8 << 20;
    private static final int REQUESTS_IN_FLIGHT = 6;
    private static final int FETCH_WAIT_MILLIS = 500;
    private static final int MAX_BATCH_BYTES = 1_048_588;

    /** At most so many bytes of batches are kept in memory for the second half. */
    private static final long MAX_STORED_BYTES = 1L << 30;

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** A source batch, in memory. */
    private record StoredBatch(
            BatchSlot.Kind kind, int partition, long fromOffset, long nextOffset, ByteBuffer bytes) {}

    private final Arena arena;
    private final DataSet set;
    private final String topic;
    private final AtomicReference<Throwable> death = new AtomicReference<>();

    private Ceiling(Arena arena, DataSet set, String topic) {
        this.arena = arena;
        this.set = set;
        this.topic = topic;
    }

    /**
     * Measures both halves.
     *
     * @param topic on the source, which contains the data set
     * @param bytes the size of all keys and values
     * @param scratchTopic on the target, created and deleted
     */
    static List<CeilingResult> measure(
            Arena arena, DataSet set, String topic, long bytes, int round, String scratchTopic) {
        Ceiling ceiling = new Ceiling(arena, set, topic);
        long fetchNanos = ceiling.fetch(slot -> {}, Long.MAX_VALUE);
        List<StoredBatch> stored = new ArrayList<>();
        ceiling.fetch(slot -> stored.add(store(slot)), MAX_STORED_BYTES);
        long records = 0;
        for (StoredBatch batch : stored) {
            records += batch.nextOffset() - batch.fromOffset();
        }
        long produceNanos = ceiling.produce(stored, records, scratchTopic);
        long producedBytes = Math.round((double) bytes * records / set.records());
        return List.of(
                new CeilingResult(set.name(), CeilingResult.FETCH, round, set.records(), bytes, fetchNanos / 1e9),
                new CeilingResult(
                        set.name(), CeilingResult.PRODUCE, round, records, producedBytes, produceNanos / 1e9));
    }

    private static StoredBatch store(BatchSlot slot) {
        byte[] bytes = new byte[slot.sizeInBytes];
        slot.bytes.get(slot.at, bytes);
        return new StoredBatch(slot.kind, slot.laneIndex, slot.fromOffset, slot.nextOffset, ByteBuffer.wrap(bytes));
    }

    /** Fetches the whole topic, or until the batches have {@code maxBytes}. */
    private long fetch(Consumer<BatchSlot> taker, long maxBytes) {
        Uuid topicId = topicId(arena.source(), topic);
        ReceivePool pool = new ReceivePool(POOL_BYTES);
        BatchRing ring = new BatchRing(RING_SLOTS);
        ClusterConfig source = cluster("source", arena.source());
        BatchFetcher fetcher = new BatchFetcher(
                "ceiling-fetcher",
                () -> ConnectionFactory.openSource(source, "ceiling", pool),
                pool,
                ring,
                new FetchLimits(FETCH_WAIT_MILLIS, FETCH_BYTES, FETCH_BYTES / 2, Isolation.READ_COMMITTED),
                FETCH_BYTES,
                new Throttle(Double.POSITIVE_INFINITY),
                new FetchMeasures());
        fetcher.wakeOnBatches(new Doorbell(() -> {}));
        List<Partition> partitions = new ArrayList<>();
        for (int number = 0; number < set.partitions(); number++) {
            partitions.add(partition(number, topicId, topic, Uuid.ZERO_UUID));
            fetcher.commands().put(new BatchFetcher.Command.Add(number, partitions.get(number)));
        }
        long[] taken = new long[2];
        long startNanos = System.nanoTime();
        try (AgentThread thread = new AgentThread(fetcher, fetcher.bell(), this::died)) {
            thread.start();
            awaitThat(startNanos, () -> {
                if (ring.poll(slot -> take(slot, partitions, taker, taken, maxBytes))) {
                    fetcher.bell().ring();
                }
                return taken[0] >= set.records() || taken[1] >= maxBytes;
            });
            long tookNanos = System.nanoTime() - startNanos;
            thread.stop();
            return tookNanos;
        }
    }

    private static boolean take(
            BatchSlot slot, List<Partition> partitions, Consumer<BatchSlot> taker, long[] taken, long maxBytes) {
        if (slot.buffer != null) {
            if (taken[1] < maxBytes) {
                taker.accept(slot);
                taken[0] += slot.nextOffset - slot.fromOffset;
                taken[1] += slot.sizeInBytes;
            }
            partitions.get(slot.laneIndex).released(slot.sizeInBytes);
            slot.buffer.release();
        }
        return true;
    }

    /** Produces the stored batches with one lane for each core. */
    private long produce(List<StoredBatch> stored, long records, String scratchTopic) {
        arena.target().createTopic(scratchTopic, set.partitions());
        Uuid targetId = topicId(arena.target(), scratchTopic);
        int lanes = Math.min(Runtime.getRuntime().availableProcessors(), set.partitions());
        Map<Integer, Partition> partitions = new HashMap<>();
        for (int number = 0; number < set.partitions(); number++) {
            partitions.put(number, partition(number, Uuid.ZERO_UUID, scratchTopic, targetId));
        }
        List<Feed> feeds = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            feeds.add(new Feed(lane, lanes, stored, partitions));
        }
        long startNanos = System.nanoTime();
        try {
            feeds.forEach(Feed::start);
            awaitThat(
                    startNanos,
                    () -> partitions.values().stream()
                                    .mapToLong(Partition::records)
                                    .sum()
                            >= records);
            return System.nanoTime() - startNanos;
        } finally {
            feeds.forEach(Feed::close);
            deleteTopic(arena.target(), scratchTopic);
        }
    }

    /** One producer, and the thread that gives it batches from memory. */
    private final class Feed implements AutoCloseable {
        private final List<StoredBatch> batches;
        private final ReceivePool pool = new ReceivePool(POOL_BYTES);
        private final BatchRing ring = new BatchRing(RING_SLOTS);
        private final BatchProducer producer;
        private final AgentThread thread;
        private final Thread feeder;

        Feed(int lane, int lanes, List<StoredBatch> all, Map<Integer, Partition> partitions) {
            batches = all.stream()
                    .filter(batch -> batch.partition() % lanes == lane)
                    .toList();
            Doorbell feederBell = new Doorbell(() -> {});
            ClusterConfig target = cluster("target", arena.target());
            producer = new BatchProducer(
                    new BatchProducer.Settings(
                            "ceiling-producer-" + lane, Optional.empty(), REQUEST_BYTES, Shaping.AUTO, 0),
                    () -> ConnectionFactory.openTarget(target, "ceiling-" + lane, REQUESTS_IN_FLIGHT),
                    ring,
                    () -> false,
                    feederBell,
                    new Mailbox<>(feederBell),
                    new ReceivePool(MERGE_POOL_BYTES),
                    new SplittableRandom(lane),
                    new ProduceMeasures());
            partitions.forEach((number, partition) -> {
                if (number % lanes == lane) {
                    producer.commands()
                            .put(new BatchProducer.Command.Add(number, partition, new OffsetMap(partition.position())));
                }
            });
            thread = new AgentThread(producer, producer.bell(), Ceiling.this::died);
            feeder = new Thread(this::feedAll, "ceiling-feeder-" + lane);
        }

        void start() {
            thread.start();
            feeder.start();
        }

        private void feedAll() {
            for (StoredBatch batch : batches) {
                BatchSlot slot = ring.claim();
                ReceiveBuffer buffer =
                        slot == null ? null : pool.take(batch.bytes().capacity());
                while (slot == null || buffer == null) {
                    if (Thread.interrupted() || death.get() != null) {
                        return;
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                    pool.reclaim();
                    slot = slot == null ? ring.claim() : slot;
                    buffer = slot == null ? null : pool.take(batch.bytes().capacity());
                }
                buffer.bytes().put(0, batch.bytes(), 0, batch.bytes().capacity());
                slot.kind = batch.kind();
                slot.laneIndex = batch.partition();
                slot.generation = 0;
                slot.buffer = buffer;
                slot.bytes = buffer.bytes();
                slot.at = 0;
                slot.sizeInBytes = batch.bytes().capacity();
                slot.fromOffset = batch.fromOffset();
                slot.nextOffset = batch.nextOffset();
                slot.arrivedNanos = System.nanoTime();
                ring.publish();
                producer.bell().ring();
            }
        }

        @Override
        public void close() {
            feeder.interrupt();
            thread.stop();
            thread.close();
        }
    }

    private Partition partition(int number, Uuid sourceId, String targetTopic, Uuid targetId) {
        return new Partition(
                new TopicPartition(topic, number), sourceId, targetTopic, targetId, 0, 0, -1, MAX_BATCH_BYTES);
    }

    private void died(Throwable cause) {
        death.compareAndSet(null, cause);
    }

    private interface Condition {
        boolean isMet();
    }

    private void awaitThat(long startNanos, Condition condition) {
        while (!condition.isMet()) {
            if (death.get() != null || System.nanoTime() - startNanos > PATIENCE_NANOS) {
                throw new IllegalStateException("the ceiling of " + set.name() + " was not reached", death.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static ClusterConfig cluster(String name, KafkaCluster cluster) {
        Map<String, String> client = new HashMap<>();
        cluster.clientProperties().forEach((key, value) -> client.put(key, value.toString()));
        String servers = client.remove("bootstrap.servers");
        return new ClusterConfig(name, servers, client);
    }

    private static Uuid topicId(KafkaCluster cluster, String topic) {
        try {
            TopicDescription description = cluster.admin()
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic);
            return description.topicId();
        } catch (ExecutionException e) {
            throw new IllegalStateException(topic + " cannot be described", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void deleteTopic(KafkaCluster cluster, String topic) {
        try {
            cluster.admin().deleteTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(topic + " cannot be deleted", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
