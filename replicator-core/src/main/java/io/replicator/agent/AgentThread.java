package io.replicator.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The thread of one agent: starts it, turns it, lets it wait when there is nothing to do, and closes it.
 *
 * <p>When the agent throws, the thread closes it, passes the exception to {@code onDeath} and ends.
 */
public final class AgentThread implements AutoCloseable {
    /** An idle agent takes a turn this often, to look at its deadlines. */
    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A thread that has not ended this long after it was asked to is reported with its stack. */
    private static final long STOP_TIMEOUT_MILLIS = 10_000;

    private final Agent agent;
    private final Doorbell doorbell;
    private final Consumer<Throwable> onDeath;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Written by the agent's thread, read by any. */
    private volatile long lastTurnNanos = System.nanoTime();

    private volatile boolean stopping;

    /**
     * @param agent what the thread does
     * @param doorbell wakes the agent
     * @param onDeath receives, on the agent's thread, what the agent threw
     */
    public AgentThread(Agent agent, Doorbell doorbell, Consumer<Throwable> onDeath) {
        this.agent = agent;
        this.doorbell = doorbell;
        this.onDeath = onDeath;
        this.thread = new Thread(this::run, agent.name());
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    public String name() {
        return agent.name();
    }

    /** How long ago the agent's last turn began; 0 for one that has ended. */
    public long nanosSinceLastTurn() {
        return hasEnded() ? 0 : System.nanoTime() - lastTurnNanos;
    }

    /** Whether the agent is closed and its thread has finished. */
    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    private void run() {
        try {
            try {
                agent.onStart();
                turnUntilStopped();
            } finally {
                agent.onClose();
            }
        } catch (Throwable death) {
            onDeath.accept(death);
        } finally {
            ended.countDown();
        }
    }

    private void turnUntilStopped() {
        while (!stopping) {
            long nowNanos = System.nanoTime();
            lastTurnNanos = nowNanos;
            if (agent.doWork(nowNanos) == 0) {
                waitForWork();
            }
        }
    }

    private void waitForWork() {
        doorbell.expectRing();
        long nowNanos = System.nanoTime();
        if (!stopping && agent.takeMail(nowNanos) == 0) {
            agent.await(nowNanos, MAX_WAIT_NANOS);
        }
        doorbell.answer();
    }

    /** Asks the agent to end after its turn; returns at once. */
    public void stop() {
        stopping = true;
        doorbell.ring();
    }

    /**
     * Ends the agent after its turn and waits for it.
     *
     * @throws IllegalStateException with the thread's stack, when it does not end
     */
    @Override
    public void close() {
        stop();
        try {
            if (!ended.await(STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
                IllegalStateException stuck = new IllegalStateException(
                        agent.name() + " did not stop within " + STOP_TIMEOUT_MILLIS + " ms; its stack follows");
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
