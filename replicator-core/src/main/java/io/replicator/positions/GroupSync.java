package io.replicator.positions;

import io.replicator.agent.Backoff;
import io.replicator.agent.LogOnce;
import io.replicator.agent.Retry;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.offsets.OffsetLogException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the positions of consumer groups on the target up to date, while this instance owns shard 0. It has no thread and
 * reads no clock: whoever owns it calls {@link #turn} when that is due. A turn blocks while it waits for a cluster, so that
 * it needs a thread that may block. Turns run one at a time, on any thread; each thread must see what the one before it
 * wrote. Any thread may read {@link #status}.
 */
public final class GroupSync implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSync.class);

    private static final Backoff RETRIES = Backoff.ofMillis(1_000, 30_000);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    /** If a round takes longer than the interval, the next one starts after this part of the interval. */
    private static final int MIN_REST = 4;

    private final FlowConfig flow;
    private final ClusterOpener clusters;
    private final Duration timeout;
    private final Supplier<WrittenBefore> before;
    private final Supplier<PositionListener> listeners;
    private final Runnable alive;
    private final Retry retry = new Retry(RETRIES);
    private final LogOnce trouble = LogOnce.repeatedEvery(LOG_INTERVAL);

    private Cluster source;
    private Cluster target;
    private FlowPositions positions;
    private GroupRound round;
    private PositionListener listener = PositionListener.NONE;

    private boolean hasRun;
    private boolean isRoundOver;
    private boolean hasFailed;
    private long startNanos;
    private long nextNanos;

    private volatile GroupsStatus status = GroupsStatus.NONE;
    private volatile boolean isClosing;

    /**
     * @param clusters opens both clusters, during the first turn; the sync closes them
     * @param timeout of each call to a cluster
     * @param before opens the memory of what earlier starts of the flow wrote, during the first turn
     * @param listeners opens the listener of the rounds, during the first turn and before {@code before}
     * @param alive called from time to time during a long turn
     */
    public GroupSync(
            FlowConfig flow,
            ClusterOpener clusters,
            Duration timeout,
            Supplier<WrittenBefore> before,
            Supplier<PositionListener> listeners,
            Runnable alive) {
        this.flow = flow;
        this.clusters = clusters;
        this.timeout = timeout;
        this.before = before;
        this.listeners = listeners;
        this.alive = alive;
    }

    /** Whether a flow has anything to do here. */
    public static boolean isWanted(PositionsConfig positions) {
        MirrorMakerConfig records = positions.mirrorMaker();
        return positions.groups().sync() || records.offsetSyncs() || records.checkpoints() || records.heartbeats();
    }

    /** The name of its clients, as the brokers' logs and quotas show it. */
    private static String clientId(FlowConfig flow) {
        return "replicator-" + flow.name() + "-positions";
    }

    /**
     * Does what is due: a round, or what the listener does between rounds. A failure of a cluster is logged and shown in the
     * status, and the turn is repeated later.
     *
     * @param nowNanos the time, as the process counts it
     * @param nowMillis the same in milliseconds since 1970
     * @return when the next turn is due, as the process counts time
     * @throws InterruptedException when the calling thread was interrupted; nothing but {@link #close} may be called then
     */
    public long turn(long nowNanos, long nowMillis) throws InterruptedException {
        RoundTime now = new RoundTime(nowNanos, nowMillis);
        if (isRoundOver) {
            schedule(nowNanos);
        }
        long listenerNanos = listener.turn(now);
        if (hasRun && nowNanos - nextNanos < 0) {
            return nextNanos - listenerNanos < 0 ? nextNanos : listenerNanos;
        }
        hasRun = true;
        startNanos = nowNanos;
        hasFailed = !round(now);
        isRoundOver = true;
        return nowNanos; // The next turn shows when this round ended, and from that follows when the next one is due.
    }

    /** The first turn after a round: the round ended at the latest now. */
    private void schedule(long nowNanos) {
        isRoundOver = false;
        if (hasFailed) {
            nextNanos = nowNanos + retry.failed(nowNanos);
        } else {
            retry.succeeded();
            long intervalNanos = flow.positions().groups().interval().toNanos();
            nextNanos = Math.max(startNanos + intervalNanos, nowNanos + intervalNanos / MIN_REST);
        }
    }

    /** One round, now; false when it failed. */
    private boolean round(RoundTime now) throws InterruptedException {
        try {
            open();
            round.run(positions, now);
            List<GroupPosition> report = round.report();
            listener.round(positions, report, now);
            status = new GroupsStatus(report, round.notice(), now.millis());
            trouble.end();
            return true;
        } catch (UnavailableException | RefusedException failure) {
            fail(failure.getMessage(), now.nanos());
        } catch (OffsetLogException failure) {
            fail(failure.getMessage(), now.nanos());
            if (!failure.isTransient()) {
                closePositions();
            }
        } catch (RuntimeException bug) {
            if (!isClosing) {
                LOG.error("groups' positions could not be kept up to date flow={}", flow.name(), bug);
                fail("internal error: " + bug, now.nanos());
                closePositions();
            }
        }
        return false;
    }

    private void fail(String message, long nowNanos) {
        status = new GroupsStatus(status.positions(), message, status.lookedAtMillis());
        if (trouble.observe(message, nowNanos)) {
            LOG.warn("{}; trying again flow={}", message, flow.name());
        }
    }

    private void open() throws InterruptedException {
        if (source == null) {
            source = clusters.open(flow.source(), clientId(flow), timeout);
        }
        if (target == null) {
            target = clusters.open(flow.target(), clientId(flow), timeout);
        }
        if (positions == null) {
            positions = FlowPositions.open(flow, target, timeout);
        }
        if (round == null) {
            // Kept until the sync is closed: it knows what it wrote.
            listener = listeners.get();
            round = new GroupRound(flow, source, target, before.get().read(), alive);
        }
    }

    private void closePositions() {
        if (positions != null) {
            positions.close();
            positions = null;
        }
    }

    /** The groups as they were after the last round. Any thread. */
    public GroupsStatus status() {
        return status;
    }

    /** Says that the sync is about to be closed: what a turn fails with from now on is no bug. Any thread. */
    public void closing() {
        isClosing = true;
    }

    /** Frees the clients. Not during a turn. */
    @Override
    public void close() {
        Thread.interrupted(); // Clients that are closed by an interrupted thread would not close all they have.
        try {
            listener.close();
        } finally {
            try {
                closePositions();
            } finally {
                closeClusters();
            }
        }
    }

    private void closeClusters() {
        try {
            if (target != null) {
                target.close();
            }
        } finally {
            if (source != null) {
                source.close();
            }
        }
    }
}
