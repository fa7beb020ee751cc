package io.replicator.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** The group coordinator of the flow's instances: whom it takes for the owner of each shard, and whom it waits for. */
final class ShardCoordinator {
    /** What a hand-over has for all that it waits for; the rest is for letting go. */
    private static final double PATIENCE_SHARE = 2.0 / 3;

    private final SimulatedTime time;
    private final Trace trace;
    private final long patienceMillis;
    private final long handOverMillis;

    /** Of each shard; {@code null} for nobody. */
    private final Life[] owners;

    private final List<HandOver> handOvers = new ArrayList<>();

    /** A shard that the coordinator has taken back and waits for. */
    private record HandOver(Life from, int shard, CompletableFuture<Void> letGo, long sinceMillis) {}

    /** @param drainTimeout how long instances may take to let a shard go */
    ShardCoordinator(int shards, Duration drainTimeout, Duration timeout, SimulatedTime time, Trace trace) {
        this.owners = new Life[shards];
        this.patienceMillis = (long) (drainTimeout.toMillis() * PATIENCE_SHARE);
        this.handOverMillis = timeout.toMillis();
        this.time = time;
        this.trace = trace;
    }

    int shards() {
        return owners.length;
    }

    /** {@code null} for nobody. */
    Life owner(int shard) {
        return owners[shard];
    }

    boolean isOwner(Life life, int shard) {
        return owners[shard] == life;
    }

    boolean isHandingOver() {
        return !handOvers.isEmpty();
    }

    void assign(int shard, Life life) {
        trace.say(life.name, "is assigned shard", shard);
        owners[shard] = life;
        life.hasLetControlGo &= shard != 0;
        if (life.ownership != null) {
            life.ownership.assign(shard);
        }
    }

    /** An instance joins: it is told what it owns. */
    void joins(Life life) {
        for (int shard = 0; shard < owners.length; shard++) {
            if (owners[shard] == life) {
                life.ownership.assign(shard);
            }
        }
    }

    /** An instance is told that everything else is another's. */
    void tellWhatIsLost(Life life) {
        for (int shard = 0; shard < owners.length; shard++) {
            if (owners[shard] != life && life.ownership != null) {
                life.ownership.lose(shard);
            }
        }
    }

    /** The instance is dead. */
    void forget(Life life) {
        handOvers.removeIf(each -> each.from() == life);
        for (int shard = 0; shard < owners.length; shard++) {
            if (Objects.equals(owners[shard], life)) {
                owners[shard] = null;
            }
        }
    }

    void handOver(int shard) {
        Life from = owners[shard];
        if (from != null && from.frozenTurns == 0 && from.ownership != null && from.holds(shard)) {
            trace.say(from.name, "is to hand over shard", shard);
            handOvers.add(new HandOver(from, shard, from.ownership.revoke(shard), time.elapsedMillis()));
        }
    }

    /** Gives a shard to nobody else before it was let go, unless that takes too long. */
    void endHandOvers() {
        for (HandOver each : List.copyOf(handOvers)) {
            boolean isLate = time.elapsedMillis() - each.sinceMillis() > handOverMillis;
            if (each.letGo().isDone() || isLate) {
                handOvers.remove(each);
                if (each.letGo().isDone()) {
                    checkLetGo(each);
                } else if (!each.from().holds(each.shard())) {
                    trace.say(each.from().name, "did not let shard go in time", each.shard());
                    each.from().ownership.giveUp(each.shard());
                }
                if (owners[each.shard()] == each.from() && !each.from().holds(each.shard())) {
                    owners[each.shard()] = null;
                }
            }
        }
    }

    private void checkLetGo(HandOver handOver) {
        Life from = handOver.from();
        int shard = handOver.shard();
        if (from.holds(shard)) {
            return; // It came back.
        }
        if (!from.copies(shard).isEmpty()) {
            throw new Violation(from.name + " has let shard " + shard + " go, but copies " + from.copies(shard));
        }
        // One whose patience was over has let go what it was still doing.
        from.hasLetControlGo |= shard == 0 && time.elapsedMillis() - handOver.sinceMillis() < patienceMillis;
    }
}
