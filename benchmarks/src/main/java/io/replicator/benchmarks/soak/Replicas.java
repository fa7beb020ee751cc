package io.replicator.benchmarks.soak;

import io.replicator.benchmarks.daemon.Await;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Leaders and in-sync replicas of a cluster whose brokers stop and restart. */
final class Replicas implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final KafkaCluster cluster;
    private final Admin admin;

    Replicas(KafkaCluster cluster) {
        this.cluster = cluster;
        Map<String, Object> properties = new HashMap<>(cluster.adminProperties());
        // A frozen broker does not answer: ask another one soon.
        properties.put("request.timeout.ms", 2_000);
        properties.put("default.api.timeout.ms", 10_000);
        this.admin = Admin.create(properties);
    }

    /** Waits until every replica of every topic is in sync, so that only one broker is missing in the next outage. */
    void awaitInSync() {
        await("not every replica is in sync", () -> all().stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(partition ->
                        partition.isr().size() == partition.replicas().size()));
    }

    /** Waits until other brokers lead all its partitions. */
    void awaitNoneLedBy(int broker) {
        await("broker " + broker + " still leads", () -> all().stream()
                .flatMap(topic -> topic.partitions().stream())
                .noneMatch(partition -> leader(partition) == broker));
    }

    /** Moves the leader of every partition: changes the order of its replicas, and elects the preferred one. */
    void moveLeaders(Collection<String> topics) {
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        Map<TopicPartition, Integer> before = new HashMap<>();
        await("leaders cannot be moved", () -> {
            for (TopicDescription topic : describe(topics)) {
                for (TopicPartitionInfo partition : topic.partitions()) {
                    List<Integer> replicas = new ArrayList<>(
                            partition.replicas().stream().map(Node::id).toList());
                    while (replicas.get(0) == leader(partition)) {
                        Collections.rotate(replicas, 1);
                    }
                    TopicPartition name = new TopicPartition(topic.name(), partition.partition());
                    before.put(name, leader(partition));
                    orders.put(name, Optional.of(new NewPartitionReassignment(replicas)));
                }
            }
            admin.alterPartitionReassignments(orders).all().get();
            return true;
        });
        // A replica that is not in sync is not elected, and a broker may not know of an election yet: repeat.
        await("leaders did not move", () -> {
            admin.electLeaders(ElectionType.PREFERRED, orders.keySet())
                    .partitions()
                    .get();
            return describe(topics).stream().noneMatch(topic -> topic.partitions().stream()
                    .anyMatch(partition ->
                            leader(partition) == before.get(new TopicPartition(topic.name(), partition.partition()))));
        });
    }

    private Collection<TopicDescription> all() throws ExecutionException, InterruptedException {
        return describe(admin.listTopics().names().get());
    }

    private Collection<TopicDescription> describe(Collection<String> topics)
            throws ExecutionException, InterruptedException {
        return admin.describeTopics(topics).allTopicNames().get().values();
    }

    private static int leader(TopicPartitionInfo partition) {
        return partition.leader() == null
                ? Node.noNode().id()
                : partition.leader().id();
    }

    /** A request that brokers may not be able to answer yet. */
    private interface Question {
        boolean ask() throws ExecutionException, InterruptedException;
    }

    private void await(String words, Question question) {
        List<String> last = new ArrayList<>();
        Await.until(
                PATIENCE,
                () -> {
                    try {
                        return question.ask();
                    } catch (ExecutionException e) {
                        last.add(0, String.valueOf(e.getCause()));
                        return false;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return false;
                    }
                },
                () -> cluster.name() + ": " + words
                        + last.stream().findFirst().map(it -> ": " + it).orElse(""));
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
