package io.replicator.positions;

import io.replicator.cluster.KafkaCluster;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link GroupSync} on a thread of its own, while this instance owns shard 0. */
public final class GroupSyncThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSyncThread.class);

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);

    /** The thread is interrupted, and then has only clients to close. */
    private static final long CLOSE_MILLIS = 2_000;

    private final FlowConfig flow;
    private final Supplier<WrittenBefore> before;
    private final Supplier<PositionListener> listeners;

    // Written by the flow's control thread.
    private volatile Term term;

    /**
     * @param before opens the memory of what earlier starts of the flow wrote, on the sync's thread
     * @param listeners opens the listener of the rounds, on the sync's thread
     */
    public GroupSyncThread(FlowConfig flow, Supplier<WrittenBefore> before, Supplier<PositionListener> listeners) {
        this.flow = flow;
        this.before = before;
        this.listeners = listeners;
    }

    /** The flow's control thread: whether this instance owns shard 0 from now on. Returns at once. */
    public void own(boolean isOwner) {
        Term now = term;
        if (!isOwner && now != null) {
            now.stop();
            term = null;
        } else if (isOwner && now == null && GroupSync.isWanted(flow.positions())) {
            term = new Term();
            term.thread.start();
        }
    }

    /** The groups as they were after the last round. Any thread. */
    public GroupsStatus status() {
        Term now = term;
        return now == null ? GroupsStatus.NONE : now.status();
    }

    /** How long ago the thread last made progress; 0 when there is none. */
    public long nanosSinceLastTurn() {
        Term now = term;
        return now == null || now.ended.getCount() == 0 ? 0 : System.nanoTime() - now.turnedNanos;
    }

    /** The name of the thread. */
    public String name() {
        return GroupSync.clientId(flow);
    }

    /** Ends the thread, and waits a moment for it. */
    @Override
    public void close() {
        Term last = term;
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

    /** One term of owning shard 0. */
    private final class Term {
        private final Thread thread = new Thread(this::run, name());
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CountDownLatch stop = new CountDownLatch(1);
        private final GroupSync sync =
                new GroupSync(flow, KafkaCluster::open, CALL_TIMEOUT, before, listeners, this::turned);

        // Written by the sync's thread.
        private volatile long turnedNanos = System.nanoTime();
        private volatile String death = "";

        Term() {
            thread.setDaemon(true);
        }

        GroupsStatus status() {
            GroupsStatus last = sync.status();
            return death.isEmpty() ? last : new GroupsStatus(last.positions(), death, last.lookedAtMillis());
        }

        void stop() {
            sync.closing();
            stop.countDown();
            thread.interrupt();
        }

        private void run() {
            try (sync) {
                long waitNanos = 0;
                while (!stop.await(waitNanos, TimeUnit.NANOSECONDS)) {
                    turned();
                    long dueNanos = sync.turn(System.nanoTime(), System.currentTimeMillis());
                    waitNanos = Math.max(0, dueNanos - System.nanoTime());
                }
            } catch (InterruptedException over) {
                LOG.debug("interrupted flow={}", flow.name());
            } catch (Throwable failure) {
                LOG.error("groups' positions are no longer kept up to date flow={}", flow.name(), failure);
                death = "internal error: " + failure + "; start the daemon again";
            } finally {
                ended.countDown();
            }
        }

        private void turned() {
            turnedNanos = System.nanoTime();
        }
    }
}
