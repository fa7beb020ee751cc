package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Thousands of partitions with more to copy than memory holds, while the target's broker answers nothing. */
class LaneMemoryTest extends BrokerPair {
    private static final int PARTITIONS = 3_000;
    private static final int BATCHES = 4;
    private static final int BATCH_BYTES = 3_000;

    /** A tenth of what is to be copied. */
    private static final int RECEIVE_BYTES = PARTITIONS * BATCHES * BATCH_BYTES / 10;

    private static final int MERGE_BYTES = RECEIVE_BYTES / 3;
    private static final int FETCH_BYTES = RECEIVE_BYTES / 4;

    /** What is kept beside the pools of what waits: places of batches, requests without an answer. Copies would be ten times that. */
    private static final long MAX_HEAP_BYTES = 2 * RECEIVE_BYTES;

    private static final int REQUEST_TIMEOUT_MILLIS = 5_000;

    private final ReceivePool receivePool = new ReceivePool(RECEIVE_BYTES);
    private final ReceivePool mergePool = new ReceivePool(MERGE_BYTES);
    private final BatchRing ring = new BatchRing(1 << 14);
    private final BatchFetcher fetcher = new BatchFetcher(
            "fetcher",
            () -> SourceLink.over(connect(source, 1, receivePool)),
            receivePool,
            ring,
            new FetchLimits(500, FETCH_BYTES, FETCH_BYTES / 2, Isolation.READ_COMMITTED),
            FETCH_BYTES,
            new Throttle(Double.POSITIVE_INFINITY),
            new FetchMeasures());
    private final BatchProducer producer = new BatchProducer(
            new BatchProducer.Settings("producer", Optional.empty(), 8 << 20, Shaping.AUTO, 0),
            () -> connect(target, 6, null),
            ring,
            fetcher::isStarved,
            fetcher.bell(),
            fetcher.restarts(),
            mergePool,
            random.split(),
            new ProduceMeasures());
    private final List<SimulatedPartition> sources = new ArrayList<>();
    private final List<Partition> partitions = new ArrayList<>();

    @Test
    void shouldKeepToItsMemoryWhileTheTargetIsStalled() {
        start();
        write(1);
        untilCopied();
        long heapBytes = heapBytes();

        target.stick(0);
        write(BATCHES);
        long sourceBytes = heapBytes() - heapBytes;
        for (int second = 1; second <= 30; second++) {
            turns(100);
            if (second % 10 == 0) {
                // The pools are no part of the heap; what is kept beside them is.
                assertThat(heapBytes() - heapBytes - sourceBytes).isLessThan(MAX_HEAP_BYTES);
            }
        }
        target.stick(-1);
        untilCopied();

        assertThat(partitions).allMatch(partition -> partition.records() == 1 + BATCHES);
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
            partitions.add(partition);
            producer.commands().put(new BatchProducer.Command.Add(number, partition, new OffsetMap(0)));
            fetcher.commands().put(new BatchFetcher.Command.Add(number, partition));
        }
    }

    private void write(int batches) {
        for (SimulatedPartition partition : sources) {
            for (int i = 0; i < batches; i++) {
                ByteBuffer batch = MemoryRecords.withRecords(
                                Compression.NONE, new SimpleRecord(1_790_000_000_000L, null, new byte[BATCH_BYTES]))
                        .buffer();
                partition.append(batch);
            }
            partition.highWatermark = partition.end;
        }
    }

    private void untilCopied() {
        long until = time.elapsedMillis() + 120_000;
        while (!isCopied()) {
            assertThat(time.elapsedMillis()).isLessThan(until);
            turns(1);
        }
    }

    /** Each takes ten milliseconds of the simulated time. */
    private void turns(int count) {
        for (int turn = 0; turn < count; turn++) {
            fetcher.doWork(time.nanoseconds());
            producer.doWork(time.nanoseconds());
            source.step();
            target.step();
            assertThat(receivePool.usedBytes()).isLessThanOrEqualTo(receivePool.size());
            assertThat(mergePool.usedBytes()).isLessThanOrEqualTo(mergePool.size());
            time.advanceMillis(10);
        }
    }

    private boolean isCopied() {
        for (int i = 0; i < PARTITIONS; i++) {
            if (partitions.get(i).position() < sources.get(i).end) {
                return false;
            }
        }
        return true;
    }

    private static long heapBytes() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
