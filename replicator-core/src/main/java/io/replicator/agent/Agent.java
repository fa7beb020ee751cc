package io.replicator.agent;

/**
 * What one thread does, in short turns. It never starts threads, sleeps, or asks the system clock; all of its methods run
 * on the one thread, so its fields need no guard.
 */
public interface Agent {
    /** For thread names and messages; constant. */
    String name();

    /**
     * One short turn.
     *
     * @param nowNanos the time, as {@link System#nanoTime} counts it
     * @return how much was done; 0 when there was nothing to do, so that the thread may wait
     */
    int doWork(long nowNanos);

    /**
     * Takes what other threads have left for this one: the part of a turn that needs no input. Called between the last turn
     * and the wait, so that a message is not missed that was put before the agent expected a ring.
     *
     * @param nowNanos the time
     * @return how much was done; 0 when there was nothing
     */
    default int takeMail(long nowNanos) {
        return doWork(nowNanos);
    }

    /**
     * Waits until there may be work: input arrived, the doorbell rang, or the time is up.
     *
     * @param nowNanos the time when the wait begins
     * @param maxNanos the longest wait
     */
    void await(long nowNanos, long maxNanos);

    /** Opens what the agent needs. Runs before the first turn. */
    default void onStart() {}

    /** Closes what {@link #onStart} opened. Runs after the last turn, also when a turn threw. */
    default void onClose() {}
}
