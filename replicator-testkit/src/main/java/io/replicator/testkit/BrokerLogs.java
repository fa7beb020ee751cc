package io.replicator.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Saves what brokers logged from being deleted with their cluster: a test that fails is explained there.
 *
 * <p>Between {@link #saveTo} and {@link #dontSave} every cluster of this JVM that closes leaves its logs behind.
 */
public final class BrokerLogs {
    private static final Set<KafkaCluster> OPEN = new LinkedHashSet<>();

    // Guarded by OPEN.
    private static Optional<Path> destination = Optional.empty();

    private BrokerLogs() {}

    /** From now on, clusters that close copy their logs into this directory first. */
    public static void saveTo(Path directory) {
        synchronized (OPEN) {
            destination = Optional.of(directory);
        }
    }

    /** Copies the logs of clusters that are open, and ends what {@link #saveTo} began. */
    public static void saveOpenClusters() {
        synchronized (OPEN) {
            OPEN.forEach(BrokerLogs::save);
            destination = Optional.empty();
        }
    }

    /** Deletes what was saved, and ends what {@link #saveTo} began. */
    public static void dontSave() {
        synchronized (OPEN) {
            destination.ifPresent(FileTree::delete);
            destination = Optional.empty();
        }
    }

    static void opened(KafkaCluster cluster) {
        synchronized (OPEN) {
            OPEN.add(cluster);
        }
    }

    /** Called while the logs are complete and still there. */
    static void closing(KafkaCluster cluster) {
        synchronized (OPEN) {
            OPEN.remove(cluster);
            save(cluster);
        }
    }

    private static void save(KafkaCluster cluster) {
        destination.ifPresent(
                directory -> save(cluster, directory.resolve(cluster.name() + "-" + cluster.clusterId())));
    }

    private static void save(KafkaCluster cluster, Path directory) {
        try {
            for (KafkaBroker broker : cluster.brokers()) {
                Path saved = directory.resolve("broker-" + broker.id());
                Files.createDirectories(saved);
                for (Path log : broker.logs()) {
                    Files.copy(log, saved.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("logs could not be saved to " + directory, e);
        }
    }
}
