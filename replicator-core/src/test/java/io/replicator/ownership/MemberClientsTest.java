package io.replicator.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.it.Flows;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MemberClientsTest {
    private static final FlowConfig FLOW = Flows.flow(
            "pay",
            new ClusterConfig("east", "127.0.0.1:1", Map.of()),
            new ClusterConfig(
                    "west",
                    "127.0.0.1:1",
                    Map.of(
                            "group.id",
                            "users",
                            "session.timeout.ms",
                            "1",
                            "group.protocol",
                            "classic",
                            "enable.auto.commit",
                            "true")),
            "orders");

    @ParameterizedTest
    @EnumSource(
            value = OwnershipProtocol.class,
            names = {"CLASSIC", "CONSUMER"})
    void shouldOpenWhateverTheUserSaysOfConsumers(OwnershipProtocol protocol) {
        MemberClients.open(FLOW, membership(Duration.ofSeconds(30)), chosen(protocol))
                .close();
    }

    @Test
    void shouldBeAMemberThatLivesAsLongAsConfiguredAndLearnsOfOthersSoon() {
        Map<String, Object> properties =
                MemberClients.properties(FLOW, membership(Duration.ofSeconds(30)), chosen(OwnershipProtocol.CLASSIC));

        assertThat(properties)
                .containsEntry("group.id", "replicator-pay")
                .containsEntry("group.instance.id", "one")
                .containsEntry("session.timeout.ms", 10_000)
                .containsEntry("heartbeat.interval.ms", 500)
                .containsEntry("enable.auto.commit", false);
    }

    @Test
    void shouldBeWaitedForLongerThanItMayDrain() {
        Map<String, Object> properties =
                MemberClients.properties(FLOW, membership(Duration.ofHours(1)), chosen(OwnershipProtocol.CONSUMER));

        assertThat((int) properties.get("max.poll.interval.ms"))
                .isGreaterThan((int) Duration.ofHours(1).toMillis());
    }

    @Test
    void shouldGoBackStepByStepForOldBrokers() {
        ProtocolChoice.Chosen first =
                chosen(OwnershipProtocol.CONSUMER).fallBack().orElseThrow();
        ProtocolChoice.Chosen second = first.fallBack().orElseThrow();

        assertThat(MemberClients.properties(FLOW, membership(Duration.ofHours(1)), first))
                .containsEntry("group.protocol", "classic")
                .containsEntry("group.instance.id", "one");
        assertThat(MemberClients.properties(FLOW, membership(Duration.ofHours(1)), second))
                .containsEntry("group.protocol", "classic")
                .doesNotContainKey("group.instance.id");
        assertThat(second.fallBack()).isEmpty();
    }

    private static ProtocolChoice.Chosen chosen(OwnershipProtocol protocol) {
        return new ProtocolChoice.Chosen(protocol, "told");
    }

    private static Membership membership(Duration drainTimeout) {
        return new Membership("one", Duration.ofSeconds(10), drainTimeout, OwnershipProtocol.AUTO);
    }
}
