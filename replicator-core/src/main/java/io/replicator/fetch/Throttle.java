package io.replicator.fetch;

import java.util.concurrent.TimeUnit;

/**
 * A speed limit: what is received is owed and paid off with time. Nothing is fetched while more is owed than a tenth of a
 * second's worth. Belongs to the fetcher's thread, but for the limit.
 */
public final class Throttle {
    private static final double BURST_SECONDS = 0.1;
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile double bytesPerSecond;

    private double owedBytes;
    private long paidNanos;

    /**
     * @param bytesPerSecond {@link Double#POSITIVE_INFINITY} for none
     */
    public Throttle(double bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Any thread: the limit from now on. */
    public void limit(double newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    void spend(int bytes, long nowNanos) {
        pay(nowNanos);
        owedBytes += bytes;
    }

    boolean allows(long nowNanos) {
        pay(nowNanos);
        return owedBytes <= bytesPerSecond * BURST_SECONDS;
    }

    /** How long nothing may be fetched; {@link Long#MAX_VALUE} when it may be. */
    long waitNanos(long nowNanos) {
        if (allows(nowNanos)) {
            return Long.MAX_VALUE;
        }
        return (long) ((owedBytes / bytesPerSecond - BURST_SECONDS) * NANOS) + 1;
    }

    private void pay(long nowNanos) {
        double limit = bytesPerSecond;
        if (Double.isInfinite(limit)) {
            owedBytes = 0;
        } else {
            // Nothing owed, nothing to pay: the time of the first payment says nothing, for clocks begin anywhere.
            owedBytes = owedBytes == 0 ? 0 : Math.max(0, owedBytes - (nowNanos - paidNanos) / NANOS * limit);
        }
        paidNanos = nowNanos;
    }
}
