package io.replicator.benchmarks.daemon;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a time limit. */
public final class Await {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Await() {}

    /** Checks the condition until it is true; fails with the message when the time is over. */
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

    /** Lets time pass, where the duration itself matters, as that of an outage. */
    public static void time(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNanos && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(endNanos - System.nanoTime());
        }
    }
}
