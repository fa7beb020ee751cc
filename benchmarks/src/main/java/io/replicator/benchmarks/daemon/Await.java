package io.replicator.benchmarks.daemon;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for something to become true, not for ever. */
public final class Await {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Await() {}

    /** Looks again and again until it is true; when the time is over, fails with the words. */
    public static void until(Duration patience, BooleanSupplier condition, Supplier<String> words) {
        long startNanos = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNanos > patience.toNanos()) {
                throw new IllegalStateException("after " + patience.toSeconds() + " s: " + words.get());
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted: " + words.get());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Lets time pass, where the time itself is what is wanted: a trouble that lasts. */
    public static void time(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNanos && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(endNanos - System.nanoTime());
        }
    }
}
