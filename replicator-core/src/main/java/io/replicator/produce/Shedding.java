package io.replicator.produce;

import io.replicator.agent.Doorbell;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back when the fetcher wants some: partitions that get nothing written drop what they have not sent, and are
 * fetched again after a pause. The source's log is the buffer.
 */
final class Shedding {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Windows windows;
    private final WindowSchedule schedule;
    private final RequestSender sender;
    private final Doorbell fetcherBell;
    private boolean hasShed;
    private long lastNanos;

    /** @param fetcherBell wakes a fetcher that waits for memory */
    Shedding(Windows windows, WindowSchedule schedule, RequestSender sender, Doorbell fetcherBell) {
        this.windows = windows;
        this.schedule = schedule;
        this.sender = sender;
        this.fetcherBell = fetcherBell;
    }

    /**
     * Memory is scarce.
     *
     * @return how many partitions gave some back
     */
    int shed(long nowNanos) {
        if (hasShed && nowNanos - lastNanos < INTERVAL_NANOS) {
            return 0;
        }
        hasShed = true;
        lastNanos = nowNanos;
        int shed = 0;
        for (PartitionWindow window : windows) {
            if (!window.isOver() && window.hasUnsent() && sender.isBlocked(window, nowNanos)) {
                long offset = window.dropUnsent();
                schedule.restart(window, offset, nowNanos + window.pacing().nextShedNanos());
                window.inflight().detachWaiting();
                shed++;
            }
        }
        if (shed > 0) {
            fetcherBell.ring();
        }
        return shed;
    }
}
