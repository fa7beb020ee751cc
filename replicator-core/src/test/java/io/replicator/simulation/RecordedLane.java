package io.replicator.simulation;

import io.replicator.delivery.Grant;
import io.replicator.lane.ControlledLane;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.partition.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** A lane that copies nothing and takes note of what the control plane asks of it. */
final class RecordedLane implements ControlledLane {
    final List<String> asked = new ArrayList<>();

    @Override
    public int number() {
        return 0;
    }

    @Override
    public Optional<Throwable> death() {
        return Optional.empty();
    }

    @Override
    public void add(int laneIndex, Partition partition, OffsetMap map) {
        asked.add("add " + partition.source() + " at " + map.position());
    }

    @Override
    public void targetEndsAt(int laneIndex, long offset) {}

    @Override
    public void skip(int laneIndex, long from, long offset) {
        asked.add("skip");
    }

    @Override
    public void rewind(int laneIndex, long from, long offset, LongConsumer onRewound) {
        asked.add("rewind");
    }

    @Override
    public CompletableFuture<Boolean> finish(int laneIndex) {
        asked.add("finish");
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void remove(int laneIndex) {
        asked.add("remove");
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        asked.add("registered " + grant.producerId() + " of " + producerIds);
    }

    @Override
    public CompletableFuture<Void> release(int shard) {
        asked.add("release " + shard);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void forget(int shard) {
        asked.add("forget " + shard);
    }

    @Override
    public CompletableFuture<List<Progress>> collect() {
        asked.add("collect");
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void stopFetching() {
        asked.add("stop");
    }

    @Override
    public CompletableFuture<Void> drain() {
        asked.add("drain");
        return CompletableFuture.completedFuture(null);
    }
}
