package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ReplicationFactor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a topic that is created on the target gets where nothing is said. Settings we may not read are taken to be
 * Kafka's own.
 *
 * @param brokers how many there are
 * @param replicas the brokers' {@code default.replication.factor}
 * @param maxMessageBytes the brokers' {@code message.max.bytes}
 * @param isLogAppendTime whether records' timestamps are replaced
 * @param takesOldRecords whether a timestamp may lie any time back
 * @param takesFutureRecords whether a timestamp may lie any time ahead
 * @param compression the brokers' {@code compression.type}
 * @param cleanupPolicy the brokers' {@code log.cleanup.policy}
 */
record TargetDefaults(
        int brokers,
        int replicas,
        int maxMessageBytes,
        boolean isLogAppendTime,
        boolean takesOldRecords,
        boolean takesFutureRecords,
        String compression,
        String cleanupPolicy) {
    private static final Logger LOG = LoggerFactory.getLogger(TargetDefaults.class);

    static TargetDefaults read(ClusterAdmin target) throws InterruptedException {
        Collection<Node> nodes = target.await(target.admin().describeCluster().nodes(), "DESCRIBE", "the cluster");
        return of(nodes.size(), settings(target, nodes));
    }

    static TargetDefaults of(int brokers, Config settings) {
        String forever = String.valueOf(Long.MAX_VALUE);
        return new TargetDefaults(
                brokers,
                Integer.parseInt(TargetLimits.text(settings, "default.replication.factor", "1")),
                Integer.parseInt(TargetLimits.text(
                        settings, "message.max.bytes", String.valueOf(TargetLimits.DEFAULT.maxMessageBytes()))),
                TargetLimits.text(settings, "log.message.timestamp.type", "").equals("LogAppendTime"),
                TargetLimits.text(settings, "log.message.timestamp.before.max.ms", forever)
                        .equals(forever),
                // One hour since Kafka 4.0.
                TargetLimits.text(settings, "log.message.timestamp.after.max.ms", "3600000")
                        .equals(forever),
                TargetLimits.text(settings, TopicConfig.COMPRESSION_TYPE_CONFIG, "producer"),
                TargetLimits.text(settings, "log.cleanup.policy", TopicConfig.CLEANUP_POLICY_DELETE));
    }

    private static Config settings(ClusterAdmin target, Collection<Node> nodes) throws InterruptedException {
        if (nodes.isEmpty()) {
            return new Config(List.of());
        }
        var broker = new ConfigResource(
                ConfigResource.Type.BROKER, nodes.iterator().next().idString());
        try {
            var answer =
                    target.admin().describeConfigs(List.of(broker)).values().get(broker);
            return target.await(answer, "DESCRIBE_CONFIGS", "the cluster");
        } catch (UnavailableException failure) {
            if (failure.reason() == UnavailableException.Reason.UNREACHABLE) {
                throw failure;
            }
            LOG.debug("The target's defaults cannot be read, Kafka's own are assumed", failure);
            return new Config(List.of());
        }
    }

    /** The settings that take effect on a topic created with these values, of those that can make it unlike its source. */
    Config effective(Map<String, String> values) {
        Map<String, String> effective = new TreeMap<>();
        effective.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes));
        effective.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, isLogAppendTime ? "LogAppendTime" : "CreateTime");
        effective.put(TopicConfig.COMPRESSION_TYPE_CONFIG, compression);
        effective.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanupPolicy);
        effective.putAll(values);
        return new Config(effective.entrySet().stream()
                .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
                .toList());
    }

    /** The replication factor to ask for: -1 lets the brokers choose. */
    short replicasFor(ReplicationFactor rule, int sourceReplicas) {
        if (rule instanceof ReplicationFactor.Fixed fixed) {
            return fixed.replicas();
        }
        if (rule instanceof ReplicationFactor.BrokerDefault) {
            return -1;
        }
        return (short) Math.max(1, Math.min(sourceReplicas, brokers));
    }

    /** The number of replicas that a topic really gets when so many are asked for. */
    int replicasGiven(short asked) {
        return asked == -1 ? replicas : asked;
    }
}
