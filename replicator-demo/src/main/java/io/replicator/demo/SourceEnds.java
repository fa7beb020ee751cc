package io.replicator.demo;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.testkit.KafkaCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** How far every partition of the source reached at one moment, asked of the cluster itself and not of the replicator. */
record SourceEnds(Map<TopicPartition, Long> ends) {
    SourceEnds {
        ends = Map.copyOf(ends);
    }

    /** The ends, as committed, of these topics now. */
    static SourceEnds of(KafkaCluster cluster, List<DemoTopic> topics) throws InterruptedException {
        try {
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            cluster.admin()
                    .describeTopics(topics.stream().map(DemoTopic::topic).toList())
                    .allTopicNames()
                    .get()
                    .forEach((topic, description) -> description
                            .partitions()
                            .forEach(partition ->
                                    wanted.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
            Map<TopicPartition, Long> ends = new HashMap<>();
            cluster.admin()
                    .listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return new SourceEnds(ends);
        } catch (ExecutionException e) {
            throw new IllegalStateException(cluster.name() + " does not tell its ends", e.getCause());
        }
    }

    /** Whether a flow has copied all that lies below them. */
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
                missing.add(partition + " is not followed");
            } else if (status.position() < end) {
                missing.add(partition + " stands at " + status.position() + " of " + end + ": " + status.state() + " "
                        + status.reason());
            }
        });
        missing.sort(null);
        return missing;
    }
}
