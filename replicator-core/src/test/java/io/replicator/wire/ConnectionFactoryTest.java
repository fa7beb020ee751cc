package io.replicator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.config.ClusterConfig;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class ConnectionFactoryTest {
    /** Lanes are opened, and partitions read, also then. */
    @Test
    void shouldOpenWhileTheNameServiceIsAway() {
        ClusterView view = ConnectionFactory.openTarget(
                new ClusterConfig("west", " kafka-1.invalid:9092, kafka-2.invalid:9092", Map.of()), "test", 1);

        assertThat(view.connection().clusterName()).isEqualTo("west");
        view.connection().close();
    }

    @Test
    void shouldRefuseAServerWithoutAPort() {
        ClusterConfig bad = new ClusterConfig("west", "kafka-1", Map.of());

        assertThatThrownBy(() -> ConnectionFactory.openTarget(bad, "test", 1))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("bootstrap.servers");
    }
}
