package io.replicator.flow;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.SavedState;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first phase: reaches both clusters, makes sure of the flow's own topics, reads what was saved and joins. Each step is a
 * call, made again until it succeeds. Control thread.
 */
final class FlowStartup implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(FlowStartup.class);
    private static final Backoff BACKOFF = Backoff.ofMillis(1_000, 15_000);

    private final ControlMeans means;
    private final FlowConnections connections;
    private final FollowingPhase following;
    private final Retry retry = new Retry(BACKOFF);
    private Runnable step = this::reach;
    private boolean isAsking;
    private Optional<Started> started = Optional.empty();

    /**
     * What the next phase begins with.
     *
     * @param flow connected
     * @param log its offset log, which was read
     * @param saved what that held
     */
    record Started(ConnectedFlow flow, FlowLog log, SavedState saved) {}

    /** Makes the phase that follows. */
    interface FollowingPhase {
        Phase begin(Started started, long nowNanos);
    }

    FlowStartup(ControlMeans means, FlowConnections connections, FollowingPhase following) {
        this.means = means;
        this.connections = connections;
        this.following = following;
    }

    @Override
    public int turn(long nowNanos) {
        if (dueInNanos(nowNanos) > 0) {
            return 0;
        }
        isAsking = true;
        step.run();
        return 1;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return isAsking || started.isPresent() ? Long.MAX_VALUE : retry.untilDueNanos(nowNanos);
    }

    private void reach() {
        means.calls().clusters().ask("connect", nowNanos -> connections.reach(), (outcome, nowNanos) -> {
            if (hasSucceeded(outcome, nowNanos)) {
                ConnectedFlow flow = outcome.orThrow();
                FlowLog log = flow.log(means.calls().log());
                step = () -> ensureTopics(flow, log);
            }
        });
    }

    private void ensureTopics(ConnectedFlow flow, FlowLog log) {
        log.ask(
                "make sure of the flow's own topics",
                (theLog, nowNanos) -> {
                    flow.ensureTopics();
                    return true;
                },
                (outcome, nowNanos) -> {
                    if (hasSucceeded(outcome, nowNanos)) {
                        // What it takes to join is made ready while it is read what was saved.
                        flow.prepareToJoin();
                        step = () -> read(flow, log);
                    }
                });
    }

    private void read(ConnectedFlow flow, FlowLog log) {
        log.ask(
                "read what was saved",
                (theLog, nowNanos) -> {
                    SavedState saved = theLog.load();
                    flow.join(saved);
                    return saved;
                },
                (outcome, nowNanos) -> {
                    if (hasSucceeded(outcome, nowNanos)) {
                        SavedState saved = outcome.orThrow();
                        FlowConfig config = means.settings().config();
                        LOG.info(
                                "saved progress read flow={} topic={} partitions={}",
                                config.name(),
                                config.offsetsTopic(),
                                saved.partitions().size());
                        started = Optional.of(new Started(flow, log, saved));
                    }
                });
    }

    private boolean hasSucceeded(Outcome<?> outcome, long nowNanos) {
        isAsking = false;
        try {
            outcome.orThrow();
            retry.succeeded();
            means.condition().isWell(Trouble.CLUSTERS);
            return true;
        } catch (UnavailableException | OffsetLogException failure) {
            means.condition().trouble(Trouble.CLUSTERS, failure.getMessage(), nowNanos);
            retry.failed(nowNanos);
            return false;
        }
    }

    @Override
    public Phase next(long nowNanos) {
        return started.isPresent() ? following.begin(started.get(), nowNanos) : this;
    }

    @Override
    public Phase stopping(long nowNanos) {
        return OVER;
    }
}
