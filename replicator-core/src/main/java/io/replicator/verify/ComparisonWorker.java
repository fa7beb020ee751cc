package io.replicator.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;

/** Compares partitions, several at a time, until the queue is empty. One thread, which ends early when it is interrupted. */
final class ComparisonWorker implements Callable<Void> {
    /** Enough to keep a fetch busy, few enough for small heaps. */
    private static final int PARTITIONS_AT_ONCE = 16;

    private static final Duration WAIT = Duration.ofMillis(50);

    private final Queue<PartitionComparison> waiting;
    private final LogReader source;
    private final LogReader target;
    private final List<PartitionComparison> active = new ArrayList<>();

    ComparisonWorker(Queue<PartitionComparison> waiting, LogReader source, LogReader target) {
        this.waiting = waiting;
        this.source = source;
        this.target = target;
    }

    @Override
    public Void call() throws InterruptedException {
        takeMore();
        while (!active.isEmpty()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            source.poll(WAIT, System.nanoTime());
            target.poll(WAIT, System.nanoTime());
            if (active.removeIf(ComparisonWorker::isDone)) {
                takeMore();
            }
        }
        return null;
    }

    private static boolean isDone(PartitionComparison comparison) {
        boolean isDone = comparison.advance();
        if (isDone) {
            comparison.close();
        }
        return isDone;
    }

    private void takeMore() throws InterruptedException {
        while (active.size() < PARTITIONS_AT_ONCE) {
            PartitionComparison next = waiting.poll();
            if (next == null) {
                break;
            }
            active.add(next);
        }
        source.follow(active.stream().map(PartitionComparison::source).toList(), System.nanoTime());
        target.follow(active.stream().map(PartitionComparison::target).toList(), System.nanoTime());
    }
}
