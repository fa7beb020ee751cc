package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;

/**
 * When a transaction of a shard is committed: whichever comes first.
 *
 * @param interval after it was opened
 * @param maxBytes that were written in it; a single batch may be larger
 */
public record TransactionBounds(Duration interval, long maxBytes) {
    private static final Duration MIN_INTERVAL = Duration.ofMillis(1);

    /** Well below the time after which the target aborts a transaction by itself. */
    private static final Duration MAX_INTERVAL = Duration.ofSeconds(10);

    /** What flows have that do not say otherwise. */
    public static final TransactionBounds DEFAULT = new TransactionBounds(Duration.ofMillis(100), 64L << 20);

    public TransactionBounds {
        Require.that(
                interval.compareTo(MIN_INTERVAL) >= 0 && interval.compareTo(MAX_INTERVAL) <= 0,
                "transaction.interval",
                interval,
                "must be 1 ms to 10 s");
        Require.that(maxBytes >= 1, "transaction.max-bytes", maxBytes, "must be at least 1");
    }
}
