package io.replicator.topics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.TopicConfig;

/** Compares a source topic's settings with those of its existing copy, which are never altered. */
final class SettingsCheck {
    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    private final String topic;
    private final Config source;
    private final Config target;
    private final Map<Finding.Severity, List<String>> found = new EnumMap<>(Finding.Severity.class);

    private SettingsCheck(String topic, Config source, Config target) {
        this.topic = topic;
        this.source = source;
        this.target = target;
    }

    /** What will not be the same, by how much it matters. */
    static Map<Finding.Severity, List<String>> compare(String topic, Config source, Config target) {
        var check = new SettingsCheck(topic, source, target);
        check.sizes();
        check.timestamps();
        check.cleanup();
        check.retention();
        check.compression();
        return check.found;
    }

    private void sizes() {
        int sourceBytes = TargetLimits.of(source).maxMessageBytes();
        int targetBytes = TargetLimits.of(target).maxMessageBytes();
        if (targetBytes < sourceBytes) {
            add(
                    Finding.Severity.WARNING,
                    "takes batches of " + targetBytes + " bytes at most, its source " + sourceBytes
                            + "; raise max.message.bytes on the target, or a larger batch stops its partition");
        }
    }

    private void timestamps() {
        if (TargetLimits.of(target).isLogAppendTime()) {
            add(
                    Finding.Severity.WARNING,
                    "replaces timestamps by the time of copying; set message.timestamp.type=CreateTime on the target");
        }
        String before = text(target, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, FOREVER);
        String after = text(target, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, FOREVER);
        if (!before.equals(FOREVER)) {
            add(
                    Finding.Severity.NOTE,
                    "refuses records older than " + before
                            + " ms; raise message.timestamp.before.max.ms on the target if there are any");
        }
        if (!after.equals(FOREVER)) {
            add(
                    Finding.Severity.NOTE,
                    "refuses records whose timestamp lies more than " + after
                            + " ms ahead; raise message.timestamp.after.max.ms on the target if there are any");
        }
    }

    private void cleanup() {
        if (TargetLimits.of(target).isCompacted() && !TargetLimits.of(source).isCompacted()) {
            add(
                    Finding.Severity.WARNING,
                    "is compacted, its source is not: records without a key are refused and older ones of a key"
                            + " disappear; set cleanup.policy on the target as on the source");
        }
    }

    private void retention() {
        shorter(TopicConfig.RETENTION_MS_CONFIG, "ms");
        shorter(TopicConfig.RETENTION_BYTES_CONFIG, "bytes");
    }

    private void shorter(String key, String unit) {
        long sourceLimit = limit(source, key);
        long targetLimit = limit(target, key);
        boolean deletes = text(target, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)
                .contains(TopicConfig.CLEANUP_POLICY_DELETE);
        if (deletes && targetLimit < sourceLimit) {
            add(
                    Finding.Severity.NOTE,
                    "keeps " + targetLimit + " " + unit + ", its source "
                            + (sourceLimit == Long.MAX_VALUE ? "everything" : sourceLimit + " " + unit)
                            + ": copied records may expire at once; raise " + key + " on the target");
        }
    }

    private void compression() {
        String sourceCodec = text(source, TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
        String targetCodec = text(target, TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
        if (!targetCodec.equals("producer") && !targetCodec.equals(sourceCodec)) {
            add(
                    Finding.Severity.NOTE,
                    "is stored with " + targetCodec + ": the target's brokers compress again what comes otherwise;"
                            + " compression.type=producer spares them that");
        }
    }

    private void add(Finding.Severity severity, String words) {
        found.computeIfAbsent(severity, any -> new ArrayList<>()).add("the copy of topic " + topic + " " + words);
    }

    private static long limit(Config settings, String key) {
        long limit = Long.parseLong(text(settings, key, "-1"));
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    private static String text(Config settings, String key, String otherwise) {
        return TargetLimits.text(settings, key, otherwise);
    }
}
