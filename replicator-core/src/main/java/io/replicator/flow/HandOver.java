package io.replicator.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shards that are on their way out of their lanes: nothing more of them is fetched, what is in flight is waited
 * for, up to a deadline; then a round of {@link ProgressSaves} that began after that. Control thread; lanes complete the
 * answers.
 */
final class HandOver {
    /** What could not be saved is tried again so soon. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Map<Integer, CompletableFuture<Void>> released;
    private final long deadlineNanos;
    private final boolean isOfControl;
    private final Runnable after;
    private boolean isTried;
    private long retryNanos;
    private OptionalLong round = OptionalLong.empty();

    /**
     * @param released each shard's answer of its lane
     * @param deadlineNanos when the wait is over
     * @param isOfControl whether shard 0 is among them
     * @param after what happens when the shards were let go
     */
    HandOver(Map<Integer, CompletableFuture<Void>> released, long deadlineNanos, boolean isOfControl, Runnable after) {
        this.released = new HashMap<>(released);
        this.deadlineNanos = deadlineNanos;
        this.isOfControl = isOfControl;
        this.after = after;
    }

    Set<Integer> shards() {
        return Set.copyOf(released.keySet());
    }

    /** Whether shard 0 is among them. */
    boolean isOfControl() {
        return isOfControl;
    }

    /** How long until it is to be looked at although nobody rings. */
    long dueInNanos(long nowNanos) {
        if (round.isPresent()) {
            return Long.MAX_VALUE;
        }
        if (isDrained()) {
            return isTried ? Math.min(retryNanos - nowNanos, deadlineNanos - nowNanos) : 0;
        }
        return deadlineNanos - nowNanos;
    }

    boolean isDrained() {
        return released.values().stream().allMatch(CompletableFuture::isDone);
    }

    /** Whether what was copied of it is to be saved now, for the last time. */
    boolean isDue(long nowNanos) {
        return dueInNanos(nowNanos) <= 0;
    }

    /** The round of saves that it waits for. */
    void waitsFor(long newRound) {
        round = OptionalLong.of(newRound);
    }

    /** Whether the round that it waits for is over. */
    boolean isSaved(long lastRound) {
        return round.isPresent() && lastRound - round.getAsLong() >= 0;
    }

    /**
     * The round did not save everything: another attempt is due a little later, if there is time.
     *
     * @return whether there is
     */
    boolean retry(long nowNanos) {
        round = OptionalLong.empty();
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
