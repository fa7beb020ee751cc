package io.replicator.simulation;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.UnavailableException;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.ownership.ShardOwnership;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** One instance's membership, as the simulated group coordinator keeps it. */
final class SimulatedOwnership implements ShardOwnership {
    private final OwnershipEvents events;
    private final SimulatedProcess process;
    private final Faults faults;
    private final IntPredicate isOwner;

    /** What the instance was told that it has, and not told that it has not. */
    private final Set<Integer> held = new TreeSet<>();

    private boolean isMember;
    private boolean hasLeft;

    /** @param isOwner whether the coordinator takes this instance for the owner of a shard */
    SimulatedOwnership(OwnershipEvents events, SimulatedProcess process, Faults faults, IntPredicate isOwner) {
        this.events = events;
        this.process = process;
        this.faults = faults;
        this.isOwner = isOwner;
    }

    @Override
    public void start() {
        // There is nothing to prepare.
    }

    @Override
    public void join() {
        process.step();
        if (!isMember) {
            isMember = true;
            events.assigned(Set.copyOf(held));
        }
    }

    boolean isMember() {
        return isMember && !hasLeft && !process.isDead();
    }

    boolean holds(int shard) {
        return held.contains(shard);
    }

    Set<Integer> held() {
        return held;
    }

    /** The coordinator gives a shard; one that was taken away without a word is lost first. */
    void assign(int shard) {
        if (isMember && held.contains(shard)) {
            events.lost(Set.of(shard));
        }
        held.add(shard);
        if (isMember) {
            events.assigned(Set.of(shard));
        }
    }

    /** The coordinator says that a shard is another's by now. */
    void lose(int shard) {
        if (held.remove(shard) && isMember) {
            events.lost(Set.of(shard));
        }
    }

    /** The coordinator has waited long enough for a shard that it took back. */
    void giveUp(int shard) {
        events.lost(Set.of(shard));
    }

    /** The coordinator takes a shard back, and waits. */
    CompletableFuture<Void> revoke(int shard) {
        CompletableFuture<Void> letGo = new CompletableFuture<>();
        if (held.remove(shard) && isMember) {
            events.revoked(Set.of(shard), letGo);
        } else {
            letGo.complete(null);
        }
        return letGo;
    }

    @Override
    public void leave() {
        hasLeft = true;
    }

    @Override
    public Set<Integer> confirmed(Set<Integer> shards) {
        process.step();
        if (faults.strike(10)) {
            throw new UnavailableException(
                    UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, "the coordinator does not answer");
        }
        return shards.stream()
                .filter(shard -> held.contains(shard) && isOwner.test(shard))
                .collect(Collectors.toSet());
    }

    @Override
    public long nanosSinceLastTurn() {
        return 0;
    }

    @Override
    public String name() {
        return "ownership";
    }
}
