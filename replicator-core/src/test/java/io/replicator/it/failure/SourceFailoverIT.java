package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.it.Outages;
import io.replicator.it.SteadyLoad;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A source of three brokers that have one outage after another, under load. */
@ExtendWith(ClusterExtension.class)
class SourceFailoverIT {
    private static final int PARTITIONS = 6;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(
                KafkaCluster.builder().name("east").brokers(3).proxied(true).property("min.insync.replicas", "2"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldCopyEveryRecordOnceInOrderWhileBrokersOfTheSourceFail() throws Exception {
        source.createTopic("failed-over", PARTITIONS);
        target.createTopic("failed-over", PARTITIONS);

        long written;
        try (EngineLog log = EngineLog.open();
                SteadyLoad load = SteadyLoad.start(source.adminProperties(), "failed-over");
                Replicator replicator = Flows.start(Flows.flow(source, target, "failed-over"));
                Outages outages = new Outages(source, "failed-over", replicator)) {
            Flows.awaitStatus(replicator, flow -> flow.partitions().size() == PARTITIONS);
            outages.awaitEveryPartitionGetsOn();
            outages.awaitInSync();

            outages.killAndRestart(0);
            outages.cutConnections();
            outages.moveLeaders();
            outages.pauseAndResume(1);
            outages.moveLeaders();

            written = load.stop();
            Flows.awaitCopied(replicator, source, "failed-over");
            outages.assertRunning();
            log.assertNothingFailedInside();
        }

        TopicDump copy = TopicDump.uncommitted(target, "failed-over");
        assertThat(copy.count()).isEqualTo(written);
        assertThat(copy.contents())
                .isEqualTo(TopicDump.committed(source, "failed-over").contents());
    }
}
