package io.replicator.simulation;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** A clock that the simulation turns. Its nanoseconds begin anywhere, as {@link System#nanoTime} does. */
final class SimulatedTime implements Time {
    private static final long EPOCH_MILLIS = 1_790_000_000_000L;

    private final long originNanos;
    private long elapsedNanos;

    SimulatedTime(long originNanos) {
        this.originNanos = originNanos;
    }

    void advanceMillis(long millis) {
        elapsedNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    void advanceNanos(long nanos) {
        elapsedNanos += nanos;
    }

    long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
    }

    @Override
    public long milliseconds() {
        return EPOCH_MILLIS + elapsedMillis();
    }

    @Override
    public long nanoseconds() {
        return originNanos + elapsedNanos;
    }

    @Override
    public void sleep(long millis) {
        throw new IllegalStateException("nobody sleeps in a simulation");
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMillis) {
        throw new IllegalStateException("nobody waits in a simulation");
    }
}
