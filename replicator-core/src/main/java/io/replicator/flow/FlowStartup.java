package io.replicator.flow;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.cluster.UnavailableException;
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

    private final FlowSettings settings;
    private final FlowPorts ports;
    private final Calls calls;
    private final FlowCondition condition;
    private final FollowingPhase following;
    private final Retry retry = new Retry(BACKOFF);
    private Runnable step;
    private boolean isAsking;
    private Optional<Started> started = Optional.empty();

    /**
     * What the next phase begins with.
     *
     * @param ports what it works with
     * @param log the offset log, which was read
     * @param saved what it held
     */
    record Started(FlowPorts.Work ports, FlowLog log, SavedState saved) {}

    /** Makes the phase that follows. */
    interface FollowingPhase {
        Phase begin(Started started, long nowNanos);
    }

    FlowStartup(
            FlowSettings settings, FlowPorts ports, Calls calls, FlowCondition condition, FollowingPhase following) {
        this.settings = settings;
        this.ports = ports;
        this.calls = calls;
        this.condition = condition;
        this.following = following;
        this.step = this::reach;
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
        calls.clusters().ask("connect", nowNanos -> ports.reach(), (outcome, nowNanos) -> {
            if (hasSucceeded(outcome, nowNanos)) {
                FlowPorts.Reached reached = outcome.orThrow();
                FlowLog log = new FlowLog(ports.log(), calls.log(), reached::isSameTopic);
                step = () -> ensureTopics(reached, log);
            }
        });
    }

    private void ensureTopics(FlowPorts.Reached reached, FlowLog log) {
        log.ask(
                "make sure of the flow's own topics",
                (theLog, nowNanos) -> {
                    reached.ensureTopics(theLog);
                    return true;
                },
                (outcome, nowNanos) -> {
                    if (hasSucceeded(outcome, nowNanos)) {
                        // What it takes to join is made ready while it is read what was saved.
                        reached.prepareToJoin();
                        step = () -> read(reached, log);
                    }
                });
    }

    private void read(FlowPorts.Reached reached, FlowLog log) {
        log.ask(
                "read what was saved",
                (theLog, nowNanos) -> {
                    SavedState saved = theLog.load();
                    reached.join(saved, theLog);
                    return saved;
                },
                (outcome, nowNanos) -> {
                    if (hasSucceeded(outcome, nowNanos)) {
                        SavedState saved = outcome.orThrow();
                        LOG.info(
                                "saved progress read flow={} topic={} partitions={}",
                                settings.config().name(),
                                settings.config().offsetsTopic(),
                                saved.partitions().size());
                        started = Optional.of(new Started(reached.work(), log, saved));
                    }
                });
    }

    private boolean hasSucceeded(Outcome<?> outcome, long nowNanos) {
        isAsking = false;
        try {
            outcome.orThrow();
            retry.succeeded();
            condition.isWell(Trouble.CLUSTERS);
            return true;
        } catch (UnavailableException | OffsetLogException failure) {
            condition.trouble(Trouble.CLUSTERS, failure.getMessage(), nowNanos);
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
