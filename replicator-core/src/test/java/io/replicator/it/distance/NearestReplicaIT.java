package io.replicator.it.distance;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.it.Flows;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
class NearestReplicaIT {
    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(KafkaCluster.builder()
                .name("east")
                .brokers(3)
                .proxied(true)
                .property("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    /** The leader answers nothing to us any more; what arrives all the same came from the follower in our rack. */
    @Test
    void shouldFetchFromTheFollowerInItsRack() throws Exception {
        source.createTopic("near", 1);
        Load.to(source.adminProperties(), "near").write(1_000);
        int leader = leader();
        int follower = (leader + 1) % 3;

        try (Replicator replicator =
                Flows.start(Flows.flow("near", inRack(KafkaCluster.rack(follower)), Flows.cluster(target), "near"))) {
            Flows.awaitCopied(replicator, source, "near");
            source.broker(leader).proxy().orElseThrow().stall();
            Load.to(source.adminProperties(), "near").seed(2).write(1_000);
            Flows.awaitCopied(replicator, source, "near");
            source.broker(leader).proxy().orElseThrow().flow();
        }

        assertThat(TopicDump.uncommitted(target, "near").contents())
                .isEqualTo(TopicDump.read(source.adminProperties(), "near", IsolationLevel.READ_COMMITTED)
                        .contents());
    }

    private static int leader() throws Exception {
        return source.admin()
                .describeTopics(List.of("near"))
                .allTopicNames()
                .get()
                .get("near")
                .partitions()
                .get(0)
                .leader()
                .id();
    }

    private static ClusterConfig inRack(String rack) {
        Map<String, Object> properties = new HashMap<>(source.clientProperties());
        properties.put("client.rack", rack);
        return Flows.cluster("east", properties);
    }
}
