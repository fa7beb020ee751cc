package io.replicator.demo;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** The end of every partition of the source at one moment, read from the cluster itself and not from the daemon. */
record SourceEnds(Map<TopicPartition, Long> ends) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long TURN_MILLIS = 50;

    SourceEnds {
        ends = Map.copyOf(ends);
    }

    /** The current ends, once no transaction is open: a commit is acknowledged before its marker is in the log. */
    static SourceEnds of(KafkaCluster cluster, List<DemoTopic> topics) throws InterruptedException {
        long startNanos = System.nanoTime();
        try {
            Map<TopicPartition, OffsetSpec> wanted = partitions(cluster, topics);
            Map<TopicPartition, Long> committed = read(cluster, wanted, IsolationLevel.READ_COMMITTED);
            while (!committed.equals(read(cluster, wanted, IsolationLevel.READ_UNCOMMITTED))) {
                if (System.nanoTime() - startNanos > PATIENCE.toNanos()) {
                    throw new IllegalStateException("a transaction stays open on " + cluster.name());
                }
                TimeUnit.MILLISECONDS.sleep(TURN_MILLIS);
                committed = read(cluster, wanted, IsolationLevel.READ_COMMITTED);
            }
            return new SourceEnds(committed);
        } catch (ExecutionException e) {
            throw new IllegalStateException(cluster.name() + " does not return its end offsets", e.getCause());
        }
    }

    private static Map<TopicPartition, OffsetSpec> partitions(KafkaCluster cluster, List<DemoTopic> topics)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        cluster.admin()
                .describeTopics(topics.stream().map(DemoTopic::topic).toList())
                .allTopicNames()
                .get()
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(partition ->
                                partitions.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
        return partitions;
    }

    private static Map<TopicPartition, Long> read(
            KafkaCluster cluster, Map<TopicPartition, OffsetSpec> wanted, IsolationLevel isolation)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> ends = new HashMap<>();
        cluster.admin()
                .listOffsets(wanted, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    /** Whether a flow has copied everything below them. */
    boolean reachedBy(FlowStatus flow) {
        return missing(flow).isEmpty();
    }

    /** What a flow has not copied yet, for a person. */
    List<String> missing(FlowStatus flow) {
        Map<TopicPartition, PartitionStatus> partitions = flow.partitions().stream()
                .collect(Collectors.toMap(
                        each -> new TopicPartition(each.topic(), each.partition()), Function.identity()));
        List<String> missing = new ArrayList<>();
        ends.forEach((partition, end) -> {
            PartitionStatus status = partitions.get(partition);
            if (status == null) {
                missing.add(partition + " is not copied by the flow");
            } else if (status.position() < end) {
                missing.add(partition + " is at " + status.position() + " of " + end + ": " + status.state() + " "
                        + status.reason());
            }
        });
        missing.sort(null);
        return missing;
    }
}
