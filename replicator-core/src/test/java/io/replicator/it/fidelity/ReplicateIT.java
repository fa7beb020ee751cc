package io.replicator.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.it.Flows;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
class ReplicateIT {
    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldCopyWhatAConsumerSees() throws Exception {
        source.createTopic("seen", 4);
        Load.to(source, "seen").write(20_000);

        try (Replicator replicator = Flows.start(Flows.flow(source, target, "seen"))) {
            Flows.awaitCopied(replicator, source, "seen");
        }

        assertThat(TopicDump.uncommitted(target, "seen").contents())
                .isEqualTo(TopicDump.committed(source, "seen").contents());
    }
}
