package io.replicator.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.MembershipOptions;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.it.Flows;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MembershipTest {
    private static final FlowConfig FLOW = Flows.flow(
            "pay",
            new ClusterConfig("east", "127.0.0.1:1", Map.of()),
            new ClusterConfig("west", "127.0.0.1:1", Map.of()),
            "orders");

    @Test
    void shouldBeAMemberOfTheFlowsGroupByTheInstancesName() {
        MembershipOptions options = membership(Duration.ofSeconds(30)).options(FLOW, chosen(OwnershipProtocol.CLASSIC));

        assertThat(options.group()).isEqualTo("replicator-pay");
        assertThat(options.instance()).contains("one");
        assertThat(options.sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldBeWaitedForLongerThanItMayDrain() {
        MembershipOptions options = membership(Duration.ofHours(1)).options(FLOW, chosen(OwnershipProtocol.CONSUMER));

        assertThat(options.pollTimeout()).isGreaterThan(Duration.ofHours(1));
    }

    @Test
    void shouldGoBackStepByStepForOldBrokers() {
        ProtocolChoice.Chosen first =
                chosen(OwnershipProtocol.CONSUMER).fallBack().orElseThrow();
        ProtocolChoice.Chosen second = first.fallBack().orElseThrow();
        Membership membership = membership(Duration.ofHours(1));

        assertThat(membership.options(FLOW, first).protocol()).isEqualTo(MembershipOptions.Protocol.CLASSIC);
        assertThat(membership.options(FLOW, first).instance()).contains("one");
        assertThat(membership.options(FLOW, second).protocol()).isEqualTo(MembershipOptions.Protocol.CLASSIC);
        assertThat(membership.options(FLOW, second).instance()).isEmpty();
        assertThat(second.fallBack()).isEmpty();
    }

    private static ProtocolChoice.Chosen chosen(OwnershipProtocol protocol) {
        return new ProtocolChoice.Chosen(protocol, "told");
    }

    private static Membership membership(Duration drainTimeout) {
        return new Membership("one", Duration.ofSeconds(10), drainTimeout, OwnershipProtocol.AUTO);
    }
}
