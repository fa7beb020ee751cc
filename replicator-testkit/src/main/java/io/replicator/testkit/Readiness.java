package io.replicator.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;

/** Whether a broker serves: asked directly, on {@link KafkaCluster#ADMIN}, what it knows of its cluster. */
final class Readiness {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int REQUEST_MILLIS = 5_000;

    private Readiness() {}

    /** Whether anybody listens: a quiet question, where a client would log every refusal. */
    static boolean listens(KafkaBroker broker) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(broker.host(KafkaCluster.ADMIN), broker.port(KafkaCluster.ADMIN)),
                    CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this broker knows a controller, itself, and at least so many brokers. */
    static boolean serves(KafkaBroker broker, int brokers) {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers", broker.address(KafkaCluster.ADMIN),
                "default.api.timeout.ms", REQUEST_MILLIS,
                "request.timeout.ms", REQUEST_MILLIS);
        try (Admin admin = Admin.create(properties)) {
            DescribeClusterResult cluster = admin.describeCluster();
            var nodes = cluster.nodes().get(2L * REQUEST_MILLIS, TimeUnit.MILLISECONDS);
            return cluster.controller().get() != null
                    && nodes.size() >= brokers
                    && nodes.stream().anyMatch(node -> node.id() == broker.id());
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
    }

    /** Waits for all of these to serve together. */
    static void await(Iterable<? extends KafkaBroker> brokers, int count, Duration patience, Runnable whileWaiting) {
        Deadline deadline = Deadline.after(patience);
        for (KafkaBroker broker : brokers) {
            deadline.await(
                    () -> {
                        whileWaiting.run();
                        return listens(broker) && serves(broker, count);
                    },
                    () -> broker + " does not serve after " + patience + "; see " + broker.logs());
        }
    }
}
