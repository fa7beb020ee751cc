package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.config.Delivery;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.it.Outages;
import io.replicator.it.SteadyLoad;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A target of three brokers that have one outage after another, under load. */
@ExtendWith(ClusterExtension.class)
class TargetFailoverIT {
    private static final int PARTITIONS = 6;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.own(KafkaCluster.builder()
                .name("west")
                .brokers(3)
                .proxied(true)
                .property("min.insync.replicas", "2")
                .property("default.replication.factor", "3"));
    }

    /** One flow of each kind: both live through the same outages. */
    @Test
    void shouldCopyEveryRecordOnceInOrderWhileBrokersOfTheTargetFail() throws Exception {
        create("plain");
        create("transactional");

        long plain;
        long transactional;
        try (EngineLog log = EngineLog.open();
                SteadyLoad firstLoad = SteadyLoad.start(source.adminProperties(), "plain");
                SteadyLoad secondLoad = SteadyLoad.start(source.adminProperties(), "transactional");
                Replicator first = start("plain", Delivery.EXACTLY_ONCE);
                Replicator second = start("transactional", Delivery.TRANSACTIONAL);
                Outages outages = new Outages(target, Map.of("plain", first, "transactional", second))) {
            for (Replicator replicator : List.of(first, second)) {
                Flows.awaitStatus(replicator, flow -> flow.partitions().size() == PARTITIONS);
            }
            outages.awaitEveryPartitionGetsOn();
            outages.awaitInSync();

            outages.killAndRestart(0);
            outages.cutConnections();
            outages.moveLeaders();
            outages.pauseAndResume(1);
            outages.killAndRestart(2);
            outages.moveLeaders();

            plain = firstLoad.stop();
            transactional = secondLoad.stop();
            Flows.awaitCopied(first, source, "plain");
            Flows.awaitCopied(second, source, "transactional");
            outages.assertRunning();
            log.assertNothingFailedInside();
        }

        assertSame("plain", TopicDump.uncommitted(target, "plain"), plain);
        assertSame("transactional", TopicDump.committed(target, "transactional"), transactional);
    }

    private static void create(String topic) {
        source.createTopic(topic, PARTITIONS);
        target.createTopic(topic, PARTITIONS);
    }

    private static Replicator start(String topic, Delivery delivery) {
        return Flows.start(Flows.with(
                Flows.flow("failover-" + topic, Flows.cluster(source), Flows.cluster(target), topic), delivery));
    }

    private static void assertSame(String topic, TopicDump copy, long written) {
        assertThat(copy.count()).isEqualTo(written);
        assertThat(copy.contents()).isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
