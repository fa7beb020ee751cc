package io.replicator.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import kafka.Kafka;
import org.apache.kafka.common.utils.Exit;

/**
 * The main class of a broker's JVM: Kafka, and a thread that ends it with its owner.
 *
 * <p>The owner holds the other end of standard input. When the owner dies, also by {@code kill -9}, the system closes it,
 * and the broker deletes its directory and halts.
 */
public final class BrokerProcess {
    private BrokerProcess() {}

    /** Takes the broker's directory, in which {@code server.properties} stands. */
    public static void main(String[] arguments) {
        Path node = Path.of(arguments[0]);
        Thread watch = new Thread(() -> endWithOwner(node), "owner-watch");
        watch.setDaemon(true);
        watch.start();
        Kafka.main(new String[] {node.resolve("server.properties").toString()});
    }

    private static void endWithOwner(Path node) {
        try {
            // The owner says nothing; only the end counts.
            int said;
            do {
                said = System.in.read();
            } while (said >= 0);
        } catch (IOException e) {
            System.err.println("standard input broke, as when the owner is gone: " + e);
        }
        // Kafka halts when its log directory vanishes: not before all of it is gone.
        Exit.setHaltProcedure((status, message) -> waitForEnd());
        Exit.setExitProcedure((status, message) -> waitForEnd());
        ClusterDirectory.deleteAfterOwner(node);
        Runtime.getRuntime().halt(1);
    }

    private static void waitForEnd() {
        while (true) {
            LockSupport.park();
        }
    }
}
