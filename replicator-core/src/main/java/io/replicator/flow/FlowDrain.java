package io.replicator.flow;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
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
    private final long saveUntilNanos;
    private final long groupsUntilNanos;
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
        this.saveUntilNanos = drainUntilNanos + SAVE.toNanos();
        this.groupsUntilNanos = nowNanos + timeoutNanos;
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
        long untilNanos = drainUntilNanos;
        if (round.isPresent()) {
            untilNanos = isSaved() ? groupsUntilNanos : saveUntilNanos;
        }
        return Math.max(0, Math.min(untilNanos - nowNanos, saves.dueInNanos(nowNanos)));
    }

    private boolean isSaved() {
        return round.isPresent() && saves.last().round() - round.getAsLong() >= 0;
    }

    @Override
    public Phase next(long nowNanos) {
        boolean waitsForSave = !isSaved() && nowNanos - saveUntilNanos < 0;
        boolean waitsForGroups = !groupsAreIdle.getAsBoolean() && nowNanos - groupsUntilNanos < 0;
        if (waitsForSave || waitsForGroups) {
            return this;
        }
        boolean isDrained = drained.isDone();
        if (!isDrained) {
            LOG.warn(
                    "stopped before everything in flight was acknowledged: it may be copied twice flow={} waited={}",
                    settings.config().name(),
                    settings.drainTimeout());
        }
        LOG.info("stopped flow={} drained={}", settings.config().name(), isDrained);
        return OVER;
    }

    @Override
    public Phase stopping(long nowNanos) {
        return this;
    }
}
