package io.replicator.agent;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: the wait doubles with each failure in a row, up to a maximum. Immutable, so that
 * one constant serves many {@link Retry retries}.
 *
 * <p>With jitter, each wait is up to a fifth shorter or longer, so that callers that failed together do not return
 * together.
 */
public final class Backoff {
    private static final double JITTER = 0.2;

    private final long firstNanos;
    private final long maxNanos;
    private final Optional<RandomGenerator> jitter;

    private Backoff(long firstNanos, long maxNanos, Optional<RandomGenerator> jitter) {
        if (firstNanos < 1 || maxNanos < firstNanos) {
            throw new IllegalArgumentException("a wait of first " + firstNanos + " and at most " + maxNanos + " ns");
        }
        this.firstNanos = firstNanos;
        this.maxNanos = maxNanos;
        this.jitter = jitter;
    }

    /**
     * @param firstMillis the wait after the first failure
     * @param maxMillis the longest wait, before jitter
     */
    public static Backoff ofMillis(long firstMillis, long maxMillis) {
        return new Backoff(
                TimeUnit.MILLISECONDS.toNanos(firstMillis), TimeUnit.MILLISECONDS.toNanos(maxMillis), Optional.empty());
    }

    /**
     * The same waits with jitter.
     *
     * @param random used on the thread that asks for the wait
     */
    public Backoff withJitter(RandomGenerator random) {
        return new Backoff(firstNanos, maxNanos, Optional.of(random));
    }

    /**
     * How long to wait after so many failures in a row.
     *
     * @param failures at least 1
     */
    public long nanosAfter(int failures) {
        int doublings = failures - 1;
        // Compared by shifting down, which cannot overflow.
        long nanos =
                doublings >= Long.SIZE - 1 || firstNanos > maxNanos >> doublings ? maxNanos : firstNanos << doublings;
        return jitter.isEmpty()
                ? nanos
                : (long) (nanos * (1 + JITTER * (2 * jitter.get().nextDouble() - 1)));
    }
}
