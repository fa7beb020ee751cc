package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.it.Outages;
import io.replicator.Replicator;
import io.replicator.it.Flows;
import io.replicator.it.SteadyLoad;
import io.replicator.it.EngineLog;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterLogs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A target of three brokers that have one outage after another, under load. */
@ExtendWith(ClusterLogs.class)
class TargetFailoverIT {
    private static final int PARTITIONS = 6;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters() {
        source = KafkaCluster.builder().name("east").start();
        target = KafkaCluster.builder()
                .name("west")
                .brokers(3)
                .proxied(true)
                .property("min.insync.replicas", "2")
                .property("default.replication.factor", "3")
                .start();
    }

    @AfterAll
    static void closeClusters() {
        source.close();
        target.close();
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
