package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.it.Outages;
import io.replicator.it.SteadyLoad;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(names = {"EXACTLY_ONCE", "TRANSACTIONAL"})
    void shouldCopyEveryRecordOnceInOrderWhileBrokersOfTheTargetFail(Delivery delivery) throws Exception {
        String topic = "orders-" + delivery;
        source.createTopic(topic, PARTITIONS);
        target.createTopic(topic, PARTITIONS);
        FlowConfig copied = Flows.with(
                Flows.flow("test-" + delivery, Flows.cluster(source), Flows.cluster(target), topic), delivery);

        long written;
        try (EngineLog log = EngineLog.open();
                SteadyLoad load = SteadyLoad.start(source.adminProperties(), topic);
                Replicator replicator = Flows.start(copied);
                Outages outages = new Outages(target, topic, replicator)) {
            Flows.awaitStatus(replicator, flow -> flow.partitions().size() == PARTITIONS);
            outages.awaitEveryPartitionGetsOn();
            outages.awaitInSync();

            outages.killAndRestart(0);
            outages.cutConnections();
            outages.moveLeaders();
            outages.pauseAndResume(1);
            outages.killAndRestart(2);
            outages.moveLeaders();

            written = load.stop();
            Flows.awaitCopied(replicator, source, topic);
            outages.assertRunning();
            log.assertNothingFailedInside();
        }

        TopicDump copy = delivery == Delivery.TRANSACTIONAL
                ? TopicDump.committed(target, topic)
                : TopicDump.uncommitted(target, topic);
        assertThat(copy.count()).isEqualTo(written);
        assertThat(copy.contents()).isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
