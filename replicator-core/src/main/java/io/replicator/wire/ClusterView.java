package io.replicator.wire;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;

/**
 * A cluster as one agent sees it: its nodes, and the leaders of the topics that the agent asked for. It is refreshed after
 * errors, with a backoff, and by age. Belongs to the agent's thread.
 */
public final class ClusterView implements AutoCloseable {
    /** After so long without an answer all known nodes may be gone: bootstrap servers are asked again (KIP-899). */
    private static final long REBOOTSTRAP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Added to node ids for second connections: a client has one connection for each node id. Brokers' ids are far below. */
    private static final int READING_NODES = 1 << 30;

    private static final Backoff BACKOFF = Backoff.ofMillis(50, 1_000);

    private final Connection connection;
    private final ManualMetadataUpdater reachable;
    private final List<Node> bootstrapNodes;
    private final long maxAgeNanos;
    private final String rack;
    private final Map<String, TopicView> topics = new HashMap<>();
    private final Map<Integer, Node> nodes = new HashMap<>();
    private final Retry retry;

    private boolean asking;
    private boolean wanted = true;
    private long refreshedNanos;
    private long wantedSinceNanos;
    private boolean everRefreshed;
    private int version;

    ClusterView(
            Connection connection,
            ManualMetadataUpdater reachable,
            List<Node> bootstrapNodes,
            long maxAgeNanos,
            String rack,
            RandomGenerator random) {
        this.connection = connection;
        this.reachable = reachable;
        this.bootstrapNodes = bootstrapNodes;
        this.maxAgeNanos = maxAgeNanos;
        this.rack = rack;
        this.retry = new Retry(BACKOFF.withJitter(random));
        reachable.setNodes(bootstrapNodes);
    }

    public Connection connection() {
        return connection;
    }

    /** This client's {@code client.rack}, empty when it has none. */
    String rack() {
        return rack;
    }

    /** Changes with every refresh: what was derived from the view is then to be derived again. */
    public int version() {
        return version;
    }

    /** Whether the cluster has answered at least once. */
    public boolean isKnown() {
        return everRefreshed;
    }

    /** A topic; the cluster is asked about it from now on. */
    public TopicView topic(String name) {
        TopicView topic = topics.get(name);
        if (topic == null) {
            topic = new TopicView(name);
            topics.put(name, topic);
            wanted = true;
            retry.hasten();
        }
        return topic;
    }

    /** The cluster is no longer asked about the topic. */
    public void forget(String name) {
        topics.remove(name);
    }

    Optional<Node> node(int id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** The same broker over a connection of its own; {@code null} when it is not known. */
    Node readingNode(int id) {
        Node node = nodes.get(id);
        return node == null ? null : new Node(READING_NODES + node.id(), node.host(), node.port());
    }

    /** Says that a broker cannot be reached, and at which address: brokers advertise it, and it may be the mistake. */
    public String unreachable(int nodeId) {
        Node node = nodes.get(nodeId);
        String address = node == null ? "" : " at " + node.host() + ":" + node.port();
        return "broker " + nodeId + " cannot be reached" + address;
    }

    /** Connects to the node if it must; returns whether a request can be sent to it now. */
    public boolean isReady(int nodeId) {
        Node node = nodes.get(nodeId);
        return node != null && connection.isReady(node);
    }

    /** Whether the node is known but cannot be connected to at present. */
    public boolean hasFailed(int nodeId) {
        Node node = nodes.get(nodeId);
        return node == null || connection.hasFailed(node);
    }

    /** Something showed that the view is out of date. */
    public void refresh() {
        wanted = true;
    }

    /** Asks the cluster for its metadata, when that is due; returns how many requests were sent. */
    public int poll(long nowNanos) {
        boolean old = everRefreshed && nowNanos - refreshedNanos > maxAgeNanos;
        if (asking || (!wanted && !old) || !retry.isDue(nowNanos)) {
            return 0;
        }
        if (wantedSinceNanos == 0) {
            wantedSinceNanos = nowNanos;
        }
        if (nowNanos - wantedSinceNanos > REBOOTSTRAP_NANOS) {
            rebootstrap(nowNanos);
        }
        Node node = connection.leastLoadedNode();
        if (node == null || !connection.isReady(node)) {
            return 0;
        }
        asking = true;
        wanted = false;
        connection.send(
                node, MetadataRequest.Builder.forTopicNames(new ArrayList<>(topics.keySet()), false), this::answered);
        return 1;
    }

    private void rebootstrap(long nowNanos) {
        wantedSinceNanos = nowNanos;
        List<Node> all = new ArrayList<>(nodes.values());
        all.addAll(bootstrapNodes);
        reachable.setNodes(all);
    }

    private void answered(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        // While a leader is elected, each error asks for a refresh: the wait limits how often one is sent.
        long waitNanos = retry.failed(nowNanos);
        if (!response.hasResponse()) {
            wanted = true;
            if (nodes.isEmpty()) {
                reachable.setNodes(bootstrapNodes);
            }
            return;
        }
        MetadataResponse metadata = (MetadataResponse) response.responseBody();
        if (metadata.brokers().isEmpty()) {
            wanted = true;
            return;
        }
        take(metadata);
        wantedSinceNanos = 0;
        refreshedNanos = nowNanos;
        everRefreshed = true;
        version++;
        if (!wanted) {
            retry.succeeded();
            retry.postpone(nowNanos + waitNanos);
        }
    }

    private void take(MetadataResponse metadata) {
        nodes.clear();
        metadata.brokers().forEach(node -> nodes.put(node.id(), node));
        reachable.setNodes(new ArrayList<>(nodes.values()));
        for (MetadataResponse.TopicMetadata described : metadata.topicMetadata()) {
            TopicView topic = topics.get(described.topic());
            if (topic != null) {
                take(topic, described);
            }
        }
    }

    private void take(TopicView topic, MetadataResponse.TopicMetadata described) {
        switch (described.error()) {
            case NONE -> {
                topic.describe(
                        described.topicId(), described.partitionMetadata().size());
                for (MetadataResponse.PartitionMetadata partition : described.partitionMetadata()) {
                    topic.setLeader(
                            partition.partition(),
                            partition.leaderId.orElse(TopicView.UNKNOWN),
                            partition.leaderEpoch.orElse(TopicView.UNKNOWN));
                    wanted |= partition.leaderId.isEmpty();
                }
            }
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION -> {
                topic.clear(TopicError.MISSING);
                wanted = true;
            }
            case TOPIC_AUTHORIZATION_FAILED -> {
                topic.clear(TopicError.NOT_AUTHORIZED);
                wanted = true;
            }
            default -> {
                topic.clear(TopicError.OTHER);
                wanted = true;
            }
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
