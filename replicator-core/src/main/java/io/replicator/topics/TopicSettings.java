package io.replicator.topics;

import io.replicator.cluster.SettingKeys;
import io.replicator.cluster.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings a topic is created with on the target: the source topic's own, but for those that mean nothing on
 * another cluster or would change or refuse the records that are copied.
 *
 * @param values by key
 * @param ours the keys that the source topic does not set
 * @param notes what differs from the source topic, each a sentence part for the log
 */
public record TopicSettings(Map<String, String> values, Set<String> ours, List<String> notes) {
    /** They name brokers, or were removed from Kafka. */
    private static final Set<String> MEANINGLESS = Set.of(
            "leader.replication.throttled.replicas",
            "follower.replication.throttled.replicas",
            SettingKeys.LOCAL_RETENTION_MS,
            SettingKeys.LOCAL_RETENTION_BYTES,
            "message.format.version",
            "message.downconversion.enable");

    /** Tiered storage must be set up on the target's brokers first; Confluent's own keys mean theirs. */
    private static final List<String> FOREIGN = List.of("remote.", "confluent.");

    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    /** Replaced by the two limits below in Kafka 3.6, removed in 4.0. */
    private static final String OLD_TIMESTAMP_LIMIT = "message.timestamp.difference.max.ms";

    public TopicSettings {
        values = Map.copyOf(values);
        ours = Set.copyOf(ours);
        notes = List.copyOf(notes);
    }

    /**
     * Chooses the settings.
     *
     * @param source all settings of the source topic
     * @param target what the target does by itself
     * @param replicas how many the new topic gets
     */
    static TopicSettings forTarget(Settings source, TargetDefaults target, int replicas) {
        Map<String, String> values = own(source);
        Set<String> sources = Set.copyOf(values.keySet());
        List<String> notes = new ArrayList<>();
        keepTimestamps(values, target, notes);
        takeEveryTimestamp(values, target, notes);
        takeEveryBatch(source, values, target, notes);
        lowerMinReplicas(values, replicas, notes);
        Set<String> ours = new TreeSet<>(values.keySet());
        ours.removeAll(sources);
        return new TopicSettings(values, ours, notes);
    }

    /** The same without one key. */
    TopicSettings without(String key) {
        Map<String, String> fewer = new TreeMap<>(values);
        fewer.remove(key);
        return new TopicSettings(fewer, ours, notes);
    }

    /** The same with one more remark. */
    TopicSettings noting(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new TopicSettings(values, ours, more);
    }

    private static Map<String, String> own(Settings source) {
        Map<String, String> own = new TreeMap<>();
        source.own().forEach((key, value) -> {
            if (isMeaningful(key)) {
                own.put(key, value);
            }
        });
        return own;
    }

    static boolean isMeaningful(String key) {
        return !MEANINGLESS.contains(key) && FOREIGN.stream().noneMatch(key::startsWith);
    }

    /** A target that stamps records itself would lose the timestamps that readers of the source see. */
    private static void keepTimestamps(Map<String, String> values, TargetDefaults target, List<String> notes) {
        String key = SettingKeys.TIMESTAMP_TYPE;
        boolean isOwn = "LogAppendTime".equals(values.get(key));
        if (isOwn || target.isLogAppendTime()) {
            values.put(key, "CreateTime");
            notes.add(key + " is CreateTime, for LogAppendTime would replace the source's timestamps");
        }
    }

    /** What the source took at its time must be taken now, when it is older, or still lies far ahead. */
    private static void takeEveryTimestamp(Map<String, String> values, TargetDefaults target, List<String> notes) {
        String before = SettingKeys.TIMESTAMP_BEFORE_MAX_MS;
        String after = SettingKeys.TIMESTAMP_AFTER_MAX_MS;
        boolean hadOldLimit = values.remove(OLD_TIMESTAMP_LIMIT) != null;
        boolean hadLimit = hadOldLimit || !FOREVER.equals(values.getOrDefault(before, FOREVER));
        if (hadLimit || !target.takesOldRecords()) {
            values.put(before, FOREVER);
        }
        if (hadLimit) {
            notes.add(before + " is unlimited, for the source's limit would refuse records that have grown old");
        }
        if (!target.takesFutureRecords()) {
            values.putIfAbsent(after, FOREVER);
        }
    }

    private static void takeEveryBatch(
            Settings source, Map<String, String> values, TargetDefaults target, List<String> notes) {
        String key = SettingKeys.MAX_MESSAGE_BYTES;
        int sourceBytes = TargetLimits.of(source).maxMessageBytes();
        if (!values.containsKey(key) && sourceBytes > target.maxMessageBytes()) {
            values.put(key, String.valueOf(sourceBytes));
            notes.add(key + " is " + sourceBytes + " as on the source, where the brokers say so; the target's say "
                    + target.maxMessageBytes());
        }
    }

    /** More replicas in sync than there are would refuse every write. */
    private static void lowerMinReplicas(Map<String, String> values, int replicas, List<String> notes) {
        String key = SettingKeys.MIN_IN_SYNC_REPLICAS;
        String asked = values.get(key);
        if (asked != null && Integer.parseInt(asked) > replicas) {
            values.put(key, String.valueOf(replicas));
            notes.add(key + " is " + replicas + " instead of " + asked + ", for there are no more replicas");
        }
    }
}
