package io.replicator.flow;

import io.replicator.cluster.UnavailableException;
import io.replicator.delivery.Grant;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.ShardOwner;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of this instance, from their assignment until they are let go. Control thread.
 *
 * <pre>
 *   assigned      --&gt; served: progress read, partitions begun, handed to a lane
 *   served        --&gt; granted: the new identity is put on record, the lane writes
 *   revoked       --&gt; handed over: drained, saved, forgotten by the lane; only then the successor gets it
 *   lost, fenced  --&gt; forgotten at once: whatever was not saved may be another instance's to save by now
 * </pre>
 *
 * <p>A shard that was fenced and is assigned to this instance all the same is served again once the group coordinator says
 * that it is ours.
 */
final class OwnedShards implements OwnershipEvents {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedShards.class);

    /** Of the drain timeout, for what is in flight; the rest must do for the last save. */
    private static final double DRAIN_SHARE = 2.0 / 3;

    private final String flow;
    private final int shards;
    private final Duration drainTimeout;
    private final Lanes lanes;
    private final Copies copies;
    private final OffsetLog log;
    private final ShardOwners owners;
    private final ShardMail mail;
    private final Runnable wake;
    private final Confirmation confirmation;

    /** Assigned, and not revoked or lost since. */
    private final Set<Integer> owned = new TreeSet<>();

    private final Set<Integer> waiting = new TreeSet<>();
    /** Fenced, and still assigned. */
    private final Map<Integer, FencedShard> fenced = new TreeMap<>();

    /** How long shards that were fenced since their assignment waited the last time. */
    private final Map<Integer, FencedShard> fencedBefore = new HashMap<>();

    private final Map<Integer, Grant> grants = new HashMap<>();
    private final List<HandOver> leaving = new ArrayList<>();
    private boolean isMember;
    private boolean hasNewControl;

    private volatile Set<Integer> published = Set.of();
    private volatile String trouble = "";
    private volatile String refusal = "";
    private volatile String breakdown = "";

    /** Asks the group coordinator. */
    interface Confirmation {
        /** Those of the shards that are assigned to this instance. */
        Set<Integer> confirmed(Set<Integer> shards) throws InterruptedException;
    }

    /** Saves the progress of every shard that is served. */
    interface Saving {
        Saved save() throws InterruptedException;
    }

    /**
     * What became of a save.
     *
     * @param isDurable whether all that lanes said is
     * @param silentLanes those that did not say what they have
     */
    record Saved(boolean isDurable, Set<Integer> silentLanes) {
        static final Saved NOTHING = new Saved(false, Set.of());
    }

    /**
     * @param flow its name
     * @param shards how many it has
     * @param drainTimeout how long a shard may take to be handed over
     * @param mail from the lanes
     * @param wake the control thread, when a lane released a shard
     */
    OwnedShards(
            String flow,
            int shards,
            Duration drainTimeout,
            Lanes lanes,
            Copies copies,
            OffsetLog log,
            ShardOwners owners,
            ShardMail mail,
            Runnable wake,
            Confirmation confirmation) {
        this.flow = flow;
        this.shards = shards;
        this.drainTimeout = drainTimeout;
        this.lanes = lanes;
        this.copies = copies;
        this.log = log;
        this.owners = owners;
        this.mail = mail;
        this.wake = wake;
        this.confirmation = confirmation;
    }

    @Override
    public void assigned(Set<Integer> shards) {
        isMember = true;
        hasNewControl |= shards.contains(0);
        owned.addAll(shards);
        waiting.addAll(shards);
        publish();
        LOG.info("shards assigned flow={} shards={} owned={}", flow, shards, owned.size());
    }

    @Override
    public void revoked(Set<Integer> shards, CompletableFuture<Void> letGo) {
        LOG.info("shards are handed over flow={} shards={}", flow, shards);
        leave(shards);
        handOver(shards, () -> letGo.complete(null));
    }

    @Override
    public void lost(Set<Integer> shards) {
        LOG.warn("shards were lost, others may own them by now flow={} shards={}", flow, shards);
        leave(shards);
        shards.forEach(shard -> {
            leaving.forEach(handOver -> handOver.leaveOut(shard));
            letGo(shard);
        });
    }

    @Override
    public void troubled(String reason) {
        trouble = reason;
        if (!reason.isEmpty()) {
            LOG.warn("shards cannot be shared: {} flow={}", reason, flow);
        }
    }

    @Override
    public void refused(String reason) {
        refusal = reason;
    }

    @Override
    public void brokeDown(String reason) {
        breakdown = reason;
    }

    private void leave(Set<Integer> shards) {
        owned.removeAll(shards);
        waiting.removeAll(shards);
        shards.forEach(fenced::remove);
        shards.forEach(fencedBefore::remove);
        publish();
    }

    private void publish() {
        published = Set.copyOf(owned);
    }

    /** Assigned to this instance. Any thread. */
    Set<Integer> owned() {
        return published;
    }

    /** What is wrong with the membership; empty when nothing is. Any thread. */
    String trouble() {
        return trouble;
    }

    /** Why this instance cannot be a member; empty when it can. */
    String refusal() {
        return refusal;
    }

    /** What the membership's thread died of; empty while it lives. */
    String breakdown() {
        return breakdown;
    }

    /** Whether this instance is a member and serves what it owns; one that owns nothing stands by. */
    boolean isReady() {
        return isMember && waiting.isEmpty();
    }

    /** Whether others can see that this instance runs. */
    boolean isMember() {
        return isMember;
    }

    boolean ownsAll() {
        return owned.size() == shards;
    }

    /** Whether this instance creates, grows and sets up topics for all. */
    boolean ownsControl() {
        return owned.contains(0);
    }

    /** Whether {@link #ownsControl} has just become true; once. */
    boolean takesControl() {
        boolean takes = hasNewControl;
        hasNewControl = false;
        return takes;
    }

    /** Whether something waits for the next turn although nobody will ring. */
    long nextNanos(long nowNanos) {
        long next = Long.MAX_VALUE;
        for (FencedShard shard : fenced.values()) {
            next = Math.min(next, shard.lookAtNanos() - nowNanos);
        }
        for (HandOver handOver : leaving) {
            next = Math.min(next, handOver.nextNanos() - nowNanos);
        }
        return Math.max(0, next);
    }

    /**
     * Does what is due.
     *
     * @throws UnavailableException when a cluster does not answer: again soon
     * @throws io.replicator.offsets.OffsetLogException when the offset log does not
     */
    void turn(long nowNanos, Saving saving) throws InterruptedException {
        readMail(nowNanos);
        finishHandOvers(nowNanos, saving);
        serveWaiting();
        answerGrants();
        lookAtFenced(nowNanos);
        spread();
    }

    private void readMail(long nowNanos) {
        for (Grant grant = mail.nextGrant(); grant != null; grant = mail.nextGrant()) {
            grants.put(grant.shard(), grant);
        }
        for (Integer shard = mail.nextFenced(); shard != null; shard = mail.nextFenced()) {
            fenced(shard, nowNanos);
        }
        grants.keySet().removeIf(shard -> !copies.serves(shard));
    }

    private void serveWaiting() throws InterruptedException {
        if (waiting.isEmpty() || !copies.isPlanned()) {
            return;
        }
        log.refresh();
        waiting.forEach(lanes.places()::place);
        copies.serve(waiting);
        waiting.clear();
    }

    private void answerGrants() throws InterruptedException {
        if (grants.isEmpty()) {
            return;
        }
        Map<Integer, ShardOwner> recorded = owners.record(grants.values());
        recorded.forEach((shard, owner) -> lanes.laneOf(shard).registered(grants.get(shard), owner.producerIds()));
        grants.clear();
    }

    private void fenced(int shard, long nowNanos) {
        if (!copies.serves(shard)) {
            return;
        }
        LOG.warn("another instance took a shard, or may have flow={} shard={}", flow, shard);
        forget(shard);
        copies.park(
                shard,
                new Health(
                        PartitionState.WAITING,
                        "another instance took shard " + shard + " over, or may have",
                        "the target's group coordinator says that the shard is this instance's"));
        if (owned.contains(shard)) {
            FencedShard before = fencedBefore.get(shard);
            fenced.put(shard, before == null ? FencedShard.first(nowNanos) : before.again(nowNanos));
        }
    }

    private void lookAtFenced(long nowNanos) throws InterruptedException {
        Set<Integer> due = new TreeSet<>();
        fenced.forEach((shard, pause) -> {
            if (pause.isDue(nowNanos)) {
                due.add(shard);
            }
        });
        if (due.isEmpty()) {
            return;
        }
        due.forEach(shard -> fenced.computeIfPresent(shard, (ignored, pause) -> pause.next(nowNanos)));
        Set<Integer> ours = confirmation.confirmed(due);
        if (!ours.isEmpty()) {
            LOG.info("shards are taken back flow={} shards={}", flow, ours);
            ours.forEach(shard -> {
                fencedBefore.put(shard, fenced.remove(shard));
                copies.drop(shard);
            });
            waiting.addAll(ours);
            serveWaiting();
        }
    }

    /** After shards left: moves some to lanes that have fewer. */
    private void spread() {
        if (!leaving.isEmpty() || !waiting.isEmpty()) {
            return;
        }
        List<Integer> misplaced = lanes.places().misplaced();
        if (!misplaced.isEmpty()) {
            LOG.info("shards move to another lane flow={} shards={}", flow, misplaced);
            handOver(misplaced, () -> misplaced.stream().filter(owned::contains).forEach(waiting::add));
        }
    }

    private void handOver(Collection<Integer> shards, Runnable after) {
        Map<Integer, CompletableFuture<Void>> released = new HashMap<>();
        for (int shard : shards) {
            if (copies.serves(shard)) {
                CompletableFuture<Void> answer = lanes.laneOf(shard).release(shard);
                var unused = answer.thenRun(wake);
                released.put(shard, answer);
            } else {
                letGo(shard);
            }
        }
        long patienceNanos = (long) (drainTimeout.toNanos() * DRAIN_SHARE);
        leaving.add(new HandOver(released, System.nanoTime() + patienceNanos, after));
    }

    private void finishHandOvers(long nowNanos, Saving saving) throws InterruptedException {
        List<HandOver> due =
                leaving.stream().filter(handOver -> handOver.isDue(nowNanos)).toList();
        if (due.isEmpty()) {
            return;
        }
        Saved saved = saving.save();
        for (HandOver handOver : due) {
            boolean isSaved = saved.isDurable()
                    && handOver.shards().stream()
                            .noneMatch(shard -> lanes.places().has(shard)
                                    && saved.silentLanes()
                                            .contains(lanes.places().laneOf(shard)));
            if (!isSaved && handOver.mayWait(nowNanos)) {
                continue; // Once more: the next owner of a flow that delivers at least once would copy it again.
            }
            if (!isSaved || !handOver.isDrained()) {
                LOG.warn(
                        "handed over before everything was acknowledged and saved: the next owner finds out what is"
                                + " there flow={} shards={} drained={} saved={}",
                        flow,
                        handOver.shards(),
                        handOver.isDrained(),
                        isSaved);
            }
            handOver.shards().forEach(this::letGo);
            leaving.remove(handOver);
            handOver.end();
        }
    }

    private void letGo(int shard) {
        if (lanes.places().has(shard)) {
            forget(shard);
        }
        copies.drop(shard);
    }

    private void forget(int shard) {
        lanes.laneOf(shard).forget(shard);
        lanes.places().remove(shard);
        log.forgetUnsaved(shard);
        grants.remove(shard);
    }

    /** A lane is to be replaced: what it was letting go is let go. */
    void laneDied(int lane) {
        for (HandOver handOver : leaving) {
            for (int shard : handOver.shards()) {
                if (isIn(lane, shard)) {
                    handOver.leaveOut(shard);
                    letGo(shard);
                }
            }
        }
        grants.keySet().removeIf(shard -> isIn(lane, shard));
    }

    private boolean isIn(int lane, int shard) {
        return lanes.places().has(shard) && lanes.places().laneOf(shard) == lane;
    }

    /** Everything was drained and saved: whoever waits for shards needs to wait no longer. */
    void end() {
        leaving.forEach(HandOver::end);
        leaving.clear();
        owned.clear();
        publish();
    }
}
