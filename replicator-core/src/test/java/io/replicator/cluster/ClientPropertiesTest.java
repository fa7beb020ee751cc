package io.replicator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ClientPropertiesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** A user who set what must not be taken over. */
    private static final ClusterConfig CLUSTER = new ClusterConfig(
            "west",
            "127.0.0.1:1",
            Map.of(
                    "group.id",
                    "users",
                    "group.instance.id",
                    "theirs",
                    "transactional.id",
                    "users",
                    "session.timeout.ms",
                    "1",
                    "group.protocol",
                    "classic",
                    "enable.auto.commit",
                    "true",
                    "client.rack",
                    "north"));

    private static final ClientProperties PROPERTIES = new ClientProperties(CLUSTER);

    @ParameterizedTest
    @EnumSource(MembershipOptions.Protocol.class)
    void shouldOpenAMemberWhateverTheUserSetForConsumers(MembershipOptions.Protocol protocol) {
        KafkaMembership.open(CLUSTER, options(protocol, Optional.of("one"))).close();
    }

    @Test
    void shouldBeAMemberThatLivesAsLongAsConfiguredAndLearnsOfOthersSoon() {
        Map<String, Object> properties =
                PROPERTIES.member(options(MembershipOptions.Protocol.CLASSIC, Optional.of("one")));

        assertThat(properties)
                .containsEntry("group.id", "replicator-pay")
                .containsEntry("group.protocol", "classic")
                .containsEntry("group.instance.id", "one")
                .containsEntry("session.timeout.ms", 10_000)
                .containsEntry("heartbeat.interval.ms", 500)
                .containsEntry("max.poll.interval.ms", 60_000)
                .containsEntry("enable.auto.commit", false);
    }

    @Test
    void shouldLeaveTheTimesToTheBrokersWithKip848() {
        assertThat(PROPERTIES.member(options(MembershipOptions.Protocol.CONSUMER, Optional.of("one"))))
                .containsEntry("group.protocol", "consumer")
                .doesNotContainKeys("session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy");
    }

    @Test
    void shouldBeAMemberWithoutANameWhereBrokersKnowNone() {
        assertThat(PROPERTIES.member(options(MembershipOptions.Protocol.CLASSIC, Optional.empty())))
                .doesNotContainKey("group.instance.id");
    }

    @Test
    void shouldReadAndWriteAsNobodysGroupOrTransaction() {
        ReaderOptions reading =
                new ReaderOptions("reader", Isolation.READ_COMMITTED, ReaderOptions.OutOfRange.REPORT, TIMEOUT);
        CompactedTopicOptions logs = new CompactedTopicOptions("log", TIMEOUT);

        assertThat(PROPERTIES.reader(reading))
                .doesNotContainKeys("group.id", "group.instance.id")
                .containsEntry("client.rack", "north")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none");
        assertThat(PROPERTIES.logReader(logs))
                .doesNotContainKeys("group.id", "group.instance.id")
                .containsEntry("isolation.level", "read_committed");
        assertThat(PROPERTIES.logWriter(logs))
                .doesNotContainKey("transactional.id")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true);
    }

    private static MembershipOptions options(MembershipOptions.Protocol protocol, Optional<String> instance) {
        return new MembershipOptions(
                "member", "replicator-pay", instance, protocol, Duration.ofSeconds(10), Duration.ofMinutes(1));
    }
}
