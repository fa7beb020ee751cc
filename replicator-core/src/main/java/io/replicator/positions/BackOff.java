package io.replicator.positions;

import java.util.concurrent.TimeUnit;

/** Something that was refused is tried again less and less often: another right is granted once in a while, not each second. */
final class BackOff {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MAX_DOUBLINGS = 5;

    private int failures;
    private long retryNanos;

    void failed(long nowNanos) {
        retryNanos = nowNanos + (FIRST_NANOS << Math.min(failures, MAX_DOUBLINGS));
        failures++;
    }

    void worked() {
        failures = 0;
    }

    /** Whether it may be tried. */
    boolean isOver(long nowNanos) {
        return failures == 0 || nowNanos - retryNanos >= 0;
    }
}
