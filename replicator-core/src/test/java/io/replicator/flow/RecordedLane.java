package io.replicator.flow;

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

/** A lane that copies nothing and takes note of what the control plane asks of it. It answers at once, or when it is told to. */
public final class RecordedLane implements ControlledLane {
    public final List<String> asked = new ArrayList<>();

    private final int number;
    private final List<Runnable> held = new ArrayList<>();
    private boolean isHolding;
    private Optional<Throwable> death = Optional.empty();

    public RecordedLane(int number) {
        this.number = number;
    }

    /** From now on nothing that takes time is answered before {@link #answer}. */
    void hold() {
        isHolding = true;
    }

    void die() {
        death = Optional.of(new IllegalStateException("a planted death"));
    }

    /** A lane with the same number takes its place, which is this object too. */
    void revive() {
        death = Optional.empty();
    }

    /** Answers what was asked since {@link #hold}, and holds nothing any more. */
    void answer() {
        isHolding = false;
        held.forEach(Runnable::run);
        held.clear();
    }

    private <T> CompletableFuture<T> answer(T value) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (isHolding) {
            held.add(() -> answer.complete(value));
        } else {
            answer.complete(value);
        }
        return answer;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public Optional<Throwable> death() {
        return death;
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
        asked.add("finish " + laneIndex);
        return answer(true);
    }

    @Override
    public void remove(int laneIndex) {
        asked.add("remove " + laneIndex);
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        asked.add("registered " + grant.producerId() + " of " + producerIds);
    }

    @Override
    public CompletableFuture<Void> release(int shard) {
        asked.add("release " + shard);
        return answer(null);
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
        return answer(null);
    }
}
