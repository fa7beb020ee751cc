package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.cluster.KafkaCluster;
import io.replicator.config.FlowConfig;
import io.replicator.config.ReplicatorConfig;
import io.replicator.ownership.ConsumerGroupOwnership;
import io.replicator.ownership.Membership;
import io.replicator.positions.GroupsStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One flow, alive: its control plane's thread, the threads that make its calls, its lanes, and what they are connected to.
 * Starts and ends them; {@link FlowControl} decides, {@link FlowReport} says how it looks.
 */
public final class Flow implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flow.class);

    /**
     * Threads that wait for clusters may do so for long, each call its ten seconds, and a hand-over as long as it may drain. One
     * that has not come round in this time beyond that does not wait for anybody.
     */
    private static final long CALLS_STUCK_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** Beyond the drain timeout, for what is closed then. */
    private static final Duration CLOSE = Duration.ofSeconds(30);

    private final FlowConfig config;
    private final Duration drainTimeout;
    private final FlowCondition condition;
    private final FlowMail mail;
    private final CallThreads callThreads;
    private final RunningLanes lanes;
    private final FlowGroups groups;
    private final FlowConnections connections;
    private final FlowControl control;
    private final AgentThread thread;
    private final FlowReport report;

    private volatile boolean stopping;

    /**
     * @param config the flow
     * @param process the process that it is a part of
     */
    public Flow(FlowConfig config, ReplicatorConfig process) {
        this.config = config;
        this.drainTimeout = process.drainTimeout();
        this.condition = new FlowCondition(config.name());
        this.mail = new FlowMail();
        this.callThreads = new CallThreads(config.name(), mail.answers());
        int laneCount = Math.min(process.lanes(), config.shards());
        this.lanes = new RunningLanes(
                config,
                laneCount,
                process.memoryBytes() / process.flows().size(),
                () -> mail.commands().put(new FlowCommand.LookNow(new CompletableFuture<>())),
                mail.shards());
        this.groups = new FlowGroups(config, KafkaCluster::open, callThreads::positionsProgressed);
        Membership membership = Membership.of(process);
        this.connections = new FlowConnections(
                config,
                process.flows(),
                membership,
                mail.ownership(),
                new FlowConnections.Ports(
                        KafkaCluster::open, ConsumerGroupOwnership::new, TimeUnit.MILLISECONDS::sleep));
        FlowSettings settings = new FlowSettings(
                config,
                membership.instance(),
                laneCount,
                process.progressInterval(),
                drainTimeout,
                membership.sessionTimeout());
        this.report = new FlowReport(config, condition, lanes);
        this.control = control(settings);
        this.thread = new AgentThread(control, mail.doorbell(), this::died);
    }

    private FlowControl control(FlowSettings settings) {
        ControlMeans means = new ControlMeans(settings, callThreads.calls(), mail, condition, lanes, groups);
        FlowStartup startup =
                new FlowStartup(means, connections, (started, nowNanos) -> new FlowWork(means, started, nowNanos));
        return new FlowControl(
                "replicator-" + config.name() + "-control", mail, startup, condition, this::endThread, this::closeAll);
    }

    public String name() {
        return config.name();
    }

    public void start() {
        thread.start();
    }

    private void endThread() {
        thread.stop();
    }

    /** Nothing is written here any more when others get the shards. */
    private void closeAll() {
        lanes.close();
        try {
            connections.leave();
            condition.publishOwnedShards(Set.of());
            if (callThreads.close()) {
                groups.close();
                connections.close();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nobody has to change anything: whoever runs the process may start it again. */
    private void died(Throwable death) {
        if (death instanceof OutOfMemoryError) {
            condition.failed(
                    "out of memory: " + death.getMessage()
                            + "; lower memory, or give the JVM more (-XX:MaxDirectMemorySize for buffers, -Xmx for the heap)",
                    true);
        } else {
            LOG.error("the control plane failed flow={}", config.name(), death);
            condition.failed("internal error: " + death, true);
        }
    }

    /** Once a second, on the process's pulse. */
    public void pulse(long nowNanos) {
        report.pulse(nowNanos);
    }

    /** The flow as it looks now. Any thread. */
    public FlowStatus status() {
        return report.status(System.currentTimeMillis());
    }

    /** Consumer groups' positions as they were last looked at, if this instance looks after them. Any thread. */
    public GroupsStatus groups() {
        return groups.status();
    }

    /**
     * The threads that did not turn lately.
     *
     * @param stuckNanos how long ago a lane's thread, or the control thread, may have turned last
     */
    public List<String> stuckThreads(long stuckNanos) {
        List<String> stuck = new ArrayList<>(report.stuckLanes(stuckNanos));
        if (condition.state() != FlowState.RUNNING || stopping) {
            return stuck;
        }
        if (thread.nanosSinceLastTurn() > stuckNanos) {
            stuck.add(thread.name());
        }
        long patienceNanos = CALLS_STUCK_NANOS + drainTimeout.toNanos();
        stuck.addAll(callThreads.stuck(patienceNanos));
        connections
                .ownership()
                .filter(member -> member.nanosSinceLastTurn() > patienceNanos)
                .ifPresent(member -> stuck.add(member.name()));
        return stuck;
    }

    /** Asks the flow to end; returns at once. */
    public void stop() {
        if (!stopping) {
            stopping = true;
            mail.commands().put(new FlowCommand.Stop(new CompletableFuture<>()));
        }
    }

    /** Ends the flow in good order; waits for it. */
    @Override
    public void close() {
        stop();
        try {
            control.closed().get(drainTimeout.plus(CLOSE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            LOG.warn("{} has not ended within {} flow={}", thread.name(), drainTimeout.plus(CLOSE), config.name());
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread.close();
    }
}
