package io.replicator.flow;

import java.util.concurrent.TimeUnit;

/** How fast a count grows, over the last few seconds. One thread samples. */
final class Rate {
    private static final int SAMPLES = 6;

    private final long[] counts = new long[SAMPLES];
    private final long[] times = new long[SAMPLES];
    private int taken;

    /** Takes a sample; call it about once a second. */
    double sample(long count, long nowNanos) {
        int at = taken % SAMPLES;
        int oldest = taken < SAMPLES ? 0 : at;
        double perSecond = 0;
        if (taken > 0) {
            double seconds = (nowNanos - times[oldest]) / (double) TimeUnit.SECONDS.toNanos(1);
            perSecond = seconds <= 0 ? 0 : (count - counts[oldest]) / seconds;
        }
        counts[at] = count;
        times[at] = nowNanos;
        taken++;
        return Math.max(0, perSecond);
    }
}
