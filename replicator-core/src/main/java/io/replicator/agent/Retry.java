package io.replicator.agent;

/**
 * One thing that is attempted until it succeeds: how often it failed in a row, and when the next attempt is due. One
 * thread.
 */
public final class Retry {
    private final Backoff backoff;
    private int failures;
    private boolean isWaiting;
    private long dueNanos;

    /**
     * @param backoff the waits between the attempts
     */
    public Retry(Backoff backoff) {
        this.backoff = backoff;
    }

    /**
     * An attempt failed: counts it and waits.
     *
     * @param nowNanos the time
     * @return how long to wait
     */
    public long failed(long nowNanos) {
        failures++;
        long waitNanos = backoff.nanosAfter(failures);
        postpone(nowNanos + waitNanos);
        return waitNanos;
    }

    /** Waits until then, without a failure. */
    public void postpone(long untilNanos) {
        isWaiting = true;
        dueNanos = untilNanos;
    }

    /** The next attempt is due at once; the failures still count. */
    public void hasten() {
        isWaiting = false;
    }

    /** An attempt succeeded: the next one is due at once, and the next failure is a first one. */
    public void succeeded() {
        failures = 0;
        isWaiting = false;
    }

    /** Whether an attempt may be made now. */
    public boolean isDue(long nowNanos) {
        return !isWaiting || nowNanos - dueNanos >= 0;
    }

    /** How long until an attempt may be made; 0 when it may be made now. */
    public long untilDueNanos(long nowNanos) {
        return isWaiting ? Math.max(0, dueNanos - nowNanos) : 0;
    }

    /** How often it failed since it last succeeded. */
    public int failures() {
        return failures;
    }
}
