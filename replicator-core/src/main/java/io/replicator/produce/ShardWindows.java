package io.replicator.produce;

import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The windows of one shard, and what all of them are told. */
final class ShardWindows {
    /** Windows may be thousands: what all of a shard's are to know is said no more often than this. */
    private static final long TELL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Windows windows;
    private final WindowSchedule schedule;
    private final ProducerIdentity identity;
    private boolean isTold;
    private long toldNanos;

    ShardWindows(Windows windows, WindowSchedule schedule, ProducerIdentity identity) {
        this.windows = windows;
        this.schedule = schedule;
        this.identity = identity;
    }

    /** Those that are not over, as they are now. */
    List<PartitionWindow> alive() {
        List<PartitionWindow> alive = new ArrayList<>();
        for (PartitionWindow window : windows) {
            if (window.identity() == identity && !window.isOver()) {
                alive.add(window);
            }
        }
        return alive;
    }

    /** Whether they may be told something now, which is then taken as told. */
    boolean takeTurnToTell(long nowNanos) {
        if (isTold && nowNanos - toldNanos < TELL_INTERVAL_NANOS) {
            return false;
        }
        isTold = true;
        toldNanos = nowNanos;
        return true;
    }

    /** Why they wait. */
    void tell(Health health) {
        for (PartitionWindow window : windows) {
            if (window.identity() == identity) {
                window.partition().publishTargetHealthIfChanged(health);
                schedule.goOn(window);
            }
        }
    }

    /** The window may be written under the grant that has come. */
    void goOn(PartitionWindow window, long nowNanos) {
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        schedule.fetchNow(window, nowNanos);
        schedule.goOn(window);
    }

    /**
     * They are written no more.
     *
     * @param why for a person
     * @return how many there were
     */
    int end(Function<PartitionWindow, Health> why, long nowNanos) {
        List<PartitionWindow> ended = alive();
        for (PartitionWindow window : ended) {
            window.end();
            window.partition().publishTargetHealth(why.apply(window));
            schedule.park(window, nowNanos);
        }
        return ended.size();
    }
}
