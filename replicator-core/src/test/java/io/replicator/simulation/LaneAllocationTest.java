package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
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
import io.replicator.wire.FetchLimits;
import io.replicator.wire.ReceivePool;
import io.replicator.wire.ReceiveTracker;
import io.replicator.wire.SourceLink;
import io.replicator.wire.Transport;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/**
 * A whole lane between two simulated clusters makes next to no garbage for a batch: counted as the difference between
 * many and few batches in as many requests, so that what a request costs is left out.
 */
class LaneAllocationTest extends BrokerPair {
    private static final int PARTITIONS = 60;
    private static final int ROUNDS = 300;
    private static final int WARM_UP_ROUNDS = 1_500;
    private static final int REQUEST_TIMEOUT_MILLIS = 30_000;

    /** Of a record, alone in its batch: small enough to be merged whatever else is considered. */
    private static final int SMALL_BYTES = 100;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ReceivePool receivePool = new ReceivePool(8 << 20);
    private final BatchRing ring = new BatchRing(1 << 12);
    private final BatchFetcher fetcher = new BatchFetcher(
            "fetcher",
            () -> SourceLink.over(connect(source, 1, receivePool)),
            receivePool,
            ring,
            new FetchLimits(500, 2 << 20, 1 << 20, Isolation.READ_COMMITTED),
            2 << 20,
            new Throttle(Double.POSITIVE_INFINITY),
            new FetchMeasures());
    private final BatchProducer producer = new BatchProducer(
            new BatchProducer.Settings("producer", Optional.empty(), 4 << 20, Shaping.AUTO, 0),
            () -> connect(target, 6, null),
            ring,
            fetcher::isStarved,
            fetcher.bell(),
            fetcher.restarts(),
            new ReceivePool(2 << 20),
            random.split(),
            new ProduceMeasures());
    private final List<SimulatedPartition> sources = new ArrayList<>();
    private final List<SimulatedPartition> targets = new ArrayList<>();
    private final List<Partition> partitions = new ArrayList<>();
    private long allocatedBytes;

    @Test
    void shouldMergeSmallBatchesWithoutGarbageForEach() {
        start();
        int few = 10;
        int many = 40;
        int written = 4;
        rounds(WARM_UP_ROUNDS, written, few);
        rounds(WARM_UP_ROUNDS, written, many);

        double withFew = rounds(ROUNDS, written, few);
        double withMany = rounds(ROUNDS, written, many);

        // An object is 16 bytes at least.
        assertThat((withMany - withFew) / (written * (many - few))).isLessThan(8);
    }

    @Test
    void shouldPassBatchesWithLittleGarbageForEach() {
        start();
        int few = 10;
        int many = 60;
        rounds(WARM_UP_ROUNDS, few, 1);
        rounds(WARM_UP_ROUNDS, many, 1);

        double withFew = rounds(ROUNDS, few, 1);
        double withMany = rounds(ROUNDS, many, 1);

        // 1,590 when this was written, an iterator or two more where the JIT compiler does not see through them. Most
        // of
        // it is Kafka's: a partition in two requests and two answers.
        assertThat((withMany - withFew) / (many - few)).isLessThan(1_660);
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

    private void start() {
        faults.calm();
        fetcher.wakeOnBatches(producer.bell());
        fetcher.onStart();
        producer.onStart();
        for (int number = 0; number < PARTITIONS; number++) {
            SimulatedPartition from = source.addPartition("orders", 0, number);
            SimulatedPartition to = target.addPartition("orders", 0, number);
            Partition partition = new Partition(
                    new TopicPartition("orders", number), from.topicId, to.topic, to.topicId, 0, 0, -1, 1 << 20);
            sources.add(from);
            targets.add(to);
            partitions.add(partition);
            producer.commands().put(new BatchProducer.Command.Add(number, partition, new OffsetMap(0)));
            fetcher.commands().put(new BatchFetcher.Command.Add(number, partition));
        }
    }

    /** Bytes that the lane allocated for one round, without the copies of what it sent: those are the sockets'. */
    private double rounds(int rounds, int written, int batches) {
        allocatedBytes = 0;
        long requests = target.requests();
        for (int round = 0; round < rounds; round++) {
            round(written, batches);
        }
        // Fetches and metadata are few beside them; more would mean that batches came in dribs and drabs.
        assertThat(target.requests() - requests).isBetween((long) rounds, rounds + 20L);
        return (double) allocatedBytes / rounds;
    }

    private void round(int written, int batches) {
        for (SimulatedPartition partition : sources.subList(0, written)) {
            for (int i = 0; i < batches; i++) {
                write(partition);
            }
            partition.highWatermark = partition.end;
        }
        while (!isCopied()) {
            turn();
        }
        for (SimulatedPartition partition : targets) {
            partition.log.forEach(stored -> allocatedBytes -= stored.bytes().capacity());
            partition.log.clear();
        }
        sources.forEach(partition -> partition.log.clear());
    }

    private static void write(SimulatedPartition partition) {
        ByteBuffer batch = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(1_790_000_000_000L, null, new byte[SMALL_BYTES]))
                .buffer();
        partition.append(batch);
    }

    private void turn() {
        long before = THREADS.getCurrentThreadAllocatedBytes() - source.arrivalBytes() - target.arrivalBytes();
        fetcher.doWork(time.nanoseconds());
        producer.doWork(time.nanoseconds());
        long after = THREADS.getCurrentThreadAllocatedBytes() - source.arrivalBytes() - target.arrivalBytes();
        allocatedBytes += after - before;
        source.step();
        target.step();
        time.advanceMillis(1);
    }

    private boolean isCopied() {
        for (int i = 0; i < PARTITIONS; i++) {
            if (partitions.get(i).position() < sources.get(i).end) {
                return false;
            }
        }
        return true;
    }
}
