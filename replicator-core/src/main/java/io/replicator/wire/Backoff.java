package io.replicator.wire;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: it doubles with each failure up to a bound, give or take a fifth, so that many
 * who failed together do not come back together.
 */
public final class Backoff {
    private static final double JITTER = 0.2;
    private static final int MAX_DOUBLINGS = 30;

    private final long firstNanos;
    private final long mostNanos;
    private final RandomGenerator random;
    private int failures;

    /**
     * @param firstMillis after the first failure
     * @param mostMillis the bound
     * @param random chance
     */
    public Backoff(long firstMillis, long mostMillis, RandomGenerator random) {
        this.firstNanos = TimeUnit.MILLISECONDS.toNanos(firstMillis);
        this.mostNanos = TimeUnit.MILLISECONDS.toNanos(mostMillis);
        this.random = random;
    }

    /** It failed again: how long to wait. */
    public long nextNanos() {
        long base = Math.min(mostNanos, firstNanos << Math.min(failures, MAX_DOUBLINGS));
        if (base <= 0) {
            base = mostNanos;
        }
        failures++;
        return (long) (base * (1 + JITTER * (2 * random.nextDouble() - 1)));
    }

    /** It worked. */
    public void reset() {
        failures = 0;
    }

    public int failures() {
        return failures;
    }
}
