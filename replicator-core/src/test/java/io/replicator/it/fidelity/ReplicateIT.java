package io.replicator.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.it.Flows;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplicateIT {
    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters() {
        source = KafkaCluster.builder().name("east").start();
        target = KafkaCluster.builder().name("west").start();
    }

    @AfterAll
    static void closeClusters() {
        source.close();
        target.close();
    }

    @Test
    void shouldCopyWhatAConsumerSees() throws Exception {
        create("orders", 4);
        Load.to(source, "orders").write(20_000);

        try (Replicator replicator = Flows.start(Flows.flow(source, target, "orders"))) {
            Flows.awaitCopied(replicator, source, "orders");
        }

        assertThat(TopicDump.uncommitted(target, "orders").contents())
                .isEqualTo(TopicDump.committed(source, "orders").contents());
    }

    private static void create(String topic, int partitions) throws Exception {
        source.admin()
                .createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                .all()
                .get();
    }
}
