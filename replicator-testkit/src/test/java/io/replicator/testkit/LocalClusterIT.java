package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class LocalClusterIT {
    @Test
    void shouldServeOnOneBroker() throws Exception {
        try (KafkaCluster cluster = KafkaCluster.builder().name("one").start()) {
            cluster.createTopic("orders", 3, Map.of("cleanup.policy", "compact"));

            assertThat(cluster.admin().describeCluster().clusterId().get()).isEqualTo(cluster.clusterId());
            assertThat(cluster.admin().listTopics().names().get()).containsExactly("orders");
        }
    }
}
