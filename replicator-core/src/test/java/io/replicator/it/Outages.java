package io.replicator.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** What goes wrong in a cluster of three brokers, one thing after another, while a flow must get on. */
public final class Outages implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaCluster cluster;
    private final Map<String, Replicator> replicators;
    private final Admin admin;

    /**
     * @param cluster that has the outages
     * @param topic that is copied, on both clusters
     * @param replicator that copies it
     */
    public Outages(KafkaCluster cluster, String topic, Replicator replicator) {
        this(cluster, Map.of(topic, replicator));
    }

    /**
     * @param cluster that has the outages
     * @param replicators by the topic that each copies, on both clusters
     */
    public Outages(KafkaCluster cluster, Map<String, Replicator> replicators) {
        this.cluster = cluster;
        this.replicators = Map.copyOf(replicators);
        Map<String, Object> properties = new HashMap<>(cluster.adminProperties());
        // A broker whose time stands still answers nothing: soon ask another one.
        properties.put("request.timeout.ms", 2_000);
        properties.put("default.api.timeout.ms", 10_000);
        this.admin = Admin.create(properties);
    }

    /** Kills a broker; the flow gets on with the two that are left; starts it again. */
    public void killAndRestart(int id) {
        KafkaBroker broker = cluster.broker(id);
        broker.kill();
        awaitEveryPartitionGetsOn();
        broker.start();
        awaitInSync();
    }

    /** Stops a broker's time for so long that others lead its partitions, and lets it believe that it still does. */
    public void pauseAndResume(int id) {
        KafkaBroker broker = cluster.broker(id);
        broker.pause();
        try {
            await().atMost(PATIENCE).ignoreExceptions().until(() -> leaders().values().stream()
                    .noneMatch(leader -> leader == id));
            awaitEveryPartitionGetsOn();
        } finally {
            broker.resume();
        }
        awaitInSync();
    }

    /** Gives every partition another leader: a new order of its replicas, and an election of the preferred one. */
    public void moveLeaders() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        Map<TopicPartition, Integer> before = leaders();
        partitions().forEach((partition, described) -> {
            List<Integer> replicas =
                    new ArrayList<>(described.replicas().stream().map(Node::id).toList());
            while (replicas.get(0).equals(before.get(partition))) {
                Collections.rotate(replicas, 1);
            }
            orders.put(partition, Optional.of(new NewPartitionReassignment(replicas)));
        });
        admin.alterPartitionReassignments(orders).all().get();
        // A replica that is not in sync is not elected, and a broker may not know of an election yet: ask again.
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            admin.electLeaders(ElectionType.PREFERRED, orders.keySet())
                    .partitions()
                    .get();
            Map<TopicPartition, Integer> after = leaders();
            return before.entrySet().stream()
                    .noneMatch(each -> after.get(each.getKey()).equals(each.getValue()));
        });
        awaitEveryPartitionGetsOn();
    }

    /** Resets every connection that the flow has to the cluster. */
    public void cutConnections() {
        Collection<TcpProxy> proxies = cluster.brokers().stream()
                .flatMap(broker -> broker.proxy().stream())
                .toList();
        assertThat(proxies.stream().mapToInt(TcpProxy::connections).sum()).isPositive();
        proxies.forEach(TcpProxy::cut);
        awaitEveryPartitionGetsOn();
    }

    /** Waits until records of every partition were copied that were not when this was called. */
    public void awaitEveryPartitionGetsOn() {
        Map<TopicPartition, Long> before = copied(PartitionStatus::sourceEnd);
        Map<TopicPartition, Long> positions = copied(PartitionStatus::position);
        positions.forEach((partition, position) -> before.merge(partition, position, Math::max));
        await().atMost(PATIENCE).until(() -> copied(PartitionStatus::position).entrySet().stream()
                .allMatch(now -> now.getValue() > before.get(now.getKey())));
    }

    private Map<TopicPartition, Long> copied(ToLongFunction<PartitionStatus> value) {
        return flows().flatMap(flow -> flow.partitions().stream())
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(partition.topic(), partition.partition()), value::applyAsLong));
    }

    private Stream<FlowStatus> flows() {
        return replicators.values().stream()
                .map(replicator -> replicator.flows().get(0));
    }

    /** Waits until every replica of every topic is in sync, so that the next outage is one alone. */
    public void awaitInSync() {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            Set<String> topics = admin.listTopics().names().get();
            for (TopicDescription described :
                    admin.describeTopics(topics).allTopicNames().get().values()) {
                for (TopicPartitionInfo partition : described.partitions()) {
                    if (partition.isr().size() < partition.replicas().size()) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    private Map<TopicPartition, Integer> leaders() throws ExecutionException, InterruptedException {
        return partitions().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> Optional.ofNullable(
                        each.getValue().leader())
                .orElse(Node.noNode())
                .id()));
    }

    private Map<TopicPartition, TopicPartitionInfo> partitions() throws ExecutionException, InterruptedException {
        Map<TopicPartition, TopicPartitionInfo> partitions = new HashMap<>();
        admin.describeTopics(replicators.keySet()).allTopicNames().get().forEach((topic, described) -> described
                .partitions()
                .forEach(each -> partitions.put(new TopicPartition(topic, each.partition()), each)));
        return partitions;
    }

    /** All is as if nothing had been. */
    public void assertRunning() {
        assertThat(flows()).allSatisfy(flow -> {
            assertThat(flow.state()).isEqualTo(FlowState.RUNNING);
            assertThat(flow.partitions()).extracting(PartitionStatus::state).containsOnly(PartitionState.RUNNING);
        });
        assertThat(replicators.values())
                .allSatisfy(replicator -> assertThat(replicator.stuckThreads()).isEmpty());
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
