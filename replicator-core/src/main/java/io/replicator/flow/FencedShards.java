package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.flow.FlowCondition.Trouble;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards that another instance took although they are assigned to this one. They are served again once the group coordinator
 * says that they are ours. Control thread.
 */
final class FencedShards implements ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(FencedShards.class);

    private final String flow;
    private final CallQueue queue;
    private final Confirmation confirmation;
    private final FlowCondition condition;

    /** Fenced, and still assigned. */
    private final Map<Integer, FencedShard> fenced = new TreeMap<>();

    /** How long shards that were fenced since their assignment waited the last time. */
    private final Map<Integer, FencedShard> before = new HashMap<>();

    /** Those that are ours, until they are taken back. */
    private final Set<Integer> confirmed = new TreeSet<>();

    private boolean isAsking;

    /** Asks the group coordinator. */
    @FunctionalInterface
    interface Confirmation {
        /** Those of the shards that are assigned to this instance. */
        Set<Integer> confirmed(Set<Integer> shards) throws InterruptedException;
    }

    /**
     * @param queue makes the calls of the confirmation
     */
    FencedShards(String flow, CallQueue queue, Confirmation confirmation, FlowCondition condition) {
        this.flow = flow;
        this.queue = queue;
        this.confirmation = confirmation;
        this.condition = condition;
    }

    @Override
    public String name() {
        return "fenced shards";
    }

    /** A shard that is assigned to this instance was fenced. */
    void add(int shard, long nowNanos) {
        FencedShard last = before.get(shard);
        fenced.put(shard, last == null ? FencedShard.first(nowNanos) : last.again(nowNanos));
    }

    /** The shard is not assigned to this instance any more. */
    void remove(int shard) {
        fenced.remove(shard);
        before.remove(shard);
        confirmed.remove(shard);
    }

    boolean hasConfirmed() {
        return !confirmed.isEmpty();
    }

    /** Shards that the group coordinator says are ours, each once: they may be served again. */
    Set<Integer> takeConfirmed() {
        Set<Integer> taken = new TreeSet<>(confirmed);
        confirmed.clear();
        return taken;
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return isAsking
                ? Long.MAX_VALUE
                : fenced.values().stream()
                        .mapToLong(shard -> shard.lookAtNanos() - nowNanos)
                        .min()
                        .orElse(Long.MAX_VALUE);
    }

    @Override
    public int turn(long nowNanos) {
        Set<Integer> due = fenced.keySet().stream()
                .filter(shard -> fenced.get(shard).isDue(nowNanos))
                .collect(Collectors.toCollection(TreeSet::new));
        due.forEach(shard -> fenced.computeIfPresent(shard, (ignored, pause) -> pause.next(nowNanos)));
        Map<Integer, FencedShard> asked = Map.copyOf(fenced);
        isAsking = true;
        queue.ask(
                "whose shards are",
                now -> confirmation.confirmed(due),
                (outcome, now) -> confirmed(asked, outcome, now));
        return 1;
    }

    private void confirmed(Map<Integer, FencedShard> asked, Outcome<Set<Integer>> outcome, long nowNanos) {
        isAsking = false;
        try {
            // One that was revoked, lost or fenced again since is not what was asked about.
            Set<Integer> ours = outcome.orThrow().stream()
                    .filter(shard -> asked.get(shard).equals(fenced.get(shard)))
                    .collect(Collectors.toCollection(TreeSet::new));
            condition.isWell(Trouble.CONFIRMATION);
            if (!ours.isEmpty()) {
                LOG.info("shards are taken back flow={} shards={}", flow, ours);
                ours.forEach(shard -> before.put(shard, fenced.remove(shard)));
                confirmed.addAll(ours);
            }
        } catch (UnavailableException failure) {
            condition.trouble(Trouble.CONFIRMATION, failure.getMessage(), nowNanos);
        }
    }
}
