package io.replicator.simulation;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.LeastLoadedNode;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Kafka's own network client over simulated connections: versions are negotiated, requests and responses are serialised
 * and parsed, timeouts and throttles are kept as in life. Only what it leaves to a chance of its own is taken from the
 * seed instead: whom it asks when anybody will do, and how long it waits before it connects again.
 */
final class SimulatedKafkaClient extends NetworkClient {
    private static final int RECONNECT_AT_ONCE = 0;
    private static final int BUFFER_BYTES = -1;
    private static final long SETUP_TIMEOUT_MILLIS = 10_000;

    private final ManualMetadataUpdater nodes;
    private final SimulatedSelector connections;
    private final SplittableRandom random;

    SimulatedKafkaClient(
            Selectable selector,
            SimulatedSelector connections,
            ManualMetadataUpdater nodes,
            int maxInflight,
            int requestTimeoutMillis,
            Time time,
            SplittableRandom random) {
        super(
                selector,
                nodes,
                "simulation",
                maxInflight,
                RECONNECT_AT_ONCE,
                RECONNECT_AT_ONCE,
                BUFFER_BYTES,
                BUFFER_BYTES,
                requestTimeoutMillis,
                SETUP_TIMEOUT_MILLIS,
                SETUP_TIMEOUT_MILLIS,
                time,
                true,
                new ApiVersions(),
                new LogContext(),
                MetadataRecoveryStrategy.NONE);
        this.nodes = nodes;
        this.connections = connections;
        this.random = random;
    }

    @Override
    public boolean ready(Node node, long nowMillis) {
        if (connectionFailed(node) && !connections.mayConnect(node.idString())) {
            return false;
        }
        return super.ready(node, nowMillis);
    }

    @Override
    public LeastLoadedNode leastLoadedNode(long nowMillis) {
        List<Node> all = nodes.fetchNodes();
        int first = random.nextInt(all.size());
        Node found = null;
        for (int i = 0; i < all.size(); i++) {
            Node node = all.get((first + i) % all.size());
            if (isReady(node, nowMillis)) {
                return new LeastLoadedNode(node, true);
            }
            if (found == null && connections.mayConnect(node.idString())) {
                found = node;
            }
        }
        return new LeastLoadedNode(found, false);
    }
}
