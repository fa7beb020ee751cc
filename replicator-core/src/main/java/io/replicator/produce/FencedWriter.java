package io.replicator.produce;

import io.replicator.delivery.Fence;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.delivery.ShardEvents;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.produce.PartitionWindow.OpenTransaction;
import io.replicator.wire.ClusterView;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;

/**
 * Of a shard that is written exactly once: its identity has a transactional id, and each of its partitions is fenced and
 * recovered before its first write. Where the flow is transactional its batches are part of the shard's transactions; a
 * transactional id has one transaction at a time, and that of a fence goes first.
 */
final class FencedWriter implements ShardWriter, Fence.Listener {
    /** Other transactions and elections hold up ours for a moment: it is not reported. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A fence that is to be tried again is, so soon. */
    private static final long FENCING_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * What the writers of all shards share.
     *
     * @param recoveries bring fenced partitions to their first write
     * @param events is told of the shards
     * @param transactions of a flow that writes in them
     * @param random chance
     */
    record Shared(
            ClusterView target,
            Windows windows,
            PartitionRecoveries recoveries,
            ShardEvents events,
            Optional<ShardTransaction.Shared> transactions,
            RandomGenerator random) {}

    private final Shared shared;
    private final String cluster;
    private final ProducerIdentity identity;
    private final ShardWindows windows;
    private final Fence fence;
    private final Optional<ShardTransaction> transaction;

    /** Target partitions of removed windows that may have been written under the latest grant. */
    private final Set<TopicPartition> written = new HashSet<>();

    private int toldGiven;
    private int toldGrants;
    private boolean isGivenUp;

    /** Since when no transaction of the fence came to its end, 0 when one did. */
    private long waitingNanos;

    /** @param identity has a transactional id */
    FencedWriter(Shared shared, ProducerIdentity identity, ShardWindows windows) {
        this.shared = shared;
        this.cluster = shared.target().connection().clusterName();
        this.identity = identity;
        this.windows = windows;
        this.fence = new Fence(
                shared.target(), identity.coordinator().orElseThrow(), this::hasLeader, this, shared.random());
        this.transaction = shared.transactions()
                .map(forAll -> new ShardTransaction(
                        forAll, shared.target(), shared.windows(), identity, this::hasLeader, shared.random()));
    }

    private boolean hasLeader(TopicPartition partition) {
        boolean hasLeader = shared.target().topic(partition.topic()).leader(partition.partition()) >= 0;
        if (!hasLeader) {
            shared.target().refresh();
        }
        return hasLeader;
    }

    @Override
    public ProducerIdentity identity() {
        return identity;
    }

    @Override
    public DeliveryMode mode() {
        return transaction.isPresent() ? DeliveryMode.TRANSACTIONAL : DeliveryMode.FENCED;
    }

    @Override
    public OpenTransaction transaction() {
        return transaction.orElse(null);
    }

    @Override
    public void added(PartitionWindow window) {
        PartitionRecovery recovery = shared.recoveries().begin(window);
        if (written.contains(window.target())) {
            // What the earlier window sent may still arrive, and would be let in: it has the epoch that fences the
            // others.
            identity.renew();
        }
        fence(recovery);
    }

    @Override
    public void fence(PartitionRecovery recovery) {
        if (identity.mayFence() && recovery.stage() == PartitionRecovery.Stage.UNFENCED) {
            recovery.beginFencing();
            fence.add(recovery.target());
        }
    }

    @Override
    public void removed(PartitionWindow window) {
        if (window.phase().isRecovered()) {
            written.add(window.target());
        } else {
            fence.remove(window.target());
        }
        transaction.ifPresent(each -> each.leave(window));
    }

    @Override
    public void registered(Grant grant, Set<Long> producerIds) {
        identity.registered(grant, producerIds);
    }

    @Override
    public void hurry() {
        transaction.ifPresent(ShardTransaction::hurry);
    }

    @Override
    public void wakeUp() {
        identity.taken();
    }

    @Override
    public void forget() {
        fence.end();
        transaction.ifPresent(ShardTransaction::close);
    }

    @Override
    public long waitNanos(long mostNanos, long nowNanos) {
        long waitNanos = isFencing() ? Math.min(mostNanos, FENCING_WAIT_NANOS) : mostNanos;
        return transaction.isPresent() ? Math.min(waitNanos, transaction.get().nextNanos(nowNanos)) : waitNanos;
    }

    private boolean isFencing() {
        return !fence.isIdle();
    }

    /** Whether a transaction is open, or may be, that a new epoch would end. */
    private boolean hasTransaction() {
        return transaction.isPresent() && !transaction.get().isIdle();
    }

    @Override
    public int poll(long nowNanos) {
        int work = identity.poll(isFencing() || hasTransaction(), nowNanos);
        if (identity.given() != toldGiven) {
            toldGiven = identity.given();
            shared.events().granted(identity.givenGrant());
            work++;
        }
        if (identity.grants() != toldGrants) {
            toldGrants = identity.grants();
            granted(nowNanos);
            work++;
        } else if (identity.isTaken() && !isGivenUp) {
            work += giveUp(nowNanos);
        } else if (!identity.isGranted() && windows.takeTurnToTell(nowNanos)) {
            work += tellWhyNot(nowNanos);
        }
        return work + goOnFencing(nowNanos) + goOnWriting(nowNanos);
    }

    /** What gave its memory back while it waited for the identity is fetched again now, not after its pause. */
    private void granted(long nowNanos) {
        written.clear();
        for (PartitionWindow window : windows.alive()) {
            if (isStillOpen(window)) {
                windows.goOn(window, nowNanos);
            } else {
                fence.remove(window.target());
                fence(shared.recoveries().beginAgain(window, nowNanos));
            }
        }
    }

    /** Whether what was fenced and read under the grant before still counts. */
    private boolean isStillOpen(PartitionWindow window) {
        boolean wasOpen = window.phase() == WindowPhase.OPEN || window.phase() == WindowPhase.RELEASING;
        return wasOpen && identity.follows();
    }

    private int tellWhyNot(long nowNanos) {
        if (identity.isTaken()) {
            return giveUp(nowNanos);
        }
        identity.fault()
                .ifPresent(fault ->
                        windows.tell(TargetTrouble.noIdentity(cluster, fault, identity.name(), identity.why())));
        return 0;
    }

    /** Another owner has the shard: its partitions are written no more. */
    private int giveUp(long nowNanos) {
        windows.alive().forEach(shared.recoveries()::end);
        int given = windows.end(window -> TargetTrouble.taken(identity.shard()), nowNanos);
        if (!isGivenUp) {
            isGivenUp = true;
            fence.end();
            transaction.ifPresent(ShardTransaction::close);
            shared.events().fenced(identity.shard());
        }
        return given;
    }

    private int goOnFencing(long nowNanos) {
        // A transaction that was begun is ended, whatever became of the grant.
        boolean mayBegin = identity.mayFence() && !hasTransaction();
        if (!mayBegin && !isFencing()) {
            return 0;
        }
        int work = fence.poll(identity.grant(), nowNanos);
        if (identity.onlyFences() && fence.isDone()) {
            identity.giveBack();
        }
        return work;
    }

    private int goOnWriting(long nowNanos) {
        return transaction.isPresent() ? transaction.get().poll(isFencing() || fence.wants(), nowNanos) : 0;
    }

    @Override
    public void fenced(TopicPartition partition, long nowNanos) {
        waitingNanos = 0;
        shared.recoveries().fenced(partition);
    }

    @Override
    public void notFenced(TopicPartition partition, Fault fault, long nowNanos) {
        shared.recoveries().notFenced(partition, fault, nowNanos);
    }

    @Override
    public void waits(Set<TopicPartition> partitions, Fault fault, String why, long nowNanos) {
        if (waitingNanos == 0) {
            waitingNanos = nowNanos;
        }
        boolean isDenied = fault == Fault.TARGET_NOT_AUTHORIZED;
        boolean isLong = isDenied || nowNanos - waitingNanos > TELL_AFTER_NANOS;
        if (isLong && windows.takeTurnToTell(nowNanos)) {
            Health health = TargetTrouble.noIdentity(cluster, fault, identity.name(), why);
            partitions.forEach(partition -> shared.recoveries().tell(partition, health, nowNanos));
        }
    }

    @Override
    public void grantLost(Fault fault) {
        if (fault == Fault.FENCED) {
            identity.taken();
        } else {
            identity.renew();
        }
    }
}
