package io.replicator.positions;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.offsets.OffsetLogException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps consumer groups' positions on the target fresh, on a thread of its own with clients of its own: it waits for
 * nobody, and nobody for it. Runs on the instance that owns shard 0, as long as it does.
 */
public final class GroupSync implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSync.class);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long MAX_RETRY_MILLIS = 30_000;
    private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** After a round that took longer than the interval this part of the interval is left to the clusters. */
    private static final int MIN_REST = 4;

    /** The thread is interrupted, and then has only clients to close. */
    private static final long CLOSE_MILLIS = 2_000;

    private final FlowConfig flow;
    private final Supplier<WrittenBefore> before;
    private final Supplier<PositionListener> listeners;

    // Written by the flow's control thread.
    private volatile Life life;

    /**
     * @param before opens the memory of what earlier lives wrote, on the sync thread
     * @param listeners opens who is told of rounds, on the sync thread
     */
    public GroupSync(FlowConfig flow, Supplier<WrittenBefore> before, Supplier<PositionListener> listeners) {
        this.flow = flow;
        this.before = before;
        this.listeners = listeners;
    }

    /** Whether a flow has anything to do here. */
    public static boolean isWanted(PositionsConfig positions) {
        MirrorMakerConfig records = positions.mirrorMaker();
        return positions.groups().sync() || records.offsetSyncs() || records.checkpoints() || records.heartbeats();
    }

    /** The flow's control thread: whether this instance looks after the groups from now on. Returns at once. */
    public void own(boolean isOwner) {
        Life now = life;
        if (!isOwner && now != null) {
            now.stop();
            life = null;
        } else if (isOwner && now == null && isWanted(flow.positions())) {
            life = new Life();
            life.thread.start();
        }
    }

    /** The groups as they were last looked at. Any thread. */
    public GroupsStatus status() {
        Life now = life;
        return now == null ? GroupsStatus.NONE : now.status;
    }

    /** How long ago the thread last got on with its work; 0 when it has none. */
    public long nanosSinceLastTurn() {
        Life now = life;
        return now == null || now.ended.getCount() == 0 ? 0 : System.nanoTime() - now.turnedNanos;
    }

    /** The thread's. */
    public String name() {
        return "replicator-" + flow.name() + "-positions";
    }

    /** Ends the thread, and waits a moment for it. */
    @Override
    public void close() {
        Life last = life;
        own(false);
        if (last == null) {
            return;
        }
        try {
            if (!last.ended.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("{} did not stop within {} ms flow={}", name(), CLOSE_MILLIS, flow.name());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One time of owning the groups. */
    private final class Life {
        private final Thread thread = new Thread(this::run, name());
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CountDownLatch stop = new CountDownLatch(1);
        private volatile boolean stopping;

        // Written by the sync thread.
        private volatile long turnedNanos = System.nanoTime();
        private volatile GroupsStatus status = GroupsStatus.NONE;

        /** Said in the log once, and again from time to time. */
        private String toldTrouble = "";

        private long toldNanos;

        Life() {
            thread.setDaemon(true);
        }

        void stop() {
            stopping = true;
            stop.countDown();
            thread.interrupt();
        }

        private void run() {
            try (Clients clients = new Clients()) {
                follow(clients);
            } catch (InterruptedException over) {
                LOG.debug("interrupted flow={}", flow.name());
            } catch (Throwable death) {
                LOG.error("groups' positions are no longer kept fresh flow={}", flow.name(), death);
                status = new GroupsStatus(
                        status.positions(),
                        "internal error: " + death + "; start the daemon again",
                        status.lookedAtMillis());
            } finally {
                ended.countDown();
            }
        }

        private void follow(Clients clients) throws InterruptedException {
            long retryMillis = FIRST_RETRY_MILLIS;
            while (!stopping) {
                long startNanos = System.nanoTime();
                turned();
                if (turn(clients, startNanos)) {
                    retryMillis = FIRST_RETRY_MILLIS;
                    long intervalNanos = flow.positions().groups().interval().toNanos();
                    long nextNanos = Math.max(startNanos + intervalNanos, System.nanoTime() + intervalNanos / MIN_REST);
                    waitUntil(nextNanos, clients.listener);
                } else {
                    waitUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(retryMillis), clients.listener);
                    retryMillis = Math.min(MAX_RETRY_MILLIS, 2 * retryMillis);
                }
            }
        }

        /** One round; false when a cluster would not have it. */
        private boolean turn(Clients clients, long nowNanos) throws InterruptedException {
            try {
                clients.open(this::turned);
                clients.round.run(clients.positions, nowNanos);
                List<GroupPosition> told = clients.round.told();
                clients.listener.round(clients.positions, told);
                status = new GroupsStatus(told, clients.round.notice(), System.currentTimeMillis());
                toldTrouble = "";
                return true;
            } catch (UnavailableException | RefusedException failure) {
                trouble(failure.getMessage());
            } catch (OffsetLogException failure) {
                trouble(failure.getMessage());
                if (!failure.isTransient()) {
                    clients.closePositions();
                }
            } catch (RuntimeException bug) {
                if (!stopping) {
                    LOG.error("groups' positions could not be kept fresh flow={}", flow.name(), bug);
                    trouble("internal error: " + bug);
                    clients.closePositions();
                }
            }
            return false;
        }

        private void trouble(String message) {
            status = new GroupsStatus(status.positions(), message, status.lookedAtMillis());
            long nowNanos = System.nanoTime();
            if (!message.equals(toldTrouble) || nowNanos - toldNanos > REPEAT_NANOS) {
                LOG.warn("{}; trying again flow={}", message, flow.name());
                toldTrouble = message;
                toldNanos = nowNanos;
            }
        }

        private void waitUntil(long nextNanos, PositionListener told) throws InterruptedException {
            long nowNanos;
            do {
                long turnNanos = told.turn(System.nanoTime());
                nowNanos = System.nanoTime();
                long waitNanos = Math.min(nextNanos - nowNanos, turnNanos - nowNanos);
                if (stop.await(Math.max(0, waitNanos), TimeUnit.NANOSECONDS)) {
                    return;
                }
                turned();
                nowNanos = System.nanoTime();
            } while (nextNanos - nowNanos > 0);
        }

        private void turned() {
            turnedNanos = System.nanoTime();
        }
    }

    /** What one life talks to the clusters with, opened as they can be reached. The sync thread's. */
    private final class Clients implements AutoCloseable {
        private ClusterGroups source;
        private ClusterGroups target;
        private FlowPositions positions;
        private GroupRound round;
        private PositionListener listener = PositionListener.NONE;

        void open(Runnable alive) throws InterruptedException {
            if (source == null) {
                source = new ClusterGroups(ClusterAdmin.open(flow.source(), name(), CALL_TIMEOUT));
            }
            if (target == null) {
                target = new ClusterGroups(ClusterAdmin.open(flow.target(), name(), CALL_TIMEOUT));
            }
            if (positions == null) {
                positions = FlowPositions.open(flow, CALL_TIMEOUT);
            }
            if (round == null) {
                // Kept for as long as the life lasts: it knows what was written.
                PositionListener opened = listeners.get();
                listener = opened;
                round = new GroupRound(flow, source, target, before.get().read(), alive);
            }
        }

        void closePositions() {
            if (positions != null) {
                positions.close();
                positions = null;
            }
        }

        @Override
        public void close() {
            Thread.interrupted(); // What is closed would take it for its own end, and leave the rest open.
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
}
