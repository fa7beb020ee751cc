package io.replicator.benchmarks.race;

import io.replicator.testkit.KafkaCluster;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The size of a topic on the target, from the ends of its logs, as an operator would find it out. */
final class TargetEnds implements AutoCloseable {
    private final Admin admin;
    private final String topic;
    private Map<TopicPartition, OffsetSpec> latest = Map.of();

    TargetEnds(KafkaCluster target, String topic) {
        this.admin = Admin.create(target.adminProperties());
        this.topic = topic;
    }

    /** The number of its partitions; 0 while not known. */
    int partitions() {
        return latest.size();
    }

    /**
     * The sum of the ends of all its partitions; 0 while the topic does not exist. That is the number of records plus a few
     * markers: in each partition one with which a new owner fences the former one.
     */
    long sum() {
        try {
            if (latest.isEmpty() && !exists()) {
                return 0;
            }
            return admin.listOffsets(latest).all().get().values().stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return 0;
            }
            throw new IllegalStateException("the ends of " + topic + " cannot be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean exists() throws ExecutionException, InterruptedException {
        if (!admin.listTopics().names().get().contains(topic)) {
            return false;
        }
        int partitions = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
        latest = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        return true;
    }

    @Override
    public void close() {
        admin.close();
    }
}
