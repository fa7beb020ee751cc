package io.replicator.topics;

import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a target topic does to the records it is given.
 *
 * @param maxMessageBytes the largest batch it takes
 * @param isLogAppendTime whether it replaces their timestamps
 * @param isCompacted whether it refuses those without a key
 */
record TargetLimits(int maxMessageBytes, boolean isLogAppendTime, boolean isCompacted) {
    /** Kafka's defaults, for a topic whose settings we may not read. */
    static final TargetLimits DEFAULT = new TargetLimits(1_048_588, false, false);

    static TargetLimits of(Config settings) {
        return new TargetLimits(
                Integer.parseInt(text(
                        settings, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(DEFAULT.maxMessageBytes()))),
                text(settings, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "").equals("LogAppendTime"),
                text(settings, TopicConfig.CLEANUP_POLICY_CONFIG, "").contains(TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    static String text(Config settings, String key, String otherwise) {
        ConfigEntry entry = settings.get(key);
        return entry == null || entry.value() == null ? otherwise : entry.value();
    }
}
