package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.Settings;
import io.replicator.cluster.Settings.Origin;
import io.replicator.config.ReplicationFactor;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
    /** A target that takes everything as it comes. */
    private static final TargetDefaults OPEN =
            new TargetDefaults(3, 3, 1_048_588, false, true, true, "producer", "delete");

    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    private static Settings.Setting setting(String value, Origin origin) {
        return new Settings.Setting(Optional.of(value), origin);
    }

    private static Settings own(Map<String, String> values) {
        return new Settings(values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, value -> setting(value.getValue(), Origin.OWN))));
    }

    private static Map<String, String> chosen(Map<String, String> values, TargetDefaults target) {
        return TopicSettings.forTarget(own(values), target, 3).values();
    }

    @Test
    void shouldCopyOnlyWhatTheTopicItselfSets() {
        var source = new Settings(Map.of(
                "cleanup.policy", setting("compact", Origin.OWN),
                "retention.ms", setting("1000", Origin.BROKER),
                "segment.bytes", setting("1000", Origin.BROKER),
                "flush.ms", setting("1000", Origin.DEFAULT)));

        assertThat(TopicSettings.forTarget(source, OPEN, 3).values()).isEqualTo(Map.of("cleanup.policy", "compact"));
    }

    @Test
    void shouldLeaveOutWhatMeansNothingElsewhere() {
        var values = Stream.of(
                        "leader.replication.throttled.replicas",
                        "follower.replication.throttled.replicas",
                        "remote.storage.enable",
                        "local.retention.ms",
                        "confluent.placement.constraints",
                        "message.format.version")
                .collect(Collectors.toMap(key -> key, key -> "1"));

        assertThat(chosen(values, OPEN)).isEmpty();
    }

    @Test
    void shouldKeepTimestampsWhereEitherSideWouldReplaceThem() {
        var stamping = new TargetDefaults(3, 3, 1_048_588, true, true, true, "producer", "delete");

        assertThat(chosen(Map.of("message.timestamp.type", "LogAppendTime"), OPEN))
                .isEqualTo(Map.of("message.timestamp.type", "CreateTime"));
        assertThat(chosen(Map.of(), stamping)).isEqualTo(Map.of("message.timestamp.type", "CreateTime"));
    }

    @Test
    void shouldTakeTimestampsThatTheTargetsBrokersWouldRefuse() {
        var narrow = new TargetDefaults(3, 3, 1_048_588, false, false, false, "producer", "delete");

        var settings = TopicSettings.forTarget(own(Map.of()), narrow, 3);

        assertThat(settings.values())
                .isEqualTo(
                        Map.of("message.timestamp.before.max.ms", FOREVER, "message.timestamp.after.max.ms", FOREVER));
        assertThat(settings.ours()).isEqualTo(settings.values().keySet());
    }

    @Test
    void shouldKeepTheSourcesLimitAheadButNotTheOneBack() {
        var narrow = new TargetDefaults(3, 3, 1_048_588, false, false, false, "producer", "delete");
        var values = Map.of("message.timestamp.before.max.ms", "60000", "message.timestamp.after.max.ms", "70000");

        assertThat(chosen(values, narrow))
                .isEqualTo(
                        Map.of("message.timestamp.before.max.ms", FOREVER, "message.timestamp.after.max.ms", "70000"));
        assertThat(chosen(Map.of("message.timestamp.difference.max.ms", "5"), OPEN))
                .isEqualTo(Map.of("message.timestamp.before.max.ms", FOREVER));
    }

    @Test
    void shouldTakeBatchesAsLargeAsTheSourcesBrokersDo() {
        var large = new Settings(Map.of("max.message.bytes", setting("9000000", Origin.BROKER)));
        var small = new Settings(Map.of("max.message.bytes", setting("9000", Origin.BROKER)));

        assertThat(TopicSettings.forTarget(large, OPEN, 3).values()).isEqualTo(Map.of("max.message.bytes", "9000000"));
        assertThat(TopicSettings.forTarget(small, OPEN, 3).values()).isEmpty();
    }

    @Test
    void shouldAskForNoMoreReplicasInSyncThanThereAre() {
        var settings = TopicSettings.forTarget(own(Map.of("min.insync.replicas", "2")), OPEN, 1);

        assertThat(settings.values()).isEqualTo(Map.of("min.insync.replicas", "1"));
        assertThat(settings.notes()).singleElement().asString().contains("1 instead of 2");
        assertThat(settings.ours()).isEmpty();
    }

    @Test
    void shouldFollowTheRuleForReplicas() {
        assertThat(OPEN.replicasFor(new ReplicationFactor.AsSource(), 2)).isEqualTo((short) 2);
        assertThat(OPEN.replicasFor(new ReplicationFactor.AsSource(), 5)).isEqualTo((short) 3);
        assertThat(OPEN.replicasFor(new ReplicationFactor.BrokerDefault(), 5)).isEqualTo((short) -1);
        assertThat(OPEN.replicasFor(new ReplicationFactor.Fixed((short) 4), 1)).isEqualTo((short) 4);
        assertThat(OPEN.replicasGiven((short) -1)).isEqualTo(3);
    }

    @Test
    void shouldKnowKafkasDefaultsWhereBrokersMayNotBeAsked() {
        var defaults = TargetDefaults.of(2, Settings.NONE);

        assertThat(defaults).isEqualTo(new TargetDefaults(2, 1, 1_048_588, false, true, false, "producer", "delete"));
    }
}
