package io.replicator.topics;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Compares a source topic's settings with those of its copy, which are never altered. Both are as they take effect: where
 * the topic itself sets nothing, the brokers' defaults stand. What the source does not tell is not compared.
 */
final class SettingsCheck {
    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    /** A topic that stores every batch as it came. */
    private static final String AS_PRODUCED = "producer";

    private final Config source;
    private final Config target;
    private final List<SettingsNotice> found = new ArrayList<>();

    private SettingsCheck(Config source, Config target) {
        this.source = source;
        this.target = target;
    }

    /** What will not be the same, or costs the target more than it must. */
    static List<SettingsNotice> compare(Config source, Config target) {
        var check = new SettingsCheck(source, target);
        check.sizes();
        check.timestamps();
        check.cleanup();
        check.retention();
        check.compression();
        return check.found;
    }

    private void sizes() {
        if (isUntold(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)) {
            return;
        }
        int sourceBytes = TargetLimits.of(source).maxMessageBytes();
        int targetBytes = TargetLimits.of(target).maxMessageBytes();
        if (targetBytes < sourceBytes) {
            add(
                    Finding.Severity.WARNING,
                    "takes batches of " + targetBytes + " bytes at most, its source " + sourceBytes
                            + ": larger ones are packed anew, and a larger record stops its partition; set"
                            + " max.message.bytes=" + sourceBytes + " on it");
        }
    }

    private void timestamps() {
        if (TargetLimits.of(target).isLogAppendTime()) {
            add(
                    Finding.Severity.WARNING,
                    "replaces timestamps by the time of copying, so its readers see others than the source's;"
                            + " set message.timestamp.type=CreateTime on it");
        }
        String before = text(target, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, FOREVER);
        String after = text(target, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, FOREVER);
        if (!before.equals(FOREVER)) {
            add(
                    Finding.Severity.NOTE,
                    "refuses records older than " + before
                            + " ms; raise message.timestamp.before.max.ms on it if there are any");
        }
        if (!after.equals(FOREVER)) {
            add(
                    Finding.Severity.NOTE,
                    "refuses records whose timestamp lies more than " + after
                            + " ms ahead; raise message.timestamp.after.max.ms on it if there are any");
        }
    }

    private void cleanup() {
        if (!isUntold(TopicConfig.CLEANUP_POLICY_CONFIG)
                && TargetLimits.of(target).isCompacted()
                && !TargetLimits.of(source).isCompacted()) {
            add(
                    Finding.Severity.WARNING,
                    "is compacted, its source is not: records without a key are refused and older ones of a key"
                            + " disappear; set cleanup.policy on it as on the source");
        }
    }

    private void retention() {
        shorter(TopicConfig.RETENTION_MS_CONFIG, "ms");
        shorter(TopicConfig.RETENTION_BYTES_CONFIG, "bytes");
    }

    private void shorter(String key, String unit) {
        if (isUntold(key)) {
            return;
        }
        long sourceLimit = limit(source, key);
        long targetLimit = limit(target, key);
        boolean deletes = text(target, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)
                .contains(TopicConfig.CLEANUP_POLICY_DELETE);
        if (deletes && targetLimit < sourceLimit) {
            add(
                    Finding.Severity.NOTE,
                    "keeps " + targetLimit + " " + unit + ", its source "
                            + (sourceLimit == Long.MAX_VALUE ? "everything" : sourceLimit + " " + unit)
                            + ": copied records may expire at once; raise " + key + " on it");
        }
    }

    /** A source that stores everything with the same codec sends nothing else, but for what it took before. */
    private void compression() {
        String sourceCodec = text(source, TopicConfig.COMPRESSION_TYPE_CONFIG, AS_PRODUCED);
        String targetCodec = text(target, TopicConfig.COMPRESSION_TYPE_CONFIG, AS_PRODUCED);
        if (!targetCodec.equals(AS_PRODUCED) && !targetCodec.equals(sourceCodec)) {
            String stored = targetCodec.equals("uncompressed") ? "stored uncompressed" : "stored with " + targetCodec;
            add(
                    Finding.Severity.WARNING,
                    "is " + stored + ": its brokers pack every batch anew that comes otherwise, which costs the"
                            + " target's CPU; set compression.type=producer on it");
        }
    }

    private void add(Finding.Severity severity, String words) {
        found.add(new SettingsNotice(severity, words));
    }

    private boolean isUntold(String key) {
        return source.get(key) == null;
    }

    private static long limit(Config settings, String key) {
        long limit = Long.parseLong(text(settings, key, "-1"));
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    private static String text(Config settings, String key, String otherwise) {
        return TargetLimits.text(settings, key, otherwise);
    }
}
