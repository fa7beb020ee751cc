package io.replicator.verify;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a verification needs to know of one cluster's topics, as they were when it began. */
final class ClusterSnapshot {
    private final ClusterConfig cluster;
    private final Map<String, TopicDescription> topics = new HashMap<>();
    private final Set<String> compactedTopics = new HashSet<>();
    private final Map<TopicPartition, Long> logStarts = new HashMap<>();
    private final Map<TopicPartition, Long> logEnds = new HashMap<>();

    private ClusterSnapshot(ClusterConfig cluster) {
        this.cluster = cluster;
    }

    /**
     * Asks a cluster.
     *
     * @param consumer whose isolation says where a log ends
     */
    static ClusterSnapshot of(
            ClusterConfig cluster,
            Collection<TopicPartition> partitions,
            Admin admin,
            Consumer<byte[], byte[]> consumer,
            Duration timeout,
            Findings findings)
            throws InterruptedException {
        ClusterSnapshot view = new ClusterSnapshot(cluster);
        Set<String> names = new HashSet<>();
        partitions.forEach(partition -> names.add(partition.topic()));
        view.describe(admin, names, timeout);
        view.readPolicies(admin, timeout, findings);
        List<TopicPartition> existing = new ArrayList<>(partitions);
        existing.removeIf(partition -> !view.has(partition));
        view.logStarts.putAll(consumer.beginningOffsets(existing, timeout));
        view.logEnds.putAll(consumer.endOffsets(existing, timeout));
        return view;
    }

    private void describe(Admin admin, Set<String> names, Duration timeout) throws InterruptedException {
        for (Map.Entry<String, KafkaFuture<TopicDescription>> each :
                admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                topics.put(each.getKey(), await(each.getValue(), timeout));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw Failures.of(cluster, "topic " + each.getKey() + " cannot be described", e.getCause());
                }
            }
        }
    }

    private void readPolicies(Admin admin, Duration timeout, Findings findings) throws InterruptedException {
        List<ConfigResource> resources = topics.keySet().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        for (Map.Entry<ConfigResource, KafkaFuture<Config>> each :
                admin.describeConfigs(resources).values().entrySet()) {
            String topic = each.getKey().name();
            try {
                ConfigEntry policy = await(each.getValue(), timeout).get(TopicConfig.CLEANUP_POLICY_CONFIG);
                if (policy != null && policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
                    compactedTopics.add(topic);
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof AuthorizationException)) {
                    throw Failures.of(cluster, "settings of topic " + topic + " cannot be read", e.getCause());
                }
                findings.note(topic + ": its settings on " + cluster.name()
                        + " may not be seen; if it is compacted, records that were compacted away show as differences");
            }
        }
    }

    private <T> T await(KafkaFuture<T> future, Duration timeout) throws InterruptedException, ExecutionException {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw Failures.of(cluster, "no answer within " + timeout, e);
        }
    }

    String name() {
        return cluster.name();
    }

    boolean has(TopicPartition partition) {
        TopicDescription topic = topics.get(partition.topic());
        return topic != null && partition.partition() < topic.partitions().size();
    }

    /** The topic as it is now; empty when it is not there. */
    Optional<TopicDescription> topic(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }

    boolean isCompacted(TopicPartition partition) {
        return compactedTopics.contains(partition.topic());
    }

    long logStart(TopicPartition partition) {
        return logStarts.get(partition);
    }

    /** Where a reader's log ends: at the last stable offset, or the high watermark. */
    long logEnd(TopicPartition partition) {
        return logEnds.get(partition);
    }
}
