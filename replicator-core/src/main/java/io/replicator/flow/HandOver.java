package io.replicator.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shards that are on their way out of their lanes: nothing more of them is fetched, what is in flight is waited
 * for, up to a deadline. Control thread; lanes complete the answers.
 */
final class HandOver {
    /** What could not be saved is tried again so soon. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Map<Integer, CompletableFuture<Void>> released;
    private final long deadlineNanos;
    private final Runnable after;
    private boolean isTried;
    private long retryNanos;

    /**
     * @param released each shard's answer of its lane
     * @param deadlineNanos when the wait is over, by {@link System#nanoTime}
     * @param after what happens when the shards were let go
     */
    HandOver(Map<Integer, CompletableFuture<Void>> released, long deadlineNanos, Runnable after) {
        this.released = new HashMap<>(released);
        this.deadlineNanos = deadlineNanos;
        this.after = after;
    }

    Set<Integer> shards() {
        return Set.copyOf(released.keySet());
    }

    /** When it is to be looked at although nobody rings. */
    long nextNanos() {
        return isTried && retryNanos - deadlineNanos < 0 ? retryNanos : deadlineNanos;
    }

    boolean isDrained() {
        return released.values().stream().allMatch(CompletableFuture::isDone);
    }

    boolean isDue(long nowNanos) {
        boolean isOver = nowNanos - deadlineNanos >= 0;
        return isOver || (isDrained() && (!isTried || nowNanos - retryNanos >= 0));
    }

    /** Everything was acknowledged, but not saved: whether there is time for another attempt, which is due a little later. */
    boolean mayWait(long nowNanos) {
        isTried = true;
        retryNanos = nowNanos + RETRY_NANOS;
        return nowNanos - deadlineNanos < 0;
    }

    /** The shard needs not be waited for: it was lost, or its lane is gone with all that was in flight. */
    void leaveOut(int shard) {
        released.remove(shard);
    }

    void end() {
        after.run();
    }
}
