package io.replicator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DemoIT {
    @Test
    void shouldCopyAndVerifyEverythingAndLeaveNothingBehind() throws IOException {
        DemoSettings settings = new DemoSettings(Path.of("..", "config", "demo.conf"), Duration.ofSeconds(8));

        int exitCode = new ClusterDemo().run(settings);

        assertThat(exitCode).isZero();
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(ownDirectories()).isEmpty();
    }

    private static List<Path> ownDirectories() throws IOException {
        String prefix = "replicator-testkit-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }
}
