package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.Flows;
import io.replicator.partition.Fault;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.TcpProxy;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.Texture;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A target that takes nothing, or partly so, while far more waits on the source than memory holds. */
@ExtendWith(ClusterExtension.class)
final class MemoryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long MEMORY_BYTES = 16L << 20;
    private static final int PARTITIONS = 120;
    private static final int BROKERS = 3;
    private static final int VALUE_BYTES = 20_000;

    /** A batch for each partition: 72 MB in all. */
    private static final int RECORDS_PER_BATCH = 30;

    private static final int RECORDS = RECORDS_PER_BATCH * PARTITIONS;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(KafkaCluster.builder().name("east"));
        target = clusters.own(KafkaCluster.builder()
                .name("west")
                .brokers(BROKERS)
                .heapMebibytes(256)
                .proxied(true));
    }

    @AfterEach
    void letEverythingFlow() {
        target.brokers().forEach(broker -> proxy(broker.id()).flow());
        if (!target.broker(2).isRunning()) {
            target.broker(2).start();
        }
    }

    @Test
    void shouldKeepToItsMemoryWhileTheTargetIsStalled() throws Exception {
        create("stalled", 1);

        try (Replicator replicator = start("stalled")) {
            long heapBytes = heapBytes();
            target.brokers().forEach(broker -> proxy(broker.id()).stall());
            load("stalled", 1);
            awaitFullMemory(replicator);
            // All that was fetched has been fetched again and given back more than once.
            awaitRounds(replicator, heapBytes, 30);
            target.brokers().forEach(broker -> proxy(broker.id()).flow());
            Flows.awaitCopied(replicator, source, "stalled");
        }

        assertSame("stalled");
    }

    @Test
    void shouldCopyWhatOtherBrokersLeadWhileOneIsStalledAndMemoryIsScarce() throws Exception {
        create("partly", 1);

        try (Replicator replicator = start("partly")) {
            proxy(2).stall();
            load("partly", 1);
            Map<TopicPartition, Long> ends = Flows.ends(source.admin(), "partly");
            await().atMost(PATIENCE).until(() -> {
                assertWithinMemory(replicator);
                return areAt(replicator, ends, partition -> partition % BROKERS != 2);
            });
            load("partly", 2);
            Map<TopicPartition, Long> laterEnds = Flows.ends(source.admin(), "partly");
            await().atMost(PATIENCE).until(() -> {
                assertWithinMemory(replicator);
                return areAt(replicator, laterEnds, partition -> partition % BROKERS != 2);
            });
            assertThat(areAt(replicator, ends, partition -> partition % BROKERS == 2))
                    .isFalse();
            proxy(2).flow();
            Flows.awaitCopied(replicator, source, "partly");
        }

        assertSame("partly");
    }

    /** The brokers answer, again and again, that too few replicas are in sync: every partition has something to repeat. */
    @Test
    void shouldKeepToItsMemoryWhileReplicasAreMissing() throws Exception {
        create("lacking", 2);
        load("lacking", 1);

        try (Replicator replicator = Flows.start(flow("lacking"), MEMORY_BYTES)) {
            // Without its replicas a partition cannot be fenced either, so it is before they are gone.
            Flows.awaitCopied(replicator, source, "lacking");
            target.broker(2).kill();
            awaitReplicas("lacking", 1);
            long heapBytes = heapBytes();
            load("lacking", 2);
            await().atMost(PATIENCE).until(() -> errors(replicator, Fault.TARGET_LACKS_REPLICAS) > 2L * PARTITIONS);
            awaitRounds(replicator, heapBytes, 30);
            target.broker(2).start();
            Flows.awaitCopied(replicator, source, "lacking");
        }

        assertSame("lacking");
    }

    /** Partition p is led by broker p modulo 3; with two replicas each stands on broker 2 too, and needs it. */
    private static void create(String topic, int replicas) throws Exception {
        source.createTopic(topic, PARTITIONS);
        Map<Integer, List<Integer>> assigned = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assigned.put(partition, replicas == 1 ? List.of(partition % BROKERS) : List.of(partition % 2, 2));
        }
        target.admin()
                .createTopics(List.of(
                        new NewTopic(topic, assigned).configs(Map.of("min.insync.replicas", String.valueOf(replicas)))))
                .all()
                .get();
    }

    private static void awaitReplicas(String topic, int inSync) {
        await().atMost(PATIENCE)
                .until(() ->
                        target
                                .admin()
                                .describeTopics(List.of(topic))
                                .allTopicNames()
                                .get()
                                .get(topic)
                                .partitions()
                                .stream()
                                .allMatch(partition -> partition.isr().size() == inSync));
    }

    /** Every partition has been written before anything happens to the target. */
    private static Replicator start(String topic) throws Exception {
        Load.to(source, topic).seed(9).write(PARTITIONS);
        Replicator replicator = Flows.start(flow(topic), MEMORY_BYTES);
        try {
            Flows.awaitCopied(replicator, source, topic);
            return replicator;
        } catch (Exception failure) {
            replicator.close();
            throw failure;
        }
    }

    private static FlowConfig flow(String topic) {
        return Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic);
    }

    private static void load(String topic, int seed) {
        Load.to(source, topic)
                .records(RecordShape.values(VALUE_BYTES).texture(Texture.NOISE))
                .batches(BatchShape.full(Codec.NONE, RECORDS_PER_BATCH * VALUE_BYTES))
                .seed(seed)
                .write(RECORDS);
    }

    private static TcpProxy proxy(int broker) {
        return target.broker(broker).proxy().orElseThrow();
    }

    private static void awaitFullMemory(Replicator replicator) {
        await().atMost(PATIENCE).until(() -> flow(replicator).lanes().stream()
                .allMatch(lane -> lane.memoryUsedBytes() > lane.memoryLimitBytes() / 4));
    }

    /** Looks so many times in a row, each time after a collection of garbage. */
    private static void awaitRounds(Replicator replicator, long heapBytes, int rounds) {
        for (int round = 0; round < rounds; round++) {
            assertWithinMemory(replicator);
            // The pools are no part of the heap; what is kept beside them is. So is what the test's own clients hold by
            // the way, some ten megabytes more or less.
            assertThat(heapBytes() - heapBytes).isLessThan(2 * MEMORY_BYTES);
        }
    }

    private static void assertWithinMemory(Replicator replicator) {
        assertThat(flow(replicator).lanes())
                .isNotEmpty()
                .allMatch(lane -> lane.memoryUsedBytes() <= lane.memoryLimitBytes())
                .satisfies(lanes -> assertThat(lanes.stream()
                                .mapToLong(LaneStatus::memoryLimitBytes)
                                .sum())
                        .isLessThanOrEqualTo(MEMORY_BYTES));
    }

    private static long heapBytes() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long errors(Replicator replicator, Fault fault) {
        return flow(replicator).lanes().stream()
                .mapToLong(lane -> lane.errors().getOrDefault(fault, 0L))
                .sum();
    }

    private static boolean areAt(Replicator replicator, Map<TopicPartition, Long> ends, IntPredicate which) {
        return flow(replicator).partitions().stream()
                .filter(partition -> which.test(partition.partition()))
                .allMatch(partition -> isAt(partition, ends));
    }

    private static boolean isAt(PartitionStatus partition, Map<TopicPartition, Long> ends) {
        return partition.position() >= ends.get(new TopicPartition(partition.topic(), partition.partition()));
    }

    private static FlowStatus flow(Replicator replicator) {
        return replicator.flows().get(0);
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
