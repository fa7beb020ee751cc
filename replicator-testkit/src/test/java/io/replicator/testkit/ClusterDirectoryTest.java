package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterDirectoryTest {
    @TempDir
    private Path root;

    @Test
    void shouldDeleteWhatAnOwnerThatDiedLeft() throws Exception {
        Path abandoned = directory("replicator-testkit-0-abandoned", Duration.ofMinutes(2));

        try (ClusterDirectory directory = ClusterDirectory.create(root)) {
            assertThat(abandoned).doesNotExist();
            assertThat(directory.path()).isDirectory();
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldLeaveAloneWhatIsJustBeingMadeAndWhatIsNotOurs() throws Exception {
        Path young = directory("replicator-testkit-0-young", Duration.ZERO);
        Path foreign = directory("something-else", Duration.ofDays(1));

        ClusterDirectory.create(root).close();

        assertThat(young).isDirectory();
        assertThat(foreign).isDirectory();
    }

    @Test
    void shouldLeaveAloneTheOtherClustersOfThisProcess() throws Exception {
        try (ClusterDirectory first = ClusterDirectory.create(root)) {
            Files.setLastModifiedTime(
                    first.path().resolve("owner"), FileTime.from(Instant.now().minus(Duration.ofDays(1))));

            ClusterDirectory.create(root).close();

            assertThat(first.path()).isDirectory();
        }
    }

    @Test
    void shouldDeleteTheClusterWithItsLastNode() throws Exception {
        Path cluster = directory("replicator-testkit-0-dead", Duration.ZERO);
        Files.createDirectories(cluster.resolve("node-0/data/orders-0"));
        Files.createDirectories(cluster.resolve("node-1/data"));

        ClusterDirectory.deleteAfterOwner(cluster.resolve("node-0"));
        boolean clusterAfterFirst = Files.exists(cluster);
        ClusterDirectory.deleteAfterOwner(cluster.resolve("node-1"));

        assertThat(clusterAfterFirst).isTrue();
        assertThat(cluster).doesNotExist();
    }

    private Path directory(String name, Duration age) throws Exception {
        Path directory = Files.createDirectories(root.resolve(name));
        Path marker = Files.createFile(directory.resolve("owner"));
        Files.setLastModifiedTime(marker, FileTime.from(Instant.now().minus(age)));
        return directory;
    }
}
