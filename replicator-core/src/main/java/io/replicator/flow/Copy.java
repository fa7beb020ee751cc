package io.replicator.flow;

import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Partition;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * One partition that the flow copies: what the stages share of it, its map, and the lane that serves it.
 *
 * @param partition what the stages share
 * @param map the producer's while the lane lives
 * @param lane the lane's number
 * @param laneIndex the partition's number within the lane, -1 when no lane serves it
 */
record Copy(Partition partition, OffsetMap map, int lane, int laneIndex) {
    private static final int NOT_SERVED = -1;

    /** A copy that no lane serves yet. */
    static Copy unserved(Partition partition, OffsetMap map, int lane) {
        return new Copy(partition, map, lane, NOT_SERVED);
    }

    /** Whether a lane serves it. */
    boolean isServed() {
        return laneIndex != NOT_SERVED;
    }

    /** The same, but taken from its lane. */
    Copy withoutLane() {
        return new Copy(partition, map, lane, NOT_SERVED);
    }

    /** After its lane died: a copy that continues where the map ends. */
    Copy continued() {
        // What the dead lane had handed out to be saved died with it.
        map.markAllUnsaved();
        Partition next = new Partition(
                partition.source(),
                partition.sourceTopicId(),
                partition.targetTopic(),
                partition.targetTopicId(),
                partition.shard(),
                map.position(),
                map.targetEnd(),
                partition.targetMaxBatchBytes());
        next.publishSource(partition.sourceStart(), partition.sourceEnd());
        next.publishLeaderEpochs(partition.leaderEpochs());
        next.continueCounts(partition.recreations(), partition.gapRecords(), partition.truncatedRecords());
        return unserved(next, map, lane);
    }

    /** Hands it to its lane. */
    Copy serve(Lanes lanes) {
        int index = lanes.nextLaneIndex(lane);
        lanes.lane(lane).add(index, partition, map);
        return new Copy(partition, map, lane, index);
    }

    /** Copies it no longer, if a lane does. */
    void remove(Lanes lanes) {
        if (isServed()) {
            lanes.lane(lane).remove(laneIndex);
        }
    }

    /** As {@link io.replicator.lane.ControlledLane#finish}. */
    CompletableFuture<Boolean> finish(Lanes lanes) {
        return lanes.lane(lane).finish(laneIndex);
    }

    void skip(Lanes lanes, long from, long offset) {
        lanes.lane(lane).skip(laneIndex, from, offset);
    }

    void rewind(Lanes lanes, long from, long offset, LongConsumer onRewound) {
        lanes.lane(lane).rewind(laneIndex, from, offset, onRewound);
    }

    void targetEndsAt(Lanes lanes, long offset) {
        lanes.lane(lane).targetEndsAt(laneIndex, offset);
    }
}
