package io.replicator.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets shards go in good order: drained, saved, forgotten by the lane, and only then given to whoever waits for them. Control
 * thread.
 */
final class HandOvers implements ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(HandOvers.class);

    /** Of the drain timeout, for what is in flight; the rest must do for the last save. */
    private static final double DRAIN_SHARE = 2.0 / 3;

    private final String flow;
    private final long patienceNanos;
    private final Lanes lanes;
    private final ServedShards served;
    private final ProgressSaves saves;
    private final GroupPositions groups;
    private final List<HandOver> leaving = new ArrayList<>();

    /**
     * @param drainTimeout how long a shard may take to be handed over
     */
    HandOvers(
            String flow,
            Duration drainTimeout,
            Lanes lanes,
            ServedShards served,
            ProgressSaves saves,
            GroupPositions groups) {
        this.flow = flow;
        this.patienceNanos = (long) (drainTimeout.toNanos() * DRAIN_SHARE);
        this.lanes = lanes;
        this.served = served;
        this.saves = saves;
        this.groups = groups;
    }

    @Override
    public String name() {
        return "hand-overs";
    }

    /**
     * Begins to let shards go.
     *
     * @param after what happens when they were let go
     */
    void begin(Collection<Integer> shards, long nowNanos, Runnable after) {
        Map<Integer, CompletableFuture<Void>> released = new HashMap<>();
        for (int shard : shards) {
            if (served.serves(shard)) {
                released.put(shard, lanes.release(shard));
            } else {
                served.drop(shard);
            }
        }
        leaving.add(new HandOver(released, nowNanos + patienceNanos, shards.contains(OwnedShards.CONTROL), after));
    }

    boolean isEmpty() {
        return leaving.isEmpty();
    }

    /** Whether a shard is being let go. */
    boolean isLeaving(int shard) {
        return leaving.stream().anyMatch(handOver -> handOver.shards().contains(shard));
    }

    /** The shard was lost: it is dropped already. */
    void leaveOut(int shard) {
        leaving.forEach(handOver -> handOver.leaveOut(shard));
    }

    /** A lane is to be replaced: what it was letting go is let go. */
    void laneDied(int lane) {
        for (HandOver handOver : leaving) {
            for (int shard : handOver.shards()) {
                if (lanes.places().isIn(lane, shard)) {
                    handOver.leaveOut(shard);
                    served.drop(shard);
                }
            }
        }
    }

    @Override
    public long dueInNanos(long nowNanos) {
        long lastRound = saves.last().round();
        long next = Long.MAX_VALUE;
        for (HandOver handOver : leaving) {
            next = Math.min(next, handOver.isSaved(lastRound) ? 0 : handOver.dueInNanos(nowNanos));
        }
        return next;
    }

    @Override
    public int turn(long nowNanos) {
        ProgressSaves.Saved last = saves.last();
        for (HandOver handOver : List.copyOf(leaving)) {
            if (handOver.isSaved(last.round())) {
                finish(handOver, last, nowNanos);
            } else if (handOver.isDue(nowNanos)) {
                handOver.waitsFor(saves.ask());
            }
        }
        return 1;
    }

    private void finish(HandOver handOver, ProgressSaves.Saved saved, long nowNanos) {
        boolean isSaved = saved.isDurable()
                && handOver.shards().stream()
                        .noneMatch(shard -> lanes.places().has(shard)
                                && saved.silentLanes().contains(lanes.places().laneOf(shard)));
        // The next owner of a flow that delivers at least once would copy again what is not saved.
        boolean mustWait = !isSaved || (handOver.isOfControl() && !groups.isIdle());
        if (mustWait && handOver.retry(nowNanos)) {
            return;
        }
        if (!isSaved || !handOver.isDrained()) {
            LOG.warn(
                    "handed over before everything was acknowledged and saved: the next owner finds out what is"
                            + " there flow={} shards={} drained={} saved={}",
                    flow,
                    handOver.shards(),
                    handOver.isDrained(),
                    isSaved);
        }
        handOver.shards().forEach(served::drop);
        leaving.remove(handOver);
        handOver.end();
    }

    /** Nothing is written here any more: whoever waits for shards needs to wait no longer. */
    void end() {
        leaving.forEach(HandOver::end);
        leaving.clear();
    }
}
