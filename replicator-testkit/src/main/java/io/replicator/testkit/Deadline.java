package io.replicator.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A point in time until which a condition is asked for again and again. */
final class Deadline {
    private static final long TURN_NANOS = Duration.ofMillis(20).toNanos();

    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    static Deadline after(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Waits for the condition, and throws with this message when time runs out first. */
    void await(BooleanSupplier condition, Supplier<String> message) {
        while (!condition.getAsBoolean()) {
            if (isOver()) {
                throw new IllegalStateException(message.get());
            }
            pause();
        }
    }

    /** One short wait between two questions. */
    static void pause() {
        LockSupport.parkNanos(TURN_NANOS);
        if (Thread.interrupted()) {
            throw Interruption.of(new InterruptedException());
        }
    }
}
