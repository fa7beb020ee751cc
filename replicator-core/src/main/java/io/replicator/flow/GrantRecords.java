package io.replicator.flow;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.delivery.Grant;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.offsets.OffsetLogException;
import io.replicator.offsets.ShardOwner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the grants of shards on record and then lets their lanes write: a grant is on record before anything is written with
 * it. Control thread.
 */
final class GrantRecords implements ControlTask {
    private static final Backoff BACKOFF = Backoff.ofMillis(200, 1_000);

    private final Lanes lanes;
    private final ShardTerms terms;
    private final FlowLog log;
    private final ShardOwners owners;
    private final FlowCondition condition;
    private final Map<Integer, Asked> waiting = new HashMap<>();
    private final Retry retry = new Retry(BACKOFF);
    private boolean isAsking;

    /** A grant, and in which term of its shard it was given. */
    private record Asked(Grant grant, long term) {}

    GrantRecords(Lanes lanes, ShardTerms terms, FlowLog log, ShardOwners owners, FlowCondition condition) {
        this.lanes = lanes;
        this.terms = terms;
        this.log = log;
        this.owners = owners;
        this.condition = condition;
    }

    @Override
    public String name() {
        return "grants";
    }

    /** A lane was granted a shard; of one that is not served any more, nothing comes of it. */
    void add(Grant grant) {
        if (terms.has(grant.shard())) {
            waiting.put(grant.shard(), new Asked(grant, terms.of(grant.shard())));
        }
    }

    /** A lane died, and its grants with it. */
    void laneDied(int lane) {
        waiting.keySet().removeIf(shard -> lanes.places().isIn(lane, shard));
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return isAsking || waiting.isEmpty() ? Long.MAX_VALUE : retry.untilDueNanos(nowNanos);
    }

    @Override
    public int turn(long nowNanos) {
        List<Asked> asked = waiting.values().stream().filter(this::isCurrent).toList();
        waiting.clear();
        if (asked.isEmpty()) {
            return 0;
        }
        isAsking = true;
        log.ask(
                "put grants on record",
                (theLog, now) -> owners.record(
                        theLog,
                        asked.stream().filter(this::isCurrent).map(Asked::grant).toList()),
                (outcome, now) -> recorded(asked, outcome, now));
        return 1;
    }

    private boolean isCurrent(Asked asked) {
        return terms.isCurrent(asked.grant().shard(), asked.term());
    }

    private void recorded(List<Asked> asked, Outcome<Map<Integer, ShardOwner>> outcome, long nowNanos) {
        isAsking = false;
        List<Asked> current = asked.stream().filter(this::isCurrent).toList();
        try {
            Map<Integer, ShardOwner> recorded = outcome.orThrow();
            retry.succeeded();
            condition.isWell(Trouble.GRANTS);
            current.forEach(
                    each -> register(each.grant(), recorded.get(each.grant().shard())));
        } catch (OffsetLogException failure) {
            condition.trouble(Trouble.GRANTS, failure.getMessage(), nowNanos);
            retry.failed(nowNanos);
            // A later grant of the same shard takes the place of one that failed.
            current.forEach(each -> waiting.putIfAbsent(each.grant().shard(), each));
        }
    }

    /** A lane leaves out a grant that is not its shard's last one. */
    private void register(Grant grant, ShardOwner owner) {
        lanes.laneOf(grant.shard()).registered(grant, owner.producerIds());
    }
}
