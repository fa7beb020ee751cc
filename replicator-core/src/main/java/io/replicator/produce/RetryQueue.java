package io.replicator.produce;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The windows that wait before they try again. Thousands may wait: they are looked at when the first of them is due. */
final class RetryQueue {
    private final List<PartitionWindow> waiting = new ArrayList<>();

    /** When the first of them is due. */
    private long dueNanos;

    /** The window tries again, not before a time. */
    void add(PartitionWindow window, long notBeforeNanos) {
        boolean isWaiting = window.pacing().isRetrying();
        window.pacing().retryAt(notBeforeNanos);
        if (isWaiting) {
            lookAt(notBeforeNanos);
        } else {
            wait(window);
        }
    }

    private void wait(PartitionWindow window) {
        long timeNanos = window.pacing().retryAtNanos();
        if (waiting.isEmpty()) {
            dueNanos = timeNanos;
        }
        lookAt(timeNanos);
        waiting.add(window);
    }

    private void lookAt(long timeNanos) {
        if (timeNanos - dueNanos < 0) {
            dueNanos = timeNanos;
        }
    }

    /** How long the thread may wait before the first window is due. */
    long waitNanos(long mostNanos, long nowNanos) {
        return waiting.isEmpty() ? mostNanos : Math.min(mostNanos, dueNanos - nowNanos);
    }

    /**
     * Takes the windows that are due.
     *
     * @return how many there were
     */
    int drain(Consumer<PartitionWindow> due, long nowNanos) {
        if (waiting.isEmpty() || nowNanos - dueNanos < 0) {
            return 0;
        }
        List<PartitionWindow> all = List.copyOf(waiting);
        List<PartitionWindow> ready = new ArrayList<>();
        waiting.clear();
        for (PartitionWindow window : all) {
            if (nowNanos - window.pacing().retryAtNanos() >= 0) {
                ready.add(window);
            } else {
                wait(window);
            }
        }
        for (PartitionWindow window : ready) {
            window.pacing().endRetry();
            due.accept(window);
        }
        return ready.size();
    }
}
