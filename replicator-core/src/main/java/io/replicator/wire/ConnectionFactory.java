package io.replicator.wire;

import io.replicator.config.ClusterConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;

/**
 * Opens connections with a cluster's kafka-clients properties: security, buffers, timeouts. Called on the thread of the
 * agent that will own the connection.
 */
public final class ConnectionFactory {
    /** Defaults that the user can override. The operating system sizes socket buffers to the network. */
    private static final Map<String, String> DEFAULTS = Map.of(
            CommonClientConfigs.SEND_BUFFER_CONFIG, "-1",
            CommonClientConfigs.RECEIVE_BUFFER_CONFIG, "-1",
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");

    /** Kafka's default of {@code metadata.max.age.ms}. */
    private static final long DEFAULT_MAX_AGE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final int ONE_FETCH_IN_FLIGHT = 1;

    private static final String RACK = "client.rack";

    private ConnectionFactory() {}

    /**
     * Opens a link to a source cluster; nothing is sent yet.
     *
     * @param cluster where to and how
     * @param clientId the name in the brokers' logs and quotas
     * @param pool where responses are received
     */
    public static SourceLink openSource(ClusterConfig cluster, String clientId, ReceivePool pool) {
        return SourceLink.over(open(cluster, clientId, ONE_FETCH_IN_FLIGHT, Optional.of(pool)));
    }

    /**
     * Opens a connection to a target cluster; nothing is sent yet.
     *
     * @param cluster where to and how
     * @param clientId the name in the brokers' logs and quotas
     * @param maxInflight requests without an answer per node
     * @return a view of the cluster over a connection of its own
     */
    public static ClusterView openTarget(ClusterConfig cluster, String clientId, int maxInflight) {
        return open(cluster, clientId, maxInflight, Optional.empty());
    }

    private static ClusterView open(
            ClusterConfig cluster, String clientId, int maxInflight, Optional<ReceivePool> pool) {
        AbstractConfig config = clientConfig(cluster);
        Time time = Time.SYSTEM;
        Metrics metrics = new Metrics(new MetricConfig(), List.of(), time);
        LogContext log = new LogContext("[" + clientId + "] ");
        ChannelBuilder channels = ClientUtils.createChannelBuilder(config, time, log);
        Selector selector = new Selector(
                NetworkReceive.UNLIMITED,
                config.getLong(CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG),
                metrics,
                time,
                "replicator",
                Map.of(),
                false,
                false,
                channels,
                pool.<MemoryPool>map(receiving -> receiving).orElse(MemoryPool.NONE),
                log);
        Optional<ReceiveTracker> receives = pool.map(receiving -> new ReceiveTracker(selector, receiving));
        ManualMetadataUpdater nodes = new ManualMetadataUpdater();
        int requestTimeoutMillis = config.getInt(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG);
        NetworkClient client = new NetworkClient(
                receives.<Selectable>map(tracker -> tracker).orElse(selector),
                nodes,
                clientId,
                maxInflight,
                config.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG),
                config.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG),
                config.getInt(CommonClientConfigs.SEND_BUFFER_CONFIG),
                config.getInt(CommonClientConfigs.RECEIVE_BUFFER_CONFIG),
                requestTimeoutMillis,
                config.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
                config.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
                time,
                true,
                new ApiVersions(),
                log,
                MetadataRecoveryStrategy.NONE);
        return view(
                new Transport(client, receives, nodes, time, new SplittableRandom()),
                cluster.name(),
                bootstrapNodes(cluster),
                requestTimeoutMillis,
                TimeUnit.MILLISECONDS.toNanos(config.getLong(CommonClientConfigs.METADATA_MAX_AGE_CONFIG)),
                cluster.client().getOrDefault(RACK, ""));
    }

    /**
     * A view of a cluster over a given transport, such as a simulated one; nothing is sent yet.
     *
     * @param bootstrapNodes asked first; ids below zero
     * @param requestTimeoutMillis how long a request may take
     */
    public static ClusterView over(
            Transport transport, String clusterName, List<Node> bootstrapNodes, int requestTimeoutMillis) {
        return view(transport, clusterName, bootstrapNodes, requestTimeoutMillis, DEFAULT_MAX_AGE_NANOS, "");
    }

    private static ClusterView view(
            Transport transport,
            String clusterName,
            List<Node> bootstrapNodes,
            int requestTimeoutMillis,
            long maxAgeNanos,
            String rack) {
        Connection connection = new Connection(
                clusterName,
                transport.client(),
                transport.time(),
                requestTimeoutMillis,
                transport.receives().orElse(null));
        return new ClusterView(
                connection, transport.reachable(), bootstrapNodes, maxAgeNanos, rack, transport.random());
    }

    private static AbstractConfig clientConfig(ClusterConfig cluster) {
        Map<String, Object> properties = new HashMap<>(DEFAULTS);
        properties.putAll(cluster.client());
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.keySet().removeIf(key -> key.endsWith("interceptor.classes") || key.equals("metric.reporters"));
        return new AdminClientConfig(properties);
    }

    /**
     * Bootstrap servers are nodes with ids of their own below zero, never those of brokers. Their names are resolved with each
     * attempt to connect, not here: a lane can then be opened while the name service is away.
     */
    private static List<Node> bootstrapNodes(ClusterConfig cluster) {
        List<Node> nodes = new ArrayList<>();
        for (String server : cluster.bootstrapServers().trim().split("\\s*,\\s*")) {
            nodes.add(bootstrapNode(server, -1 - nodes.size()));
        }
        return List.copyOf(nodes);
    }

    private static Node bootstrapNode(String server, int id) {
        String host = Utils.getHost(server);
        Integer port = Utils.getPort(server);
        if (host == null || port == null) {
            throw new ConfigException(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, server, "must be host:port");
        }
        return new Node(id, host, port);
    }
}
