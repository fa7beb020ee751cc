package io.replicator.it;

import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.ReplicatorConfig;
import io.replicator.config.Shaping;
import io.replicator.config.SourceChanges;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.config.TransactionBounds;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Flows between two test clusters, and waiting for what they are to reach. */
public final class Flows {
    /** How often progress is saved. */
    public static final Duration PROGRESS_INTERVAL = Duration.ofMillis(200);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than any test waits: a flow that uses it up on a stop is found out. */
    private static final Duration DRAIN_TIMEOUT = Duration.ofMinutes(5);

    private Flows() {}

    /** A cluster of the testkit as the configuration names it. */
    public static ClusterConfig cluster(KafkaCluster cluster) {
        return cluster(cluster.name(), cluster.clientProperties());
    }

    public static ClusterConfig cluster(String name, Map<String, Object> clientProperties) {
        Map<String, String> client = new HashMap<>();
        clientProperties.forEach((key, value) -> client.put(key, String.valueOf(value)));
        String bootstrapServers = client.remove("bootstrap.servers");
        return new ClusterConfig(name, bootstrapServers, client);
    }

    /** A flow with the defaults of the configuration file, named after the first topic: classes share clusters. */
    public static FlowConfig flow(KafkaCluster source, KafkaCluster target, String... select) {
        return flow(select[0], cluster(source), cluster(target), select);
    }

    public static FlowConfig flow(String name, ClusterConfig source, ClusterConfig target, String... select) {
        return flow(name, source, target, topics(new StartFrom.Earliest(), select));
    }

    public static FlowConfig flow(String name, ClusterConfig source, ClusterConfig target, TopicsConfig topics) {
        return new FlowConfig(
                name, source, target, topics, Delivery.EXACTLY_ONCE, Isolation.READ_COMMITTED, 16, Long.MAX_VALUE);
    }

    /** The same flow, delivering in another way. */
    public static FlowConfig with(FlowConfig flow, Delivery delivery) {
        return copy(
                flow,
                delivery,
                flow.isolation(),
                flow.shards(),
                flow.shaping(),
                flow.sourceChanges(),
                flow.transaction());
    }

    /** The same flow, of other records. */
    public static FlowConfig with(FlowConfig flow, Isolation isolation) {
        return copy(
                flow,
                flow.delivery(),
                isolation,
                flow.shards(),
                flow.shaping(),
                flow.sourceChanges(),
                flow.transaction());
    }

    /** The same flow, with batches made for the target in another way. */
    public static FlowConfig with(FlowConfig flow, Shaping shaping) {
        return copy(
                flow,
                flow.delivery(),
                flow.isolation(),
                flow.shards(),
                shaping,
                flow.sourceChanges(),
                flow.transaction());
    }

    /** The same flow, that does something else when the source is no longer what was copied. */
    public static FlowConfig with(FlowConfig flow, SourceChanges sourceChanges) {
        return copy(
                flow,
                flow.delivery(),
                flow.isolation(),
                flow.shards(),
                flow.shaping(),
                sourceChanges,
                flow.transaction());
    }

    /** The same flow, written in transactions that are committed then. */
    public static FlowConfig with(FlowConfig flow, TransactionBounds transaction) {
        return copy(
                flow,
                Delivery.TRANSACTIONAL,
                flow.isolation(),
                flow.shards(),
                flow.shaping(),
                flow.sourceChanges(),
                transaction);
    }

    /** The same flow, with so many shares of its partitions. */
    public static FlowConfig with(FlowConfig flow, int shards) {
        return copy(
                flow,
                flow.delivery(),
                flow.isolation(),
                shards,
                flow.shaping(),
                flow.sourceChanges(),
                flow.transaction());
    }

    private static FlowConfig copy(
            FlowConfig flow,
            Delivery delivery,
            Isolation isolation,
            int shards,
            Shaping shaping,
            SourceChanges sourceChanges,
            TransactionBounds transaction) {
        return new FlowConfig(
                flow.name(),
                flow.source(),
                flow.target(),
                flow.topics(),
                delivery,
                isolation,
                shards,
                flow.maxBytesPerSecond(),
                shaping,
                sourceChanges,
                transaction,
                flow.positions());
    }

    public static TopicsConfig topics(StartFrom start, String... select) {
        return topics(start, "{topic}", List.of(select));
    }

    public static TopicsConfig topics(StartFrom start, String rename, List<String> select) {
        return new TopicsConfig(
                select.stream().map(Pattern::compile).toList(),
                List.of(),
                rename,
                start,
                Duration.ofSeconds(1),
                true,
                new ReplicationFactor.AsSource());
    }

    public static Replicator start(FlowConfig flow) {
        return start(flow, 32L << 20);
    }

    public static Replicator start(FlowConfig flow, long memoryBytes) {
        return start(flow, memoryBytes, PROGRESS_INTERVAL);
    }

    public static Replicator start(FlowConfig flow, Duration progressInterval) {
        return start(flow, 32L << 20, progressInterval);
    }

    private static Replicator start(FlowConfig flow, long memoryBytes, Duration progressInterval) {
        return Replicator.start(
                new ReplicatorConfig("test", 2, memoryBytes, progressInterval, DRAIN_TIMEOUT, List.of(flow)));
    }

    /** Waits until every partition of the topics was copied up to its end on the source as it is now. */
    public static void awaitCopied(Replicator replicator, KafkaCluster source, String... topics) throws Exception {
        Map<TopicPartition, Long> ends = ends(source.admin(), topics);
        await().atMost(PATIENCE).until(() -> hasPassed(replicator.flows().get(0), ends));
    }

    private static boolean hasPassed(FlowStatus flow, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (PartitionStatus partition : flow.partitions()) {
            positions.put(new TopicPartition(partition.topic(), partition.partition()), partition.position());
        }
        return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), -1L) >= end.getValue());
    }

    /** The last stable offsets of all partitions of topics. */
    public static Map<TopicPartition, Long> ends(Admin admin, String... topics)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        admin.describeTopics(List.of(topics)).allTopicNames().get().values().forEach(topic -> topic.partitions()
                .forEach(partition ->
                        asked.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** How many records the flow found again that an earlier life had written. */
    public static long recoveredRecords(Replicator replicator) {
        return replicator.flows().get(0).lanes().stream()
                .mapToLong(LaneStatus::recoveredRecords)
                .sum();
    }

    /** Stops, and fails where that waits for what can never be sent. */
    public static void stop(Replicator replicator) {
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(replicator::close);
        await().atMost(PATIENCE).until(stopped::isDone);
        stopped.join();
    }

    /** Waits until the flow's status is as described. */
    public static void awaitStatus(Replicator replicator, Predicate<FlowStatus> expected) {
        await().atMost(PATIENCE).until(() -> expected.test(replicator.flows().get(0)));
    }

    public static void awaitRunning(Replicator replicator) {
        awaitStatus(replicator, flow -> flow.state() == FlowState.RUNNING);
    }

    /** Waits until one partition's status is as described. */
    public static PartitionStatus awaitPartition(
            Replicator replicator, String topic, int number, Predicate<PartitionStatus> expected) {
        return await().atMost(PATIENCE)
                .until(() -> find(replicator, topic, number), found -> found.isPresent() && expected.test(found.get()))
                .orElseThrow();
    }

    private static Optional<PartitionStatus> find(Replicator replicator, String topic, int number) {
        return replicator.flows().get(0).partitions().stream()
                .filter(partition -> partition.topic().equals(topic) && partition.partition() == number)
                .findFirst();
    }

    /** One partition's status. */
    public static PartitionStatus partition(Replicator replicator, String topic, int number) {
        return find(replicator, topic, number).orElseThrow();
    }
}
