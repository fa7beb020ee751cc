package io.replicator.flow;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.lane.ControlledLane;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces lanes that died: waits for their threads, and lets a new lane continue where their maps end. Lanes that die again
 * and again are replaced after growing pauses. Control thread.
 */
final class LaneRevival implements ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(LaneRevival.class);

    private static final Backoff BACKOFF = Backoff.ofMillis(100, 5_000);

    /** A lane that lived for so long after another one was replaced died of something else. */
    private static final long CALM_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String flow;
    private final Lanes lanes;
    private final LaneFactory factory;
    private final CallQueue queue;
    private final HandOvers handOvers;
    private final GrantRecords grants;
    private final Copies copies;
    private final Retry retry = new Retry(BACKOFF);
    private boolean isAsking;
    private long revivedNanos;

    /**
     * @param factory ends lanes, in calls of the queue
     */
    LaneRevival(
            String flow,
            Lanes lanes,
            LaneFactory factory,
            CallQueue queue,
            HandOvers handOvers,
            GrantRecords grants,
            Copies copies) {
        this.flow = flow;
        this.lanes = lanes;
        this.factory = factory;
        this.queue = queue;
        this.handOvers = handOvers;
        this.grants = grants;
        this.copies = copies;
    }

    @Override
    public String name() {
        return "lanes";
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return !isAsking && lanes.dead().isPresent() ? retry.untilDueNanos(nowNanos) : Long.MAX_VALUE;
    }

    @Override
    public int turn(long nowNanos) {
        Optional<ControlledLane> dead = lanes.dead();
        dead.ifPresent(lane -> {
            LOG.error(
                    "a lane failed and is restarted flow={} lane={}",
                    flow,
                    lane.number(),
                    lane.death().orElseThrow());
            isAsking = true;
            queue.ask(
                    "end a lane",
                    now -> {
                        factory.end(lane);
                        return lane;
                    },
                    (outcome, now) -> revive(outcome.orThrow(), now));
        });
        return dead.isPresent() ? 1 : 0;
    }

    private void revive(ControlledLane ended, long nowNanos) {
        isAsking = false;
        if (nowNanos - revivedNanos > CALM_NANOS) {
            retry.succeeded();
        }
        revivedNanos = nowNanos;
        retry.failed(nowNanos);
        handOvers.laneDied(ended.number());
        grants.laneDied(ended.number());
        lanes.replace(ended);
        copies.reassign(ended.number());
    }
}
