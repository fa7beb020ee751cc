package io.replicator.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Tells when a topic just created can be written: creation is answered by the controller, before the brokers know of it,
 * and they tell clients of a topic before they serve it. A producer whose first batches come in between may see the first
 * refused and the next accepted, and is then out of order for ever.
 */
final class TopicReady {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TopicReady() {}

    static void await(KafkaCluster cluster, String topic, int partitions) {
        List<KafkaBroker> running =
                cluster.brokers().stream().filter(KafkaBroker::isRunning).toList();
        Deadline.after(PATIENCE)
                .await(
                        () -> hasLeaders(cluster.admin(), topic, partitions, running.size()),
                        () -> cluster.name() + ": topic " + topic + " has no leaders after " + PATIENCE);
        Deadline.after(PATIENCE)
                .await(
                        () -> isServed(cluster.admin(), topic, partitions),
                        () -> cluster.name() + ": topic " + topic + " is not served after " + PATIENCE);
    }

    private static boolean hasLeaders(Admin admin, String topic, int partitions, int replicasRunning) {
        try {
            TopicDescription description =
                    admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic);
            return description.partitions().size() == partitions
                    && description.partitions().stream()
                            .allMatch(partition -> partition.leader() != null
                                    && !partition.leader().isEmpty()
                                    && partition.isr().size()
                                            >= Math.min(
                                                    replicasRunning,
                                                    partition.replicas().size()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return false;
            }
            throw new IllegalStateException("topic " + topic + " cannot be described", e.getCause());
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }

    /** Only a leader that serves answers; until then the admin client asks again, unless a broker knows no such topic yet. */
    private static boolean isServed(Admin admin, String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        try {
            admin.listOffsets(ends).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return false;
            }
            throw new IllegalStateException("topic " + topic + " is not served", e.getCause());
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }
}
