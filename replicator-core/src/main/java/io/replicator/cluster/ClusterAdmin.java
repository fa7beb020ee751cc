package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.KafkaFuture;

/** A {@link KafkaCluster} whose Admin client can be used directly. Goes when its last caller uses {@link Cluster}. */
public final class ClusterAdmin extends KafkaCluster {
    private ClusterAdmin(ClusterConfig config, KafkaAdmin admin) {
        super(config, admin);
    }

    /** As {@link ClusterOpener#open}. */
    public static ClusterAdmin open(ClusterConfig config, String clientId, Duration timeout) {
        KafkaAdmin admin = new KafkaAdmin(config, clientId, timeout);
        admin.client();
        return new ClusterAdmin(config, admin);
    }

    /** The cluster's name in the configuration. */
    public String cluster() {
        return name();
    }

    /** For questions that this package does not ask; wait for answers with {@link #await}. */
    public Admin admin() {
        return kafka().client();
    }

    /** Waits for an answer. */
    public <T> T await(KafkaFuture<T> answer, String operation, String resource) throws InterruptedException {
        return kafka().await(answer, operation, resource);
    }

    /** Puts a failure into words that another client of this cluster had. */
    public UnavailableException unavailable(Throwable failure, String operation, String resource) {
        return kafka().faults().of(failure, operation, resource);
    }

    /** Describes a consumer group. */
    public ConsumerGroupDescription describeGroup(String group) throws InterruptedException {
        return await(
                admin().describeConsumerGroups(List.of(group)).describedGroups().get(group),
                "DESCRIBE",
                "group " + group);
    }

    /** How many partitions a topic has; empty when there is no such topic. */
    public Optional<Integer> partitions(String topic) throws InterruptedException {
        return topic(topic).map(found -> found.partitions().size());
    }

    /** As {@link #createTopic}. */
    public boolean create(String topic, int partitions, Map<String, String> settings) throws InterruptedException {
        return createTopic(topic, partitions, settings);
    }
}
