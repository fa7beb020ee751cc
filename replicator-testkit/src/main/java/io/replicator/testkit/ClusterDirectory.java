package io.replicator.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;

/**
 * The directory of one cluster, which exists as long as its owner does.
 *
 * <p>The owner holds a lock on a marker file, and the system gives that lock back however the owner ends. So a directory
 * whose lock can be had belongs to nobody, and whoever starts a cluster next deletes it. Normally there is none: brokers
 * delete their directories themselves when their owner dies.
 */
final class ClusterDirectory implements AutoCloseable {
    private static final String PREFIX = "replicator-testkit-";
    private static final String MARKER = "owner";
    /** Between making the marker and locking it a directory looks abandoned. */
    private static final Duration YOUTH = Duration.ofMinutes(1);

    private final Path path;
    private final FileChannel marker;

    private ClusterDirectory(Path path, FileChannel marker) {
        this.path = path;
        this.marker = marker;
    }

    static ClusterDirectory create(Path root) {
        try {
            Files.createDirectories(root);
            deleteAbandoned(root);
            Path path = Files.createTempDirectory(
                    root, PREFIX + ProcessHandle.current().pid() + "-");
            FileChannel marker =
                    FileChannel.open(path.resolve(MARKER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (marker.tryLock() == null) {
                throw new IOException(path + " was taken by another process");
            }
            return new ClusterDirectory(path, marker);
        } catch (IOException e) {
            throw new UncheckedIOException(root + ": no directory could be made for a cluster", e);
        }
    }

    Path path() {
        return path;
    }

    Path node(int id) {
        return path.resolve("node-" + id);
    }

    /** Deletes a broker's directory, and the cluster's with the last one: called by a broker whose owner is dead. */
    static void deleteAfterOwner(Path node) {
        FileTree.delete(node);
        Path cluster = node.toAbsolutePath().getParent();
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(cluster, "node-*")) {
            if (nodes.iterator().hasNext()) {
                return;
            }
        } catch (IOException e) {
            // The last broker but us was quicker.
            return;
        }
        FileTree.delete(cluster);
    }

    /** Deletes everything. */
    @Override
    public void close() {
        try {
            marker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": the owner's mark could not be given back", e);
        }
        if (!FileTree.delete(path)) {
            throw new IllegalStateException(path + " could not be deleted");
        }
    }

    private static void deleteAbandoned(Path root) throws IOException {
        // Never touch the marker of a directory of our own: closing it, by whatever channel, gives up its lock.
        String own = PREFIX + ProcessHandle.current().pid() + "-";
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(root, PREFIX + "*")) {
            for (Path directory : directories) {
                if (!directory.getFileName().toString().startsWith(own) && isAbandoned(directory.resolve(MARKER))) {
                    FileTree.delete(directory);
                }
            }
        }
    }

    private static boolean isAbandoned(Path marker) {
        try (FileChannel channel = FileChannel.open(marker, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null
                    && Files.getLastModifiedTime(marker)
                            .toInstant()
                            .isBefore(Instant.now().minus(YOUTH));
        } catch (IOException e) {
            // Somebody else is deleting it, or may and we may not.
            return false;
        }
    }
}
