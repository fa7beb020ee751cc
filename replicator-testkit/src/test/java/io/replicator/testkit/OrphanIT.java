package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.junit.ClusterExtension;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(ClusterExtension.class)
final class OrphanIT {
    @Test
    void shouldLeaveNeitherProcessesNorFilesWhenItsOwnerIsKilled(@TempDir Path root) throws Exception {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-cp",
                        ClassPath.ofThisJvm(),
                        ClusterOwner.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<ProcessHandle> children = new ArrayList<>();
        try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("started orphan");
            children.addAll(owner.descendants().toList());
            assertThat(children.stream().filter(OrphanIT::isBroker)).hasSize(2);
            assertThat(root).isNotEmptyDirectory();

            owner.toHandle().destroyForcibly();

            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(children)
                    .noneMatch(ProcessHandle::isAlive));
            assertThat(root).isEmptyDirectory();
        } finally {
            owner.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean isBroker(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(BrokerProcess.class.getName())
                || process.info().command().orElse("").endsWith("java");
    }
}
