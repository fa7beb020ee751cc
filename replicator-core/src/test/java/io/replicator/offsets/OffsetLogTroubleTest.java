package io.replicator.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.KafkaCluster;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.it.Flows;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients that cannot even be made: whether another attempt may succeed. */
class OffsetLogTroubleTest {
    /** A name that no name service has (RFC 6761). */
    private static final String NOWHERE = "kafka.invalid:9092";

    @Test
    void shouldTakeANameServiceThatIsAwayForTransient() {
        try (OffsetLog log = OffsetLog.open(flow(NOWHERE, Map.of()), Duration.ofSeconds(1))) {
            var unread = catchThrowableOfType(OffsetLogException.class, log::refresh);
            var unsaved = catchThrowableOfType(
                    OffsetLogException.class, () -> log.save(ShardOwner.first(0, "one", 2001, (short) 5)));

            assertThat(unread.isTransient()).isTrue();
            assertThat(unread).hasMessageContaining("resolvable bootstrap");
            assertThat(unsaved.isTransient()).isTrue();
        }
    }

    @Test
    void shouldRefuseAPropertyThatNoAttemptMakesRight() {
        try (OffsetLog log =
                OffsetLog.open(flow("127.0.0.1:1", Map.of("fetch.min.bytes", "few")), Duration.ofSeconds(1))) {
            var unread = catchThrowableOfType(OffsetLogException.class, log::refresh);

            assertThat(unread.isTransient()).isFalse();
        }
    }

    @Test
    void shouldLookAtOtherFlowsAgainWhenTheNameServiceIsAway() {
        FlowConfig flow = flow(NOWHERE, Map.of());
        Cluster target = KafkaCluster.openLater(flow.target(), "test", Duration.ofSeconds(1));
        OtherFlows others = new OtherFlows(flow, target, Duration.ofSeconds(1));

        var unread = catchThrowableOfType(
                OffsetLogException.class, () -> others.read(List.of("replicator.other.offsets.internal")));

        assertThat(unread.isTransient()).isTrue();
    }

    private static FlowConfig flow(String bootstrapServers, Map<String, String> client) {
        return Flows.flow(
                "test",
                new ClusterConfig("east", "127.0.0.1:1", Map.of()),
                new ClusterConfig("west", bootstrapServers, client),
                ".*");
    }
}
