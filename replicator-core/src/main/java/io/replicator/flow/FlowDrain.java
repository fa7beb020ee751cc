package io.replicator.flow;

import io.replicator.config.Delivery;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last phase: nothing is fetched any more, what is in flight is waited for, all progress is saved once more, and positions
 * of groups that are being written are waited for, all within the drain timeout. What happens to shards is still heard, so that
 * nothing is saved of one that is lost. Control thread.
 */
final class FlowDrain implements Phase {
    private static final Logger LOG = LoggerFactory.getLogger(FlowDrain.class);

    /** The longest that the last save takes. */
    private static final Duration SAVE = Duration.ofSeconds(10);

    private final FlowSettings settings;
    private final ProgressSaves saves;
    private final LongToIntFunction hear;
    private final BooleanSupplier groupsAreIdle;
    private final CompletableFuture<Void> drained;
    private final long drainUntilNanos;
    private final long untilNanos;
    private final long beganNanos;
    private OptionalLong round = OptionalLong.empty();

    /**
     * @param hear hears what happened to shards
     * @param groupsAreIdle whether no position of a group is being written any more: another instance may do so next
     */
    FlowDrain(
            FlowSettings settings,
            Lanes lanes,
            ProgressSaves saves,
            LongToIntFunction hear,
            BooleanSupplier groupsAreIdle,
            long nowNanos) {
        this.settings = settings;
        this.saves = saves;
        this.hear = hear;
        this.groupsAreIdle = groupsAreIdle;
        long timeoutNanos = settings.drainTimeout().toNanos();
        // The timeout covers both: what is left of it must do for the last save.
        this.drainUntilNanos = nowNanos + timeoutNanos - Math.min(SAVE.toNanos(), timeoutNanos / 3);
        this.untilNanos = nowNanos + timeoutNanos;
        this.beganNanos = nowNanos;
        this.drained = lanes.drain();
    }

    @Override
    public int turn(long nowNanos) {
        int work = hear.applyAsInt(nowNanos);
        if (round.isEmpty() && (drained.isDone() || nowNanos - drainUntilNanos >= 0)) {
            round = OptionalLong.of(saves.ask());
            work++;
        }
        if (saves.dueInNanos(nowNanos) <= 0) {
            work += saves.turn(nowNanos);
        }
        return work;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        long nextNanos = round.isPresent() ? untilNanos : drainUntilNanos;
        return Math.max(0, Math.min(nextNanos - nowNanos, saves.dueInNanos(nowNanos)));
    }

    private boolean isSaved() {
        return round.isPresent() && saves.last().round() - round.getAsLong() >= 0;
    }

    @Override
    public Phase next(long nowNanos) {
        boolean isComplete = isSaved() && groupsAreIdle.getAsBoolean();
        if (!isComplete && nowNanos - untilNanos < 0) {
            return this;
        }
        boolean isDrained = drained.isDone();
        if (!isDrained) {
            LOG.warn(
                    "stopped before everything in flight was acknowledged: {} flow={} waitedMillis={}",
                    settings.config().delivery() == Delivery.AT_LEAST_ONCE
                            ? "it may be copied twice"
                            : "the next start finds out what of it is on the target",
                    settings.config().name(),
                    TimeUnit.NANOSECONDS.toMillis(nowNanos - beganNanos));
        }
        LOG.info("stopped flow={} drained={}", settings.config().name(), isDrained);
        return OVER;
    }

    @Override
    public Phase stopping(long nowNanos) {
        return this;
    }
}
