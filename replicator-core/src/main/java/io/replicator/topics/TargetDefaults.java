package io.replicator.topics;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.Settings;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ReplicationFactor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a topic that is created on the target gets where its request does not say. For settings that this user may not
 * read, Kafka's defaults are assumed.
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

    static TargetDefaults read(Cluster target) throws InterruptedException {
        List<Integer> brokers = target.describe().brokers();
        return of(brokers.size(), settings(target, brokers));
    }

    static TargetDefaults of(int brokers, Settings settings) {
        String forever = String.valueOf(Long.MAX_VALUE);
        return new TargetDefaults(
                brokers,
                Integer.parseInt(settings.text("default.replication.factor", "1")),
                Integer.parseInt(
                        settings.text("message.max.bytes", String.valueOf(TargetLimits.DEFAULT.maxMessageBytes()))),
                settings.text("log.message.timestamp.type", "").equals("LogAppendTime"),
                settings.text("log.message.timestamp.before.max.ms", forever).equals(forever),
                // One hour since Kafka 4.0.
                settings.text("log.message.timestamp.after.max.ms", "3600000").equals(forever),
                settings.text(SettingKeys.COMPRESSION_TYPE, "producer"),
                settings.text("log.cleanup.policy", SettingKeys.DELETE));
    }

    private static Settings settings(Cluster target, List<Integer> brokers) throws InterruptedException {
        if (brokers.isEmpty()) {
            return Settings.NONE;
        }
        try {
            return target.brokerSettings(brokers.get(0));
        } catch (UnavailableException failure) {
            if (failure.reason() == UnavailableException.Reason.UNREACHABLE) {
                throw failure;
            }
            LOG.debug("The target's defaults cannot be read, Kafka's own are assumed", failure);
            return Settings.NONE;
        }
    }

    /** The settings that take effect on a topic created with these values, of those that can make it unlike its source. */
    Settings effective(Map<String, String> values) {
        Map<String, String> effective = new TreeMap<>();
        effective.put(SettingKeys.MAX_MESSAGE_BYTES, String.valueOf(maxMessageBytes));
        effective.put(SettingKeys.TIMESTAMP_TYPE, isLogAppendTime ? "LogAppendTime" : "CreateTime");
        effective.put(SettingKeys.COMPRESSION_TYPE, compression);
        effective.put(SettingKeys.CLEANUP_POLICY, cleanupPolicy);
        effective.putAll(values);
        return Settings.of(effective);
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
