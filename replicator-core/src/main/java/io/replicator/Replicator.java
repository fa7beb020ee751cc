package io.replicator;

import io.replicator.config.ReplicatorConfig;
import io.replicator.flow.Flow;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link ReplicatorConfig}: start, look, close. All that most callers need. Safe for use by any thread. */
public final class Replicator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);

    private static final long PULSE_MILLIS = 1_000;

    /** A lane's thread whose last turn is longer ago is stuck: turns take milliseconds, waits a tenth of a second. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ReplicatorConfig config;
    private final List<Flow> flows = new ArrayList<>();
    private final ScheduledExecutorService pulse;
    private ScheduledFuture<?> beating;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Replicator(ReplicatorConfig config) {
        this.config = config;
        config.flows().forEach(flow -> flows.add(new Flow(flow, config)));
        this.pulse = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "replicator-pulse");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts every flow's threads and returns at once; unreachable clusters are waited for.
     *
     * @param config what to run
     */
    public static Replicator start(ReplicatorConfig config) {
        Replicator replicator = new Replicator(config);
        replicator.flows.forEach(Flow::start);
        replicator.beating = replicator.pulse.scheduleAtFixedRate(
                replicator::beat, PULSE_MILLIS, PULSE_MILLIS, TimeUnit.MILLISECONDS);
        return replicator;
    }

    private void beat() {
        long nowNanos = System.nanoTime();
        for (Flow flow : flows) {
            try {
                flow.pulse(nowNanos);
            } catch (RuntimeException bug) {
                LOG.error("the pulse failed flow={}", flow.name(), bug);
            }
        }
    }

    public ReplicatorConfig config() {
        return config;
    }

    /** Every flow as it looks now, in the configuration's order. */
    public List<FlowStatus> flows() {
        return flows.stream().map(Flow::status).toList();
    }

    /**
     * A flow's consumer groups as they were last looked at; nothing of them where another instance looks after them.
     *
     * @return empty when there is no flow of that name
     */
    public Optional<GroupsStatus> groups(String flow) {
        return flows.stream()
                .filter(each -> each.name().equals(flow))
                .findFirst()
                .map(Flow::groups);
    }

    /**
     * Whether every thread of the engine turned lately.
     *
     * @return the names of those that did not, empty when all is well
     */
    public List<String> stuckThreads() {
        return flows.stream()
                .flatMap(flow -> flow.stuckThreads(STUCK_NANOS).stream())
                .toList();
    }

    /**
     * Ends in good order: stops fetching, waits up to the drain timeout for what is in flight, saves progress, closes.
     * Calling it again does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        flows.forEach(Flow::stop);
        RuntimeException failure = null;
        for (Flow flow : flows) {
            try {
                flow.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        beating.cancel(false);
        pulse.shutdown();
        if (failure != null) {
            throw failure;
        }
    }
}
