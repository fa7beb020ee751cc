package io.replicator.flow;

import io.replicator.lane.ControlledLane;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces lanes that died: waits for their threads, and lets a new lane continue where their maps end. Control thread. */
final class LaneRevival implements ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(LaneRevival.class);

    private final String flow;
    private final Lanes lanes;
    private final LaneFactory factory;
    private final CallQueue queue;
    private final HandOvers handOvers;
    private final GrantRecords grants;
    private final Copies copies;
    private boolean isAsking;

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
        return !isAsking && lanes.dead().isPresent() ? 0 : Long.MAX_VALUE;
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
                    (outcome, now) -> revive(outcome.orThrow()));
        });
        return dead.isPresent() ? 1 : 0;
    }

    private void revive(ControlledLane ended) {
        isAsking = false;
        handOvers.laneDied(ended.number());
        grants.laneDied(ended.number());
        lanes.replace(ended);
        copies.reassign(ended.number());
    }
}
