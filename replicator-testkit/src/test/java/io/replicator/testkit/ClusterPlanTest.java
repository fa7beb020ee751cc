package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;

final class ClusterPlanTest {
    @Test
    void shouldRefuseWhatCannotBe() {
        assertRefused(KafkaCluster.builder().brokers(0), "must be 1 to 3");
        assertRefused(KafkaCluster.builder().brokers(4), "must be 1 to 3");
        assertRefused(KafkaCluster.builder().heapMebibytes(64), "at least 128");
        assertRefused(KafkaCluster.builder().name("a/b"), "letters");
        assertRefused(KafkaCluster.builder().authorizer(), "clients with a name");
        assertRefused(KafkaCluster.builder().security(ListenerSecurity.ssl()).authorizer(), "clients with a name");
        assertRefused(
                KafkaCluster.builder().security(ListenerSecurity.saslSsl(Mechanism.PLAIN)),
                "a SASL listener needs a user");
        assertRefused(KafkaCluster.builder().user("alice", "a\"b"), "quotes");
        assertThatThrownBy(() -> KafkaCluster.builder().listener("ADMIN", ListenerSecurity.ssl()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ListenerSecurity(SecurityProtocol.SSL, Mechanism.PLAIN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ListenerSecurity.saslSsl(Mechanism.NONE)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(ClusterBuilder builder, String reason) {
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
