package io.replicator.produce;

import io.replicator.partition.Health;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Whether windows wait for their shard's transaction to go on, and what is reported of it. */
final class TransactionHealth {
    /** Trouble shorter than this is an election: it is not reported. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String cluster;
    private final int shard;

    /** Since when windows wait for it to go on, 0 when they do not. */
    private long heldUpNanos;

    /** What windows were told of it; {@code null} while there is nothing to be told. */
    private Health told;

    private long toldNanos;

    /** @param cluster the target's name */
    TransactionHealth(String cluster, int shard) {
        this.cluster = cluster;
        this.shard = shard;
    }

    /** Windows wait from now on, unless they do already. */
    void holdUp(long nowNanos) {
        if (heldUpNanos == 0) {
            heldUpNanos = nowNanos;
        }
    }

    /** Whether windows have waited for so long. */
    boolean isHeldUp(long nowNanos, long sinceNanos) {
        return heldUpNanos != 0 && nowNanos - heldUpNanos > sinceNanos;
    }

    /** Whether windows have waited for a while, and were not told a moment ago. */
    boolean mayTell(long nowNanos) {
        boolean isToldLately = toldNanos != 0 && nowNanos - toldNanos < TELL_AFTER_NANOS;
        return isHeldUp(nowNanos, TELL_AFTER_NANOS) && !isToldLately;
    }

    /** Why windows wait. One that has a reason of its own keeps it. */
    void tell(String why, List<PartitionWindow> waiting, long nowNanos) {
        toldNanos = nowNanos;
        Health before = told;
        told = TargetTrouble.noTransaction(cluster, shard, why);
        for (PartitionWindow window : waiting) {
            Health health = window.partition().targetHealth();
            boolean isFree = health.equals(Health.RUNNING) || health.equals(before);
            if (!window.isOver() && window.phase().isRecovered() && isFree) {
                window.partition().publishTargetHealthIfChanged(told);
            }
        }
    }

    /**
     * It went on.
     *
     * @return what was told and is to be taken back; {@code null} when nothing was
     */
    Health goOn() {
        Health before = told;
        heldUpNanos = 0;
        told = null;
        return before;
    }
}
