package io.replicator.flow;

import java.util.concurrent.TimeUnit;

/**
 * A shard that another instance took although it is assigned to this one: one of the two is mistaken, until the
 * group coordinator has told it. The pause between attempts doubles, so that not even two that are both told the same
 * would fight.
 *
 * @param pauseNanos before the next look
 * @param lookAtNanos when that is, by {@link System#nanoTime}
 */
record FencedShard(long pauseNanos, long lookAtNanos) {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Who was left alone for so long has nobody to fight with. */
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(10);

    static FencedShard first(long nowNanos) {
        return new FencedShard(FIRST_PAUSE_NANOS, nowNanos + FIRST_PAUSE_NANOS);
    }

    FencedShard next(long nowNanos) {
        long pause = Math.min(MAX_PAUSE_NANOS, 2 * pauseNanos);
        return new FencedShard(pause, nowNanos + pause);
    }

    /** Fenced once more, some time after it was taken back; that was last looked at when this pause was over. */
    FencedShard again(long nowNanos) {
        return nowNanos - lookAtNanos > FORGOTTEN_NANOS ? first(nowNanos) : next(nowNanos);
    }

    boolean isDue(long nowNanos) {
        return nowNanos - lookAtNanos >= 0;
    }
}
