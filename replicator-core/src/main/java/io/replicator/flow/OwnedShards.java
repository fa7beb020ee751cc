package io.replicator.flow;

import io.replicator.cluster.RefusedException;
import io.replicator.flow.FlowCondition.Trouble;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of this instance, from their assignment until they are let go. Control thread.
 *
 * <pre>
 *   assigned      --&gt; served: a term begins, progress is read, partitions begin in a lane
 *   served        --&gt; granted: the new identity is put on record, the lane writes
 *   revoked       --&gt; handed over: drained, saved, forgotten by the lane; only then the successor gets it
 *   lost, fenced  --&gt; forgotten at once: whatever was not saved may be another instance's to save by now
 * </pre>
 *
 * <p>A shard that was fenced and is assigned to this instance all the same is served again once the group coordinator says
 * that it is ours.
 */
final class OwnedShards implements OwnershipEvents, ControlTask {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedShards.class);

    /** Whoever owns this one acts for all instances. */
    static final int CONTROL = 0;

    private final String flow;
    private final int shards;
    private final Lanes lanes;
    private final ServedShards served;
    private final HandOvers handOvers;
    private final FencedShards fenced;
    private final FlowCondition condition;

    /** From an assignment until it is revoked or lost. */
    private final ShardTerms assignments;

    /** Assigned, and not served yet. */
    private final Set<Integer> waiting = new TreeSet<>();

    private boolean isMember;

    /** Whether a plan was made since others can see that this instance runs. */
    private boolean mayServe;

    private boolean mayBeMisplaced;
    private long nowNanos;

    /**
     * @param flow its name
     * @param shards how many it has
     * @param assignments of shards; written here
     */
    OwnedShards(
            String flow,
            int shards,
            ShardTerms assignments,
            Lanes lanes,
            ServedShards served,
            HandOvers handOvers,
            FencedShards fenced,
            FlowCondition condition) {
        this.flow = flow;
        this.shards = shards;
        this.lanes = lanes;
        this.served = served;
        this.handOvers = handOvers;
        this.fenced = fenced;
        this.condition = condition;
        this.assignments = assignments;
    }

    @Override
    public String name() {
        return "shards";
    }

    /** Hears what happened to shards. */
    int hear(OwnershipMail mail, long newNowNanos) {
        nowNanos = newNowNanos;
        return mail.deliver(this);
    }

    @Override
    public void assigned(Set<Integer> more) {
        isMember = true;
        // One that is still being handed over, as by a process that stood still, was given away and came back.
        more.stream().filter(handOvers::isLeaving).forEach(this::drop);
        more.forEach(assignments::begin);
        waiting.addAll(more);
        publish();
        LOG.info("shards assigned flow={} shards={} owned={}", flow, more, owned().size());
    }

    @Override
    public void revoked(Set<Integer> revoked, CompletableFuture<Void> letGo) {
        LOG.info("shards are handed over flow={} shards={}", flow, revoked);
        leave(revoked);
        handOvers.begin(revoked, nowNanos, () -> letGo.complete(null));
    }

    @Override
    public void lost(Set<Integer> lost) {
        LOG.warn("shards were lost, others may own them by now flow={} shards={}", flow, lost);
        leave(lost);
        lost.forEach(this::drop);
    }

    private void drop(int shard) {
        handOvers.leaveOut(shard);
        served.drop(shard);
    }

    private void leave(Set<Integer> left) {
        left.forEach(assignments::end);
        waiting.removeAll(left);
        left.forEach(fenced::remove);
        mayBeMisplaced = true;
        publish();
    }

    private void publish() {
        condition.publishOwnedShards(owned());
    }

    @Override
    public void troubled(String reason) {
        if (reason.isEmpty()) {
            condition.isWell(Trouble.MEMBERSHIP);
        } else {
            condition.trouble(Trouble.MEMBERSHIP, reason, nowNanos);
        }
    }

    /**
     * This instance cannot be a member until somebody changes something.
     *
     * @throws RefusedException always
     */
    @Override
    public void refused(String reason) {
        throw new RefusedException(reason);
    }

    /**
     * The membership's thread died.
     *
     * @throws BrokenOffException always
     */
    @Override
    public void brokeDown(String reason) {
        throw new BrokenOffException(reason);
    }

    /** A lane says that another instance took a shard over, or may have. */
    void fenced(int shard) {
        if (!served.serves(shard)) {
            return;
        }
        LOG.warn("another instance took a shard, or may have flow={} shard={}", flow, shard);
        served.park(
                shard,
                new Health(
                        PartitionState.WAITING,
                        "another instance took shard " + shard + " over, or may have",
                        "the target's group coordinator says that the shard is this instance's"));
        if (assignments.has(shard)) {
            fenced.add(shard, nowNanos);
        }
    }

    /** A plan was made after others could see that this instance runs: from now on shards are served. */
    void mayServe() {
        mayServe = true;
    }

    private Set<Integer> owned() {
        return IntStream.range(0, shards)
                .filter(assignments::has)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether this instance is a member and serves what it owns; one that owns nothing stands by. */
    boolean isReady() {
        return isMember && waiting.isEmpty();
    }

    /** What this instance is to its flow now. */
    Standing standing() {
        return new Standing(isMember, assignments.of(CONTROL), owned().size() == shards);
    }

    /** Whether this instance creates, grows and sets up topics for all. */
    boolean ownsControl() {
        return assignments.has(CONTROL);
    }

    @Override
    public long dueInNanos(long now) {
        boolean isMisplaced = mayBeMisplaced && maySpread();
        return (mayServe && !waiting.isEmpty()) || fenced.hasConfirmed() || isMisplaced ? 0 : Long.MAX_VALUE;
    }

    @Override
    public int turn(long now) {
        fenced.takeConfirmed().forEach(shard -> {
            served.drop(shard); // It is still listed as fenced.
            waiting.add(shard);
        });
        if (mayServe && !waiting.isEmpty()) {
            served.serve(waiting);
            waiting.clear();
            mayBeMisplaced = true;
        }
        spread(now);
        return 1;
    }

    private boolean maySpread() {
        return handOvers.isEmpty() && waiting.isEmpty();
    }

    /** After shards left: moves some to lanes that have fewer. */
    private void spread(long now) {
        if (!maySpread()) {
            return;
        }
        mayBeMisplaced = false;
        List<Integer> misplaced = lanes.places().misplaced();
        if (!misplaced.isEmpty()) {
            LOG.info("shards move to another lane flow={} shards={}", flow, misplaced);
            handOvers.begin(misplaced, now, () -> {
                misplaced.stream().filter(assignments::has).forEach(waiting::add);
                mayBeMisplaced = true;
            });
        }
    }
}
