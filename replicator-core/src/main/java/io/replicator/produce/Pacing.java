package io.replicator.produce;

import io.replicator.agent.Backoff;

/**
 * When a window gets its turn again: whether it stands in a queue or waits for its next try, and the pauses after failures,
 * which double. Producer's thread.
 */
final class Pacing {
    private static final Backoff RETRY = Backoff.ofMillis(50, 2_000);
    private static final Backoff STOP = Backoff.ofMillis(1_000, 10_000);

    /** What gave its memory back is fetched again after a pause that doubles while nothing of it gets written. */
    private static final Backoff SHED = Backoff.ofMillis(500, 8_000);

    /** From here on the pause is the longest. */
    private static final int MAX_SHEDS = 4;

    private boolean isQueued;
    private boolean isRetrying;
    private long retryAtNanos;

    private int failures;

    /** Of the failures in a row, 0 when there is none or it was of another kind. */
    private long firstFailureNanos;

    /** How often in a row the window gave memory back without getting anything written. */
    private int sheds;

    private long progressNanos;

    /** @param nowNanos when the window was made */
    Pacing(long nowNanos) {
        this.progressNanos = nowNanos;
    }

    /** Whether it stands in the queue of a broker, or of the windows without a leader. */
    boolean isQueued() {
        return isQueued;
    }

    void queue() {
        isQueued = true;
    }

    void leaveQueue() {
        isQueued = false;
    }

    /** Whether it waits until {@link #retryAtNanos}. */
    boolean isRetrying() {
        return isRetrying;
    }

    long retryAtNanos() {
        return retryAtNanos;
    }

    void retryAt(long timeNanos) {
        isRetrying = true;
        retryAtNanos = timeNanos;
    }

    void endRetry() {
        isRetrying = false;
    }

    /** Something was written, or the recovery came to its end. */
    void progressed(long nowNanos) {
        progressNanos = nowNanos;
    }

    boolean hasProgressedSince(long forNanos, long nowNanos) {
        return nowNanos - progressNanos <= forNanos;
    }

    /** A batch was written: the failures before it are over. */
    void succeeded() {
        failures = 0;
        firstFailureNanos = 0;
        sheds = 0;
    }

    /** A batch must be sent again: how long to wait. */
    long nextRetryNanos(long nowNanos) {
        if (failures == 0 || firstFailureNanos == 0) {
            firstFailureNanos = nowNanos;
        }
        return nextResendNanos();
    }

    /** Whether batches have had to be sent again for so long. */
    boolean hasFailedFor(long forNanos, long nowNanos) {
        return nowNanos - firstFailureNanos > forNanos;
    }

    /** A batch was broken on its way: how long to wait before it is fetched again. */
    long nextResendNanos() {
        failures++;
        return RETRY.nanosAfter(failures);
    }

    /** Somebody has to change something first: how long to wait before it is tried again. */
    long nextStopNanos() {
        failures++;
        return STOP.nanosAfter(failures);
    }

    /** It gives memory back: how long to wait before it is fetched again. */
    long nextShedNanos() {
        long pauseNanos = SHED.nanosAfter(sheds + 1);
        sheds = Math.min(MAX_SHEDS, sheds + 1);
        return pauseNanos;
    }

    /** Whether it gave memory back since something of it was written. */
    boolean hasShed() {
        return sheds > 0;
    }

    void forgetSheds() {
        sheds = 0;
    }
}
