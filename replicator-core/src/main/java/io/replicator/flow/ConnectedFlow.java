package io.replicator.flow;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterPair;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.SavedState;
import io.replicator.ownership.OwnershipTopic;
import io.replicator.ownership.ShardOwnership;
import io.replicator.topics.TopicPlanner;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.Map;

/**
 * A flow whose clusters were reached: its offset log, its membership, and how it asks for topics. Its methods may wait for a
 * cluster, but for those that say otherwise: they are made in calls.
 */
final class ConnectedFlow implements AutoCloseable {
    private final FlowConfig config;
    private final ClusterPair clusters;
    private final OffsetLog log;
    private final ShardOwnership ownership;
    private final OwnershipTopic ownershipTopic;
    private final TopicPlanner planner;
    private final ClaimReader claims;

    /** Written by the control thread. */
    private volatile boolean hasStarted;

    /**
     * @param log used by calls of the log's queue
     * @param planner used by calls of the clusters' queue
     * @param callTimeout of each call
     */
    ConnectedFlow(
            FlowConfig config,
            ClusterPair clusters,
            OffsetLog log,
            ShardOwnership ownership,
            TopicPlanner planner,
            Duration callTimeout) {
        this.config = config;
        this.clusters = clusters;
        this.log = log;
        this.ownership = ownership;
        this.ownershipTopic = new OwnershipTopic(config, clusters.target());
        this.planner = planner;
        this.claims = new ClaimReader(clusters.target(), new OtherFlows(config, clusters.target(), callTimeout));
    }

    /** The flow's offset log, asked through a queue; does not block. */
    FlowLog log(CallQueue queue) {
        return new FlowLog(log, queue);
    }

    /** Makes sure that the topics are there which the flow keeps for itself. */
    void ensureTopics() throws InterruptedException {
        TransactionLog.create(config, clusters.target());
        log.ensureTopic();
        ownershipTopic.ensure();
    }

    /** Makes ready what it takes to join; does not block. */
    void prepareToJoin() {
        hasStarted = true;
        ownership.start();
    }

    /**
     * Joins. A flow of the same name between other clusters is refused before it does: it would put a healthy process of the
     * same instance name out.
     */
    void join(SavedState saved) throws InterruptedException {
        if (saved.ends().isEmpty()) {
            ownership.join(); // There is nothing to compare, and something to be written first.
        }
        FlowIdentityCheck.check(config, clusters, saved, log);
        ownership.join();
    }

    /**
     * One look at the topics.
     *
     * @param started source topics of which something was copied, and where on the target
     * @param standing of the instance: only one changes the target
     */
    TopicsPlan plan(Map<String, String> started, Standing standing) throws InterruptedException {
        if (!standing.isAlone()) {
            ownershipTopic.ensure();
        }
        return planner.refresh(started, standing.decides());
    }

    /** Does not block. */
    Cluster source() {
        return clusters.source();
    }

    /** Does not block. */
    Cluster target() {
        return clusters.target();
    }

    /** Does not block. */
    ClaimReader claims() {
        return claims;
    }

    /** Does not block. */
    ShardOwnership ownership() {
        return ownership;
    }

    /** Leaves the group. */
    void leave() throws InterruptedException {
        if (hasStarted) {
            ownership.leave();
        }
    }

    /** Closes what was opened, after the last call. */
    @Override
    public void close() {
        try {
            claims.close();
        } finally {
            try {
                log.close();
            } finally {
                clusters.close();
            }
        }
    }
}
