package io.replicator.topics;

import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares a source topic's settings with those of its copy, which are never altered. Both are as they take effect: where
 * the topic itself sets nothing, the brokers' defaults stand. What the source does not show is not compared.
 */
public final class SettingsCheck {
    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    /** The topic stores every batch as its producer compressed it. */
    private static final String AS_PRODUCED = "producer";

    private final Settings source;
    private final Settings target;
    private final List<SettingsNotice> found = new ArrayList<>();

    private SettingsCheck(Settings source, Settings target) {
        this.source = source;
        this.target = target;
    }

    /** Returns what will differ, or costs the target more than necessary. */
    public static List<SettingsNotice> compare(Settings source, Settings target) {
        var check = new SettingsCheck(source, target);
        check.sizes();
        check.timestamps();
        check.cleanup();
        check.retention();
        check.compression();
        return check.found;
    }

    private void sizes() {
        if (isUnknown(SettingKeys.MAX_MESSAGE_BYTES)) {
            return;
        }
        int sourceBytes = TargetLimits.of(source).maxMessageBytes();
        int targetBytes = TargetLimits.of(target).maxMessageBytes();
        if (targetBytes < sourceBytes) {
            add(
                    true,
                    "takes batches of " + targetBytes + " bytes at most, its source " + sourceBytes
                            + ": larger ones are split, and a larger record stops its partition; set"
                            + " max.message.bytes=" + sourceBytes + " on it");
        }
    }

    private void timestamps() {
        if (TargetLimits.of(target).isLogAppendTime()) {
            add(
                    true,
                    "replaces timestamps by the time of copying, so its readers see others than the source's;"
                            + " set message.timestamp.type=CreateTime on it");
        }
        String before = text(target, SettingKeys.TIMESTAMP_BEFORE_MAX_MS, FOREVER);
        String after = text(target, SettingKeys.TIMESTAMP_AFTER_MAX_MS, FOREVER);
        if (!before.equals(FOREVER)) {
            add(
                    false,
                    "refuses records older than " + before
                            + " ms; raise message.timestamp.before.max.ms on it if there are any");
        }
        if (!after.equals(FOREVER)) {
            add(
                    false,
                    "refuses records whose timestamp lies more than " + after
                            + " ms ahead; raise message.timestamp.after.max.ms on it if there are any");
        }
    }

    private void cleanup() {
        if (!isUnknown(SettingKeys.CLEANUP_POLICY)
                && TargetLimits.of(target).isCompacted()
                && !TargetLimits.of(source).isCompacted()) {
            add(
                    true,
                    "is compacted, its source is not: records without a key are refused and older ones of a key"
                            + " disappear; set cleanup.policy on it as on the source");
        }
    }

    private void retention() {
        shorter(SettingKeys.RETENTION_MS, "ms");
        shorter(SettingKeys.RETENTION_BYTES, "bytes");
    }

    private void shorter(String key, String unit) {
        if (isUnknown(key)) {
            return;
        }
        long sourceLimit = limit(source, key);
        long targetLimit = limit(target, key);
        boolean deletes =
                text(target, SettingKeys.CLEANUP_POLICY, SettingKeys.DELETE).contains(SettingKeys.DELETE);
        if (deletes && targetLimit < sourceLimit) {
            add(
                    false,
                    "keeps " + targetLimit + " " + unit + ", its source "
                            + (sourceLimit == Long.MAX_VALUE ? "everything" : sourceLimit + " " + unit)
                            + ": copied records may expire at once; raise " + key + " on it");
        }
    }

    /** A source that stores everything with the same codec sends nothing else, except what it took before. */
    private void compression() {
        String sourceCodec = text(source, SettingKeys.COMPRESSION_TYPE, AS_PRODUCED);
        String targetCodec = text(target, SettingKeys.COMPRESSION_TYPE, AS_PRODUCED);
        if (!targetCodec.equals(AS_PRODUCED) && !targetCodec.equals(sourceCodec)) {
            String stored = targetCodec.equals("uncompressed") ? "stored uncompressed" : "stored with " + targetCodec;
            add(
                    true,
                    "is " + stored + ": its brokers recompress every batch that comes otherwise, which costs the"
                            + " target's CPU; set compression.type=producer on it");
        }
    }

    private void add(boolean isWarning, String words) {
        found.add(new SettingsNotice(isWarning, words));
    }

    private boolean isUnknown(String key) {
        return !source.has(key);
    }

    private static long limit(Settings settings, String key) {
        long limit = Long.parseLong(text(settings, key, "-1"));
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    private static String text(Settings settings, String key, String otherwise) {
        return settings.text(key, otherwise);
    }
}
