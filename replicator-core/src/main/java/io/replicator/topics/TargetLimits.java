package io.replicator.topics;

import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.Settings;

/**
 * What a target topic does to the records it gets.
 *
 * @param maxMessageBytes the largest batch it takes
 * @param isLogAppendTime whether it replaces their timestamps
 * @param isCompacted whether it refuses those without a key
 */
record TargetLimits(int maxMessageBytes, boolean isLogAppendTime, boolean isCompacted) {
    /** Kafka's defaults, for a topic whose settings this user may not read. */
    static final TargetLimits DEFAULT = new TargetLimits(1_048_588, false, false);

    static TargetLimits of(Settings settings) {
        return new TargetLimits(
                Integer.parseInt(
                        settings.text(SettingKeys.MAX_MESSAGE_BYTES, String.valueOf(DEFAULT.maxMessageBytes()))),
                settings.text(SettingKeys.TIMESTAMP_TYPE, "").equals("LogAppendTime"),
                settings.text(SettingKeys.CLEANUP_POLICY, "").contains(SettingKeys.COMPACT));
    }
}
