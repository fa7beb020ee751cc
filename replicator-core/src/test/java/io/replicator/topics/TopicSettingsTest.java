package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ReplicationFactor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
    /** A target that takes everything as it comes. */
    private static final TargetDefaults OPEN =
            new TargetDefaults(3, 3, 1_048_588, false, true, true, "producer", "delete");

    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    private static ConfigEntry entry(String key, String value, ConfigSource source) {
        return new ConfigEntry(key, value, source, false, false, List.of(), ConfigType.STRING, "");
    }

    private static Config own(Map<String, String> values) {
        return new Config(values.entrySet().stream()
                .map(value -> entry(value.getKey(), value.getValue(), ConfigSource.DYNAMIC_TOPIC_CONFIG))
                .toList());
    }

    private static Map<String, String> chosen(Map<String, String> values, TargetDefaults target) {
        return TopicSettings.forTarget(own(values), target, 3).values();
    }

    @Test
    void shouldCopyOnlyWhatTheTopicItselfSets() {
        var source = new Config(List.of(
                entry("cleanup.policy", "compact", ConfigSource.DYNAMIC_TOPIC_CONFIG),
                entry("retention.ms", "1000", ConfigSource.STATIC_BROKER_CONFIG),
                entry("segment.bytes", "1000", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG),
                entry("flush.ms", "1000", ConfigSource.DEFAULT_CONFIG)));

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
        var large = new Config(List.of(entry("max.message.bytes", "9000000", ConfigSource.STATIC_BROKER_CONFIG)));
        var small = new Config(List.of(entry("max.message.bytes", "9000", ConfigSource.STATIC_BROKER_CONFIG)));

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
        var defaults = TargetDefaults.of(2, new Config(List.of()));

        assertThat(defaults).isEqualTo(new TargetDefaults(2, 1, 1_048_588, false, true, false, "producer", "delete"));
    }
}
