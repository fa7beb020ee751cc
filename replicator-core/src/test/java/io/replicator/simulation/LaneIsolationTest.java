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
import io.replicator.partition.PartitionState;
import io.replicator.produce.BatchProducer;
import io.replicator.ring.BatchRing;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ConnectionFactory;
import io.replicator.wire.FetchLimits;
import io.replicator.wire.ReceivePool;
import io.replicator.wire.ReceiveTracker;
import io.replicator.wire.SourceLink;
import io.replicator.wire.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One lane with fifty partitions, of which one cannot be copied: the others take no longer, as the simulation counts time. */
class LaneIsolationTest {
    private static final int PARTITIONS = 50;
    private static final int BATCHES = 1_000;
    private static final int BATCH_BYTES = 1_000;

    /** Some fifty answers' worth is to be copied. */
    private static final int RECEIVE_BYTES = PARTITIONS * BATCHES * BATCH_BYTES / 50;

    private static final int MERGE_BYTES = RECEIVE_BYTES / 3;
    private static final int FETCH_BYTES = RECEIVE_BYTES / 4;
    private static final int REQUEST_TIMEOUT_MILLIS = 5_000;
    private static final long PATIENCE_MILLIS = 60_000;

    /** No broker that anybody has heard of. */
    private static final int AWAY = 7;

    /** What may be wrong with the last of the partitions. */
    enum Trouble {
        RECORD_TOO_LARGE,
        TARGET_TOPIC_DELETED,
        LEADER_AWAY_ON_SOURCE,
        LEADER_AWAY_ON_TARGET
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void shouldCopyTheOthersAsFastAsWithoutTheOneThatFails(Trouble trouble) {
        SimulatedLane without = new SimulatedLane(PARTITIONS - 1);
        long withoutMillis = without.copyAllBut(-1);

        SimulatedLane with = new SimulatedLane(PARTITIONS);
        with.spoilLast(trouble);
        long withMillis = with.copyAllBut(PARTITIONS - 1);

        assertThat(with.partitions.get(PARTITIONS - 1).records()).isZero();
        assertThat(withoutMillis).isGreaterThan(50);
        assertThat(withMillis).isLessThanOrEqualTo(withoutMillis + withoutMillis / 20);
        with.untilToldOf(PARTITIONS - 1);
    }

    /** A fetcher and a producer on one thread, between two brokers that never fail. */
    private static final class SimulatedLane extends BrokerPair {
        private final ReceivePool receivePool = new ReceivePool(RECEIVE_BYTES);
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
                new ReceivePool(MERGE_BYTES),
                random.split(),
                new ProduceMeasures());
        private final List<SimulatedPartition> sources = new ArrayList<>();
        private final List<SimulatedPartition> targets = new ArrayList<>();
        private final List<Partition> partitions = new ArrayList<>();

        SimulatedLane(int count) {
            faults.calm();
            for (int number = 0; number < count; number++) {
                SimulatedPartition from = source.addPartition("orders", 0, number);
                write(from);
                sources.add(from);
                targets.add(target.addPartition("orders", 0, number));
            }
        }

        private ClusterView connect(SimulatedCluster cluster, int maxInflight, ReceivePool pool) {
            ManualMetadataUpdater nodes = new ManualMetadataUpdater();
            SimulatedSelector connections =
                    new SimulatedSelector(cluster, pool == null ? MemoryPool.NONE : pool, faults);
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

        private static void write(SimulatedPartition partition) {
            for (int i = 0; i < BATCHES; i++) {
                ByteBuffer batch = MemoryRecords.withRecords(
                                Compression.NONE, new SimpleRecord(1_790_000_000_000L, null, new byte[BATCH_BYTES]))
                        .buffer();
                partition.append(batch);
            }
            partition.highWatermark = partition.end;
        }

        void spoilLast(Trouble trouble) {
            SimulatedPartition from = sources.get(sources.size() - 1);
            SimulatedPartition to = targets.get(targets.size() - 1);
            switch (trouble) {
                case RECORD_TOO_LARGE -> to.maxBatchBytes = BATCH_BYTES / 2;
                case TARGET_TOPIC_DELETED ->
                    targets.set(targets.size() - 1, new SimulatedPartition("deleted", new Uuid(8, 8), to.number, 0));
                case LEADER_AWAY_ON_SOURCE -> {
                    from.leader = AWAY;
                    from.announcedLeader = AWAY;
                }
                case LEADER_AWAY_ON_TARGET -> {
                    to.leader = AWAY;
                    to.announcedLeader = AWAY;
                }
            }
        }

        /** How long it takes to copy all but one. */
        long copyAllBut(int failing) {
            fetcher.wakeOnBatches(producer.bell());
            fetcher.onStart();
            producer.onStart();
            for (int number = 0; number < sources.size(); number++) {
                SimulatedPartition from = sources.get(number);
                SimulatedPartition to = targets.get(number);
                Partition partition = new Partition(
                        new TopicPartition("orders", number), from.topicId, to.topic, to.topicId, 0, 0, -1, 1 << 20);
                partitions.add(partition);
                producer.commands().put(new BatchProducer.Command.Add(number, partition, new OffsetMap(0)));
                fetcher.commands().put(new BatchFetcher.Command.Add(number, partition));
            }
            long startMillis = time.elapsedMillis();
            while (!areCopied(failing)) {
                assertThat(time.elapsedMillis()).isLessThan(startMillis + PATIENCE_MILLIS);
                turn();
            }
            return time.elapsedMillis() - startMillis;
        }

        private boolean areCopied(int failing) {
            for (int number = 0; number < partitions.size(); number++) {
                if (number != failing && partitions.get(number).position() < BATCHES) {
                    return false;
                }
            }
            return true;
        }

        void untilToldOf(int number) {
            long untilMillis = time.elapsedMillis() + PATIENCE_MILLIS;
            while (partitions.get(number).health().state() == PartitionState.RUNNING) {
                assertThat(time.elapsedMillis()).isLessThan(untilMillis);
                turn();
            }
        }

        private void turn() {
            fetcher.doWork(time.nanoseconds());
            producer.doWork(time.nanoseconds());
            source.step();
            target.step();
            time.advanceMillis(1);
        }
    }
}
