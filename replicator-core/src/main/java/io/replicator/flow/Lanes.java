package io.replicator.flow;

import io.replicator.lane.ControlledLane;
import io.replicator.offsets.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A flow's lanes as its control plane keeps them: which one serves which shard, and what they were asked. Control thread. */
final class Lanes {
    private final LaneFactory factory;
    private final Runnable wake;
    private final List<ControlledLane> lanes = new ArrayList<>();

    /** The next partition number of each lane. */
    private final int[] nextLaneIndexes;

    private final LaneAssignment places;

    /** Lanes that were asked what they have to save and have not answered yet. */
    private final Map<ControlledLane, CompletableFuture<List<Progress>>> asked = new LinkedHashMap<>();

    /** Those of them that an earlier collection asked: their answer lacks what came since. */
    private final List<ControlledLane> late = new ArrayList<>();

    private final List<Progress> collected = new ArrayList<>();

    /**
     * Makes and starts all lanes.
     *
     * @param wake wakes the control thread when a lane has answered; any thread
     */
    Lanes(LaneFactory factory, int count, Runnable wake) {
        this.factory = factory;
        this.wake = wake;
        this.nextLaneIndexes = new int[count];
        this.places = new LaneAssignment(count);
        for (int number = 0; number < count; number++) {
            lanes.add(factory.start(number));
        }
    }

    /** Which lane serves which shard. */
    LaneAssignment places() {
        return places;
    }

    ControlledLane lane(int number) {
        return lanes.get(number);
    }

    /** The lane that serves a shard. */
    ControlledLane laneOf(int shard) {
        return lanes.get(places.laneOf(shard));
    }

    int nextLaneIndex(int lane) {
        return nextLaneIndexes[lane]++;
    }

    /** The first lane that died, if one did. */
    Optional<ControlledLane> dead() {
        return lanes.stream().filter(lane -> lane.death().isPresent()).findFirst();
    }

    /** Puts a new lane in the place of a dead one that was ended, without partitions. */
    void replace(ControlledLane dead) {
        asked.remove(dead);
        late.remove(dead);
        nextLaneIndexes[dead.number()] = 0;
        lanes.set(dead.number(), factory.start(dead.number()));
    }

    /**
     * What lanes have to save.
     *
     * @param progress of all that answered
     * @param silent the lanes that did not say all that they had when they were asked: what they serve is not saved with this
     */
    record Collected(List<Progress> progress, Set<Integer> silent) {}

    /**
     * Asks all lanes what they have to save. One that has not answered the last question is asked no second one until it does:
     * its answer, which nobody else will ever get, is taken when it comes, and is old then.
     */
    void collect() {
        late.clear();
        late.addAll(asked.keySet());
        for (ControlledLane lane : lanes) {
            asked.computeIfAbsent(lane, this::ask);
        }
    }

    private CompletableFuture<List<Progress>> ask(ControlledLane lane) {
        return waking(lane.collect());
    }

    /** Releases a shard from its lane, as {@link ControlledLane#release}. */
    CompletableFuture<Void> release(int shard) {
        return waking(laneOf(shard).release(shard));
    }

    private <T> CompletableFuture<T> waking(CompletableFuture<T> answer) {
        return answer.whenComplete((value, failure) -> wake.run());
    }

    /** Whether there is something for {@link #collected} to take. */
    boolean hasAnswers() {
        return asked.isEmpty() || asked.values().stream().anyMatch(CompletableFuture::isDone);
    }

    /**
     * What lanes answered, all of it once.
     *
     * @param isTimeUp whether those that have not answered are not waited for any longer
     * @return nothing while a lane is waited for
     */
    Optional<Collected> collected(boolean isTimeUp) {
        for (ControlledLane lane : List.copyOf(asked.keySet())) {
            take(lane);
        }
        if (!asked.isEmpty() && !isTimeUp) {
            return Optional.empty();
        }
        Set<Integer> silent =
                asked.keySet().stream().map(ControlledLane::number).collect(Collectors.toSet());
        Collected all = new Collected(List.copyOf(collected), silent);
        collected.clear();
        return Optional.of(all);
    }

    private void take(ControlledLane lane) {
        if (asked.get(lane).isDone()) {
            collected.addAll(asked.remove(lane).join());
            if (late.remove(lane)) {
                asked.put(lane, ask(lane));
            }
        }
    }

    /** Stops fetching; answered when nothing is on its way any more. */
    CompletableFuture<Void> drain() {
        lanes.forEach(ControlledLane::stopFetching);
        return waking(CompletableFuture.allOf(
                lanes.stream().map(ControlledLane::drain).toArray(CompletableFuture[]::new)));
    }
}
