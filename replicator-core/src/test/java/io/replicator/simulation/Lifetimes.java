package io.replicator.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * Lives lifetimes, each from its seed: {@code -Dsimulation.seed=N} lives one again, with {@code -Dsimulation.trace=true}
 * aloud; {@code -Dsimulation.lifetimes=N} lives more, {@code -Dsimulation.first=N} others, {@code -Dsimulation.threads=N}
 * several at a time.
 */
final class Lifetimes {
    private static final long TOLD_EVERY = 100_000;

    private Lifetimes() {}

    /**
     * @param usual how many, unless told otherwise
     * @param lifetime of a seed
     */
    static void live(int usual, LongConsumer lifetime) throws InterruptedException {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            lifetime.accept(seed);
            return;
        }
        long first = Long.getLong("simulation.first", 0);
        long end = first + Long.getLong("simulation.lifetimes", usual);
        AtomicLong next = new AtomicLong(first);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = Integer.getInteger(
                        "simulation.threads", Runtime.getRuntime().availableProcessors());
                i > 0;
                i--) {
            Thread thread = new Thread(() -> live(next, end, lifetime, failure), "lifetimes-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get().getMessage(), failure.get());
        }
    }

    private static void live(AtomicLong next, long end, LongConsumer lifetime, AtomicReference<Throwable> failure) {
        try {
            for (long seed = next.getAndIncrement();
                    seed < end && failure.get() == null;
                    seed = next.getAndIncrement()) {
                lifetime.accept(seed);
                if (seed % TOLD_EVERY == TOLD_EVERY - 1) {
                    System.out.println("lived up to seed " + seed);
                }
            }
        } catch (RuntimeException | AssertionError e) {
            failure.compareAndSet(null, e);
        }
    }
}
