package io.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.config.FlowConfig;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The engine's process is killed, again and again, while it copies. */
@ExtendWith(ClusterLogs.class)
class CrashIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;
    private static final int KILLS = 3;

    @TempDir
    static Path directory;

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
    void shouldLoseNothingWhenKilledAndRepeatOnlyWhatWasNotSaved() throws Exception {
        source.createTopic("orders", PARTITIONS);
        target.createTopic("orders", PARTITIONS);
        FlowConfig flow = Flows.flow(source, target, "orders");
        Path log = directory.resolve("engine.log");

        long written;
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "orders")) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (EngineProcess engine = EngineProcess.start(flow, "orders", log)) {
                    awaitMoreOnTheTarget(engine);
                }
            }
            written = load.stop();
        }
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "orders");
        }

        TopicDump copied = TopicDump.uncommitted(target, "orders");
        long distinct = 0;
        for (int number = 0; number < PARTITIONS; number++) {
            List<Long> numbers = numbers(copied.partition(number));
            assertEveryRecordAndRepeatsOnlyAfterKills(number, numbers);
            distinct += numbers.stream().distinct().count();
        }
        assertThat(distinct).isEqualTo(written);
    }

    /** Each partition got what it had not when this was called, in several rounds, so that progress was saved between. */
    private static void awaitMoreOnTheTarget(EngineProcess engine) throws Exception {
        for (int round = 0; round < 3; round++) {
            Map<TopicPartition, Long> sourceEnds = Flows.ends(source.admin(), "orders");
            Map<TopicPartition, Long> before = Flows.ends(target.admin(), "orders");
            assertThat(sourceEnds).hasSize(PARTITIONS);
            await().atMost(PATIENCE).until(() -> {
                assertThat(engine.isRunning()).isTrue();
                Map<TopicPartition, Long> now = Flows.ends(target.admin(), "orders");
                return now.entrySet().stream()
                        .allMatch(end -> end.getValue() >= sourceEnds.get(end.getKey())
                                && end.getValue() > before.get(end.getKey()));
            });
        }
    }

    private static List<Long> numbers(List<DumpedRecord> records) {
        return records.stream()
                .map(record -> SteadyLoad.number(record.value().orNull()))
                .toList();
    }

    /** The load writes every third number to a partition: after each comes the next, or, once for a kill, an earlier. */
    private static void assertEveryRecordAndRepeatsOnlyAfterKills(int partition, List<Long> numbers) {
        assertThat(numbers.get(0)).isEqualTo(partition);
        int steppedBack = 0;
        for (int i = 1; i < numbers.size(); i++) {
            long previous = numbers.get(i - 1);
            if (numbers.get(i) <= previous) {
                steppedBack++;
            } else {
                assertThat(numbers.get(i)).isEqualTo(previous + PARTITIONS);
            }
        }
        assertThat(steppedBack).isLessThanOrEqualTo(KILLS);
    }
}
