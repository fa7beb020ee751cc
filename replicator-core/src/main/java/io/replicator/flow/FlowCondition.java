package io.replicator.flow;

import io.replicator.agent.LogOnce;
import io.replicator.topics.TopicProblem;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a flow is, as its control thread publishes it; read by any thread. */
final class FlowCondition {
    private static final Logger LOG = LoggerFactory.getLogger(FlowCondition.class);

    /** The same trouble is logged again this often. */
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final String flow;
    private final Map<Trouble, LogOnce> troubles = new EnumMap<>(Trouble.class);
    private volatile FlowState state = FlowState.STARTING;
    private volatile boolean mayRestart;
    private volatile String reason = "connecting to both clusters";
    private volatile List<Copy> copies = List.of();
    private volatile List<UnbegunPartition> unbegun = List.of();
    private volatile List<TopicProblem> problems = List.of();
    private volatile Set<Integer> ownedShards = Set.of();

    /** What may be wrong while a flow runs; what a person must know first comes first. */
    enum Trouble {
        /** This instance cannot take part in sharing the shards. */
        MEMBERSHIP,
        /** A grant cannot be put on record. */
        GRANTS,
        /** The group coordinator does not say whose a shard is. */
        CONFIRMATION,
        /** Partitions cannot begin. */
        STARTS,
        /** A cluster does not answer. */
        CLUSTERS,
        /** The topic of the offset log cannot be looked at. */
        LOG,
        /** Progress cannot be saved. */
        PROGRESS
    }

    FlowCondition(String flow) {
        this.flow = flow;
        for (Trouble each : Trouble.values()) {
            troubles.put(each, LogOnce.repeatedEvery(REPEAT));
        }
    }

    /** Something is wrong, and is tried again. */
    void trouble(Trouble kind, String message, long nowNanos) {
        if (troubles.get(kind).observe(message, nowNanos)) {
            LOG.warn("{}; trying again flow={}", message, flow);
        }
    }

    /** Nothing of this kind is wrong any more. */
    void isWell(Trouble kind) {
        troubles.get(kind).end();
    }

    /** What the flow waits for before it runs. */
    void waitsFor(String what) {
        reason = what;
    }

    void runs() {
        reason = "";
        state = FlowState.RUNNING;
    }

    /**
     * The flow ended by itself.
     *
     * @param mayRestart whether nobody has to change anything before it is started again
     */
    void failed(String why, boolean mayRestart) {
        LOG.error("{} flow={} state=FAILED", why, flow);
        this.mayRestart = mayRestart;
        reason = why;
        state = FlowState.FAILED;
    }

    void stopped() {
        state = FlowState.STOPPED;
        reason = "stopped";
    }

    void publishCopies(List<Copy> all) {
        copies = all;
    }

    void publishUnbegun(List<UnbegunPartition> all) {
        unbegun = all;
    }

    void publishProblems(List<TopicProblem> all) {
        problems = all;
    }

    void publishOwnedShards(Set<Integer> shards) {
        ownedShards = Set.copyOf(shards);
    }

    FlowState state() {
        return state;
    }

    boolean mayRestart() {
        return mayRestart;
    }

    /** Every copy, ordered by topic and number. */
    List<Copy> copies() {
        return copies;
    }

    /** Partitions that this instance is to copy and that could not begin yet. */
    List<UnbegunPartition> unbegun() {
        return unbegun;
    }

    List<TopicProblem> problems() {
        return problems;
    }

    Set<Integer> ownedShards() {
        return ownedShards;
    }

    /** Why all is not well, for a person; empty when it is. */
    String reason() {
        if (state == FlowState.FAILED || state == FlowState.STOPPED) {
            return reason;
        }
        return Stream.of(
                        text(Trouble.MEMBERSHIP),
                        text(Trouble.GRANTS),
                        text(Trouble.CONFIRMATION),
                        text(Trouble.STARTS),
                        text(Trouble.CLUSTERS),
                        text(Trouble.LOG),
                        reason,
                        text(Trouble.PROGRESS))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private String text(Trouble kind) {
        return troubles.get(kind).text();
    }
}
