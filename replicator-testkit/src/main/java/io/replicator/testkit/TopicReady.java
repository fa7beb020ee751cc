package io.replicator.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.RetriableException;

/** Tells when a topic just created has leaders: creation is answered by the controller, before the brokers know of it. */
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
}
