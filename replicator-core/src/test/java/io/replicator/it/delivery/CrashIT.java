package io.replicator.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.it.EngineProcess;
import io.replicator.it.Flows;
import io.replicator.it.SteadyLoad;
import io.replicator.offsets.OffsetLog;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The engine's process is killed, again and again, while it copies. */
@ExtendWith(ClusterExtension.class)
class CrashIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;
    private static final int KILLS = 3;

    @TempDir
    static Path directory;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldHoldEveryRecordOnceWhenKilledAgainAndAgain() throws Exception {
        source.createTopic("crashed", PARTITIONS);
        target.createTopic("crashed", PARTITIONS);
        FlowConfig flow = Flows.flow(source, target, "crashed");
        Path log = directory.resolve("engine.log");

        Map<TopicPartition, Long> saved = Map.of();
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "crashed")) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (EngineProcess engine = EngineProcess.start(flow, "crashed", log)) {
                    awaitSavedBeyond(saved, flow, engine);
                }
                saved = savedPositions(flow);
            }
            load.stop();
        }
        long recovered;
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "crashed");
            recovered = Flows.recoveredRecords(replicator);
        }

        assertThat(TopicDump.uncommitted(target, "crashed").contents())
                .isEqualTo(TopicDump.uncommitted(source, "crashed").contents());
        assertThat(recovered).isPositive();
    }

    /** Waits until every partition was copied, and that was saved, further than before. */
    private static void awaitSavedBeyond(Map<TopicPartition, Long> before, FlowConfig flow, EngineProcess engine) {
        await().atMost(PATIENCE).until(() -> {
            assertThat(engine.isRunning()).isTrue();
            Map<TopicPartition, Long> now = savedPositions(flow);
            return now.size() == PARTITIONS
                    && now.entrySet().stream()
                            .allMatch(each -> each.getValue() > before.getOrDefault(each.getKey(), 0L));
        });
    }

    private static Map<TopicPartition, Long> savedPositions(FlowConfig flow) throws Exception {
        try (OffsetLog log = OffsetLog.open(flow, PATIENCE)) {
            log.ensureTopic();
            Map<TopicPartition, Long> positions = new HashMap<>();
            log.load()
                    .partitions()
                    .forEach((partition, progress) ->
                            positions.put(partition, progress.toOffsetMap().position()));
            return positions;
        }
    }
}
