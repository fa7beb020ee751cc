package io.replicator.fetch;

import java.util.concurrent.TimeUnit;

/**
 * A rate limit. Received bytes are a debt that time pays off; no request is sent while the debt is larger than what the
 * limit allows in a tenth of a second. Fetcher's thread.
 */
public final class Throttle {
    private static final double BURST_SECONDS = 0.1;
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final double bytesPerSecond;
    private double owedBytes;
    private long paidNanos;

    /**
     * @param bytesPerSecond {@link Double#POSITIVE_INFINITY} for none
     */
    public Throttle(double bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    void spend(int bytes, long nowNanos) {
        pay(nowNanos);
        owedBytes += bytes;
    }

    boolean allows(long nowNanos) {
        pay(nowNanos);
        return owedBytes <= bytesPerSecond * BURST_SECONDS;
    }

    /** How long until a request may be sent; {@link Long#MAX_VALUE} when it may be now: then there is nothing to wait for. */
    long waitNanos(long nowNanos) {
        if (allows(nowNanos)) {
            return Long.MAX_VALUE;
        }
        return (long) ((owedBytes / bytesPerSecond - BURST_SECONDS) * NANOS) + 1;
    }

    private void pay(long nowNanos) {
        if (Double.isInfinite(bytesPerSecond)) {
            owedBytes = 0;
        } else {
            // Without a debt the time of the last payment does not matter; it may be unset, and clocks start at any
            // number.
            owedBytes = owedBytes == 0 ? 0 : Math.max(0, owedBytes - (nowNanos - paidNanos) / NANOS * bytesPerSecond);
        }
        paidNanos = nowNanos;
    }
}
