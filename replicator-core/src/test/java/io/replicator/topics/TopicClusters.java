package io.replicator.topics;

import io.replicator.it.FlowDraft;
import io.replicator.it.Flows;
import io.replicator.testkit.ClusterBuilder;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.ListenerSecurity;
import io.replicator.testkit.Mechanism;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A source and a target that ask for passwords and rights, and what a test does to them as their operator. */
public final class TopicClusters {
    private final KafkaCluster source;
    private final KafkaCluster target;

    public TopicClusters(Clusters clusters) {
        this.source = clusters.shared(described("east"));
        this.target = clusters.shared(described("west"));
    }

    private static ClusterBuilder described(String name) {
        return KafkaCluster.builder()
                .name(name)
                .security(ListenerSecurity.saslPlaintext(Mechanism.SCRAM_SHA_256))
                .superUser("replicator", "replicator's secret")
                .user("guest", "guest's secret")
                .authorizer();
    }

    public KafkaCluster source() {
        return source;
    }

    public KafkaCluster target() {
        return target;
    }

    /** A flow whose user may do everything. */
    public FlowDraft flow(String name) {
        return FlowDraft.from(name, Flows.cluster(source), Flows.cluster(target));
    }

    /** A flow whose user may do on the target what is granted. */
    public FlowDraft guestFlow(String name) {
        return FlowDraft.from(name, Flows.cluster(source), Flows.cluster("west", target.clientProperties("guest")));
    }

    public static void grant(KafkaCluster cluster, ResourceType type, String name, AclOperation... operations)
            throws Exception {
        var resource = new ResourcePattern(type, name, PatternType.LITERAL);
        cluster.admin()
                .createAcls(Stream.of(operations)
                        .map(operation -> new AclBinding(
                                resource,
                                new AccessControlEntry("User:guest", "*", operation, AclPermissionType.ALLOW)))
                        .toList())
                .all()
                .get();
    }

    public void revokeEverything() throws Exception {
        for (KafkaCluster cluster : List.of(source, target)) {
            cluster.admin().deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
        }
    }

    public static void grow(KafkaCluster cluster, String topic, int partitions) throws Exception {
        cluster.admin()
                .createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                .all()
                .get();
        await(() -> describe(cluster, topic).partitions().size() == partitions);
    }

    public static void delete(KafkaCluster cluster, String topic) throws Exception {
        cluster.admin().deleteTopics(List.of(topic)).all().get();
        await(() -> !names(cluster).contains(topic));
    }

    public static Collection<String> names(KafkaCluster cluster) throws Exception {
        return cluster.admin().listTopics().names().get();
    }

    public static TopicDescription describe(KafkaCluster cluster, String topic) throws Exception {
        return cluster.admin()
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic);
    }

    /** The settings that a topic has of its own. */
    public static Map<String, String> settings(KafkaCluster cluster, String topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return cluster.admin().describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }

    public static void set(KafkaCluster cluster, String topic, String key, String value) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var change = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
        cluster.admin()
                .incrementalAlterConfigs(Map.of(resource, List.of(change)))
                .all()
                .get();
        await(() -> value.equals(settings(cluster, topic).get(key)));
    }

    /** Rights and topics reach brokers a moment after the controller has answered. */
    public static void await(Callable<Boolean> condition) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (!holds(condition)) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("did not come true in 20 s");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean holds(Callable<Boolean> condition) throws Exception {
        try {
            return condition.call();
        } catch (ExecutionException notYet) {
            return false;
        }
    }
}
