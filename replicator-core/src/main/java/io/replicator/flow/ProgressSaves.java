package io.replicator.flow;

import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the progress of every shard that is served, in rounds: all lanes are asked what they have, and what they answered is
 * written to the offset log. A round comes with each interval, and when somebody asks for one.
 *
 * <p>Only the owner saves. Between the lanes' answers and the write a shard may be lost: so what is written is checked
 * against the shards' terms again, in the call that writes.
 */
final class ProgressSaves implements ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressSaves.class);

    /** A lane that has not answered by then is left out of the round. */
    private static final long COLLECT_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** After the process stood still, other instances' news has arrived by then. */
    private static final long MIN_HOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Settings settings;
    private final Lanes lanes;
    private final Copies copies;
    private final FlowLog log;
    private final ShardOwners owners;
    private final FlowCondition condition;

    /** Of the round that runs, or else of the last one. */
    private long round;

    private Stage stage = Stage.NONE;
    private boolean isWanted;
    private long dueNanos;
    private long heldUntilNanos;
    private long collectUntilNanos;
    private Saved last = new Saved(0, false, Set.of());

    private enum Stage {
        NONE,
        COLLECTING,
        WRITING
    }

    /**
     * @param flow its name
     * @param interval between rounds
     * @param sessionTimeout whoever stands still for longer may have lost everything
     * @param recordsWriters whether identities are anonymous, and go on record with the progress
     */
    record Settings(String flow, Duration interval, Duration sessionTimeout, boolean recordsWriters) {}

    /**
     * What became of a round.
     *
     * @param round its number
     * @param isDurable whether all that lanes said is
     * @param silentLanes those that did not say what they have
     */
    record Saved(long round, boolean isDurable, Set<Integer> silentLanes) {}

    ProgressSaves(
            Settings settings,
            Lanes lanes,
            Copies copies,
            FlowLog log,
            ShardOwners owners,
            FlowCondition condition,
            long nowNanos) {
        this.settings = settings;
        this.lanes = lanes;
        this.copies = copies;
        this.log = log;
        this.owners = owners;
        this.condition = condition;
        this.dueNanos = nowNanos + settings.interval().toNanos();
        this.heldUntilNanos = nowNanos;
    }

    @Override
    public String name() {
        return "progress";
    }

    /**
     * Asks for a round that begins after this call.
     *
     * @return its number; {@link #last} says when it is over
     */
    long ask() {
        isWanted = true;
        return round + 1;
    }

    /** The last round that is over. */
    Saved last() {
        return last;
    }

    /** The process stood still for longer than its session lasts: others are heard before anything is saved. */
    void hold(long nowNanos) {
        LOG.warn("stood still for longer than the session lasts flow={}", settings.flow());
        heldUntilNanos = nowNanos + Math.max(settings.interval().toNanos(), MIN_HOLD_NANOS);
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return switch (stage) {
            case NONE -> Math.max(isWanted ? 0 : dueNanos - nowNanos, heldUntilNanos - nowNanos);
            case COLLECTING -> lanes.hasAnswers() ? 0 : collectUntilNanos - nowNanos;
            case WRITING -> Long.MAX_VALUE;
        };
    }

    @Override
    public int turn(long nowNanos) {
        if (stage == Stage.NONE) {
            isWanted = false;
            round++;
            lanes.collect();
            collectUntilNanos = nowNanos + COLLECT_NANOS;
            stage = Stage.COLLECTING;
        }
        Optional<Lanes.Collected> collected = lanes.collected(nowNanos - collectUntilNanos >= 0);
        collected.ifPresent(found -> write(found, nowNanos));
        return collected.isPresent() ? 1 : 0;
    }

    private void write(Lanes.Collected collected, long askedNanos) {
        stage = Stage.WRITING;
        List<Progress> ours = collected.progress().stream()
                .filter(each -> copies.serves(each.writer().shard()) && copies.isCurrent(each))
                .toList();
        Map<Integer, Long> terms = new HashMap<>();
        ours.forEach(each -> terms.computeIfAbsent(each.writer().shard(), copies.terms()::of));
        log.askToSave(
                "save progress",
                (theLog, nowNanos) -> write(theLog, ours, terms, nowNanos - askedNanos),
                (outcome, nowNanos) -> saved(outcome, collected.silent(), nowNanos));
    }

    /** In the log's call. */
    private boolean write(OffsetLog theLog, List<Progress> ours, Map<Integer, Long> terms, long waitedNanos)
            throws InterruptedException {
        List<Progress> stillOurs = ours.stream()
                .filter(each -> copies.terms()
                        .isCurrent(
                                each.writer().shard(), terms.get(each.writer().shard())))
                .toList();
        if (waitedNanos > settings.sessionTimeout().toNanos()) {
            // The process may have stood still just now. Others are heard first; the next round writes it.
            theLog.keep(stillOurs);
            return false;
        }
        if (settings.recordsWriters()) {
            owners.recordWriters(theLog, stillOurs);
        }
        theLog.save(stillOurs);
        return true;
    }

    private void saved(Outcome<Boolean> outcome, Set<Integer> silent, long nowNanos) {
        boolean isDurable = false;
        try {
            isDurable = outcome.orThrow();
            condition.isWell(FlowCondition.Trouble.PROGRESS);
        } catch (OffsetLogException failure) {
            condition.trouble(FlowCondition.Trouble.PROGRESS, failure.getMessage(), nowNanos);
        }
        last = new Saved(round, isDurable, silent);
        stage = Stage.NONE;
        dueNanos = nowNanos + settings.interval().toNanos();
    }
}
