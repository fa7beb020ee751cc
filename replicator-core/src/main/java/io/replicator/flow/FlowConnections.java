package io.replicator.flow;

import io.replicator.cluster.ClusterGate;
import io.replicator.cluster.LogEnds;
import io.replicator.config.FlowConfig;
import io.replicator.mirrormaker.TakeOver;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OtherFlows;
import io.replicator.offsets.SavedState;
import io.replicator.ownership.Membership;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.ownership.OwnershipTopic;
import io.replicator.ownership.ShardOwnership;
import io.replicator.topics.TopicPlanner;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a flow is connected to: both clusters, the offset log, the group of the flow's instances. */
final class FlowConnections implements FlowPorts, AutoCloseable {
    /** Of each call. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private final FlowConfig config;
    private final List<FlowConfig> allFlows;
    private final Membership membership;
    private final OwnershipEvents ownershipEvents;
    private final LaneFactory lanes;
    private final GroupPositions.Keeper groups;
    private final OffsetLog log;
    private final OtherFlows others;

    // Written once each, by the thread that opens it.
    private volatile Optional<ClusterGate> gate = Optional.empty();
    private volatile Optional<ShardOwnership> ownership = Optional.empty();

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
            LaneFactory lanes,
            GroupPositions.Keeper groups) {
        this.config = config;
        this.allFlows = allFlows;
        this.membership = membership;
        this.ownershipEvents = ownershipEvents;
        this.lanes = lanes;
        this.groups = groups;
        this.log = new OffsetLog(config, CALL_TIMEOUT);
        this.others = new OtherFlows(config, CALL_TIMEOUT);
    }

    @Override
    public OffsetLog log() {
        return log;
    }

    @Override
    public Reached reach() throws InterruptedException {
        ClusterGate opened = ClusterGate.open(config);
        gate = Optional.of(opened);
        return new Connected(opened);
    }

    /** The membership, once there is one. Any thread. */
    Optional<ShardOwnership> ownership() {
        return ownership;
    }

    /** Leaves the group, so that others get this instance's shards at once. They are written no more. */
    void leave() throws InterruptedException {
        if (ownership.isPresent()) {
            ownership.get().leave();
        }
    }

    /** Closes the rest; no call is made any more. */
    @Override
    public void close() {
        try {
            others.close();
        } finally {
            try {
                log.close();
            } finally {
                gate.ifPresent(ClusterGate::close);
            }
        }
    }

    /** Both clusters answer. */
    private final class Connected implements Reached {
        private final ClusterGate clusters;
        private final ShardOwnership member;
        private final OwnershipTopic ownershipTopic;

        Connected(ClusterGate clusters) {
            this.clusters = clusters;
            this.member = new ShardOwnership(config, membership, clusters.target(), ownershipEvents);
            this.ownershipTopic = new OwnershipTopic(config, clusters.target());
        }

        @Override
        public void ensureTopics(OffsetLog theLog) throws InterruptedException {
            TransactionLog.create(config, clusters.target());
            theLog.ensureTopic(clusters.target().admin());
            ownershipTopic.ensure();
        }

        @Override
        public boolean isSameTopic(OffsetLog theLog) throws InterruptedException {
            return theLog.isSameTopic(clusters.target().admin());
        }

        @Override
        public void prepareToJoin() {
            ownership = Optional.of(member);
            member.start();
        }

        /**
         * A flow of the same name between other clusters is refused before it joins: it would put a healthy process of the
         * same instance name out.
         */
        @Override
        public void join(SavedState saved, OffsetLog theLog) throws InterruptedException {
            if (saved.ends().isEmpty()) {
                member.join(); // There is nothing to compare, and something to be written first.
            }
            FlowIdentityCheck.check(config, clusters, saved, theLog);
            member.join();
        }

        @Override
        public Work work() {
            TopicPlanner planner = new TopicPlanner(config, allFlows, clusters);
            return new Work(
                    lanes,
                    (started, standing) -> plan(planner, started, standing),
                    new ClaimReader(clusters.target(), others),
                    new TakeOver(config),
                    new LogEnds(clusters.source()),
                    new LogEnds(clusters.target()),
                    new TransactionHolders(config, clusters.source()),
                    theLog -> theLog.requireTopic(clusters.target().admin()),
                    member::confirmed,
                    groups);
        }

        private TopicsPlan plan(TopicPlanner planner, Map<String, String> started, Standing standing)
                throws InterruptedException {
            if (!standing.isAlone()) {
                ownershipTopic.ensure();
            }
            return planner.refresh(started, standing.decides());
        }
    }
}
