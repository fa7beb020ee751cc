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
     * What other threads have left for this one: the part of a turn that needs no input. Asked between the last turn and the
     * wait, so that nothing is missed that came without a ring.
     *
     * @param nowNanos the time
     * @return how much was done; 0 when there was nothing
     */
    default int takeMail(long nowNanos) {
        return doWork(nowNanos);
    }

    /**
     * Waits until there may be work: input, a ring of the doorbell, or the time is up.
     *
     * @param nowNanos the time when the wait begins
     * @param mostNanos the longest wait
     */
    void await(long nowNanos, long mostNanos);

    /** Opens what the agent needs. Runs before the first turn. */
    default void onStart() {}

    /** Closes what was opened. Runs after the last turn, also when a turn threw. */
    default void onClose() {}
}
