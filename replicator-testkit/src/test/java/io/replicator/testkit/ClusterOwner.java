package io.replicator.testkit;

import java.io.IOException;
import java.nio.file.Path;

/** A program that starts a cluster of two brokers, one of them paused, says so, and waits to be killed. */
final class ClusterOwner {
    private ClusterOwner() {}

    public static void main(String[] arguments) throws IOException {
        try (KafkaCluster cluster = KafkaCluster.builder()
                .name("orphan")
                .brokers(2)
                .directory(Path.of(arguments[0]))
                .heapMebibytes(256)
                .start()) {
            cluster.broker(1).pause();
            System.out.println("started " + cluster.name());
            while (System.in.read() >= 0) {
                System.out.println("still here");
            }
        }
    }
}
