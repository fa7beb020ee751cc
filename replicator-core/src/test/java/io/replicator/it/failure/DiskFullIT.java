package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The target's disk is full. Needs the right to mount a small one; skipped without. */
@ExtendWith(ClusterExtension.class)
class DiskFullIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DISK_SIZE = "96m";

    @TempDir
    static Path disk;

    private static boolean mounted;
    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void mountAndStart(Clusters clusters) throws Exception {
        mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=" + DISK_SIZE, "tmpfs", disk.toString());
        assumeThat(mounted).as("the right to mount a tmpfs").isTrue();
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.own(KafkaCluster.builder().name("west").directory(disk));
    }

    @AfterAll
    static void closeAndUnmount() throws Exception {
        if (target != null) {
            target.close();
        }
        if (mounted) {
            succeeds("umount", disk.toString());
        }
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** A broker whose only disk fails halts: all that a client sees is that nobody is there. */
    @Test
    void shouldWaitWhileTheTargetsDiskIsFullAndGoOnWhenItIsNot() throws Exception {
        source.createTopic("filling", 2);
        Load.to(source, "filling").write(1_000);
        FlowConfig flow = Flows.flow(source, target, "filling");
        try (EngineLog log = EngineLog.open();
                Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "filling");

            Path ballast = fillUp();
            Load.to(source, "filling")
                    .seed(2)
                    .records(RecordShape.values(1_000))
                    .write(4_000);

            await().atMost(PATIENCE).until(() -> !target.broker(0).isRunning());
            await().atMost(PATIENCE).until(() -> replicator.flows().get(0).partitions().stream()
                    .anyMatch(partition -> partition.state() == PartitionState.WAITING
                            && partition
                                    .reason()
                                    .contains("target cluster west: broker 0 cannot be reached at 127.0.0.1:")
                            && partition.resumesWhen().contains("brokers of west")));

            Files.delete(ballast);
            target.broker(0).start();
            Flows.awaitCopied(replicator, source, "filling");
            assertThat(replicator.flows().get(0).partitions())
                    .extracting(PartitionStatus::state)
                    .containsOnly(PartitionState.RUNNING);
            log.assertNothingFailedInside();
        }

        assertThat(TopicDump.uncommitted(target, "filling").contents())
                .isEqualTo(TopicDump.committed(source, "filling").contents());
    }

    private static Path fillUp() throws IOException {
        Path ballast = disk.resolve("ballast");
        byte[] block = new byte[1 << 12];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (disk.toFile().getUsableSpace() > 0) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return ballast;
    }
}
