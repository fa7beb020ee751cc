package io.replicator.flow;

import io.replicator.delivery.Grant;
import io.replicator.offsets.GroupOwner;
import io.replicator.offsets.OffsetLog;
import io.replicator.ownership.OwnershipEvents;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import io.replicator.topics.UnavailableException;
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
 * The partition groups of this instance, from their assignment until they are let go. Control thread.
 *
 * <pre>
 *   assigned      --&gt; served: progress read, partitions begun, handed to a lane
 *   served        --&gt; granted: the new identity is put on record, the lane writes
 *   revoked       --&gt; handed over: drained, saved, forgotten by the lane; only then the successor gets it
 *   lost, fenced  --&gt; forgotten at once: whatever was not saved may be another instance's to save by now
 * </pre>
 *
 * <p>A group that was fenced and is assigned to this instance all the same is served again once the group coordinator says
 * that it is ours.
 */
final class OwnedGroups implements OwnershipEvents {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedGroups.class);

    /** Of the drain timeout, for what is in flight; the rest must do for the last save. */
    private static final double DRAIN_SHARE = 2.0 / 3;

    private final String flow;
    private final int partitionGroups;
    private final Duration drainTimeout;
    private final Lanes lanes;
    private final Copies copies;
    private final OffsetLog log;
    private final GroupOwners owners;
    private final GroupMail mail;
    private final Runnable wake;
    private final Confirmation confirmation;

    /** Assigned, and not revoked or lost since. */
    private final Set<Integer> owned = new TreeSet<>();

    private final Set<Integer> waiting = new TreeSet<>();
    /** Fenced, and still assigned. */
    private final Map<Integer, FencedGroup> fenced = new TreeMap<>();

    /** How long groups that were fenced since their assignment waited the last time. */
    private final Map<Integer, FencedGroup> fencedBefore = new HashMap<>();

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
        /** Those of the groups that are assigned to this instance. */
        Set<Integer> confirmed(Set<Integer> groups) throws InterruptedException;
    }

    /** Saves the progress of every group that is served. */
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
     * @param partitionGroups how many it has
     * @param drainTimeout how long a group may take to be handed over
     * @param mail from the lanes
     * @param wake the control thread, when a lane released a group
     */
    OwnedGroups(
            String flow,
            int partitionGroups,
            Duration drainTimeout,
            Lanes lanes,
            Copies copies,
            OffsetLog log,
            GroupOwners owners,
            GroupMail mail,
            Runnable wake,
            Confirmation confirmation) {
        this.flow = flow;
        this.partitionGroups = partitionGroups;
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
    public void assigned(Set<Integer> groups) {
        isMember = true;
        hasNewControl |= groups.contains(0);
        owned.addAll(groups);
        waiting.addAll(groups);
        publish();
        LOG.info("partition groups assigned flow={} groups={} owned={}", flow, groups, owned.size());
    }

    @Override
    public void revoked(Set<Integer> groups, CompletableFuture<Void> letGo) {
        LOG.info("partition groups are handed over flow={} groups={}", flow, groups);
        leave(groups);
        handOver(groups, () -> letGo.complete(null));
    }

    @Override
    public void lost(Set<Integer> groups) {
        LOG.warn("partition groups were lost, others may own them by now flow={} groups={}", flow, groups);
        leave(groups);
        groups.forEach(group -> {
            leaving.forEach(handOver -> handOver.leaveOut(group));
            letGo(group);
        });
    }

    @Override
    public void troubled(String reason) {
        trouble = reason;
        if (!reason.isEmpty()) {
            LOG.warn("partition groups cannot be shared: {} flow={}", reason, flow);
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

    private void leave(Set<Integer> groups) {
        owned.removeAll(groups);
        waiting.removeAll(groups);
        groups.forEach(fenced::remove);
        groups.forEach(fencedBefore::remove);
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
        return owned.size() == partitionGroups;
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
        for (FencedGroup group : fenced.values()) {
            next = Math.min(next, group.lookAtNanos() - nowNanos);
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
            grants.put(grant.partitionGroup(), grant);
        }
        for (Integer group = mail.nextFenced(); group != null; group = mail.nextFenced()) {
            fenced(group, nowNanos);
        }
        grants.keySet().removeIf(group -> !copies.serves(group));
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
        Map<Integer, GroupOwner> recorded = owners.record(grants.values());
        recorded.forEach((group, owner) -> lanes.laneOf(group).registered(grants.get(group), owner.producerIds()));
        grants.clear();
    }

    private void fenced(int group, long nowNanos) {
        if (!copies.serves(group)) {
            return;
        }
        LOG.warn("another instance took a partition group, or may have flow={} group={}", flow, group);
        forget(group);
        copies.park(
                group,
                new Health(
                        PartitionState.WAITING,
                        "another instance took partition group " + group + " over, or may have",
                        "the target's group coordinator says that the group is this instance's"));
        if (owned.contains(group)) {
            FencedGroup before = fencedBefore.get(group);
            fenced.put(group, before == null ? FencedGroup.first(nowNanos) : before.again(nowNanos));
        }
    }

    private void lookAtFenced(long nowNanos) throws InterruptedException {
        Set<Integer> due = new TreeSet<>();
        fenced.forEach((group, pause) -> {
            if (pause.isDue(nowNanos)) {
                due.add(group);
            }
        });
        if (due.isEmpty()) {
            return;
        }
        due.forEach(group -> fenced.computeIfPresent(group, (ignored, pause) -> pause.next(nowNanos)));
        Set<Integer> ours = confirmation.confirmed(due);
        if (!ours.isEmpty()) {
            LOG.info("partition groups are taken back flow={} groups={}", flow, ours);
            ours.forEach(group -> {
                fencedBefore.put(group, fenced.remove(group));
                copies.drop(group);
            });
            waiting.addAll(ours);
            serveWaiting();
        }
    }

    /** After groups left: moves some to lanes that have fewer. */
    private void spread() {
        if (!leaving.isEmpty() || !waiting.isEmpty()) {
            return;
        }
        List<Integer> misplaced = lanes.places().misplaced();
        if (!misplaced.isEmpty()) {
            LOG.info("partition groups move to another lane flow={} groups={}", flow, misplaced);
            handOver(misplaced, () -> misplaced.stream().filter(owned::contains).forEach(waiting::add));
        }
    }

    private void handOver(Collection<Integer> groups, Runnable after) {
        Map<Integer, CompletableFuture<Void>> released = new HashMap<>();
        for (int group : groups) {
            if (copies.serves(group)) {
                CompletableFuture<Void> answer = lanes.laneOf(group).release(group);
                var unused = answer.thenRun(wake);
                released.put(group, answer);
            } else {
                letGo(group);
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
                    && handOver.groups().stream()
                            .noneMatch(group -> lanes.places().has(group)
                                    && saved.silentLanes()
                                            .contains(lanes.places().laneOf(group)));
            if (!isSaved && handOver.mayWait(nowNanos)) {
                continue; // Once more: the next owner of a flow that delivers at least once would copy it again.
            }
            if (!isSaved || !handOver.isDrained()) {
                LOG.warn(
                        "handed over before everything was acknowledged and saved: the next owner finds out what is"
                                + " there flow={} groups={} drained={} saved={}",
                        flow,
                        handOver.groups(),
                        handOver.isDrained(),
                        isSaved);
            }
            handOver.groups().forEach(this::letGo);
            leaving.remove(handOver);
            handOver.end();
        }
    }

    private void letGo(int group) {
        if (lanes.places().has(group)) {
            forget(group);
        }
        copies.drop(group);
    }

    private void forget(int group) {
        lanes.laneOf(group).forget(group);
        lanes.places().remove(group);
        log.forgetUnsaved(group);
        grants.remove(group);
    }

    /** A lane is to be replaced: what it was letting go is let go. */
    void laneDied(int lane) {
        for (HandOver handOver : leaving) {
            for (int group : handOver.groups()) {
                if (isIn(lane, group)) {
                    handOver.leaveOut(group);
                    letGo(group);
                }
            }
        }
        grants.keySet().removeIf(group -> isIn(lane, group));
    }

    private boolean isIn(int lane, int group) {
        return lanes.places().has(group) && lanes.places().laneOf(group) == lane;
    }

    /** Everything was drained and saved: whoever waits for groups needs to wait no longer. */
    void end() {
        leaving.forEach(HandOver::end);
        leaving.clear();
        owned.clear();
        publish();
    }
}
