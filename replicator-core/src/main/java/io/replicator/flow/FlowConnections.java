package io.replicator.flow;

import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.ClusterPair;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLog;
import io.replicator.ownership.Membership;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.ownership.ShardOwnership;
import io.replicator.topics.TopicPlanner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Connects a flow to its clusters and to the group of its instances, and closes what it opened. */
final class FlowConnections implements AutoCloseable {
    /** Of each call. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private final FlowConfig config;
    private final List<FlowConfig> allFlows;
    private final Membership membership;
    private final OwnershipEvents ownershipEvents;
    private final Ports ports;

    /** Written by the call that opens it. */
    private volatile Optional<ConnectedFlow> connected = Optional.empty();

    /**
     * What stands between a flow and the world.
     *
     * @param clusters opens both
     * @param ownership opens the membership
     * @param pause for those who wait for brokers to show what was created
     */
    record Ports(ClusterOpener clusters, ShardOwnership.Opener ownership, TopicPlanner.Pause pause) {}

    /**
     * Connects to nothing yet.
     *
     * @param allFlows of the process
     * @param ownershipEvents told, on a thread of its own, what becomes of shards
     */
    FlowConnections(
            FlowConfig config,
            List<FlowConfig> allFlows,
            Membership membership,
            OwnershipEvents ownershipEvents,
            Ports ports) {
        this.config = config;
        this.allFlows = allFlows;
        this.membership = membership;
        this.ownershipEvents = ownershipEvents;
        this.ports = ports;
    }

    /** Connects to both clusters; in a call, again when it failed. */
    ConnectedFlow reach() throws InterruptedException {
        ClusterPair clusters = ClusterPair.open(config, CALL_TIMEOUT, ports.clusters());
        try {
            ConnectedFlow flow = connect(clusters);
            connected = Optional.of(flow);
            return flow;
        } catch (RuntimeException failure) {
            clusters.close();
            throw failure;
        }
    }

    private ConnectedFlow connect(ClusterPair clusters) {
        return new ConnectedFlow(
                config,
                clusters,
                new OffsetLog(config, clusters.target(), CALL_TIMEOUT),
                ports.ownership().open(config, membership, clusters.target(), ownershipEvents),
                new TopicPlanner(config, allFlows, clusters.source(), clusters.target(), ports.pause()),
                CALL_TIMEOUT);
    }

    /** The membership, once both clusters were reached. Any thread. */
    Optional<ShardOwnership> ownership() {
        return connected.map(ConnectedFlow::ownership);
    }

    /** Leaves the group, so that others get this instance's shards at once. They are written no more. */
    void leave() throws InterruptedException {
        if (connected.isPresent()) {
            connected.get().leave();
        }
    }

    /** Closes the rest; no call is made any more. */
    @Override
    public void close() {
        connected.ifPresent(ConnectedFlow::close);
    }
}
