package io.replicator.produce;

import io.replicator.delivery.Fence;
import io.replicator.delivery.Grant;
import io.replicator.delivery.GroupEvents;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.wire.ClusterView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;

/**
 * The producer identities of the lane's partition groups, the fences of those that have a transactional id, and what their
 * windows and the control plane learn of them.
 */
final class GroupIdentities {
    /** Windows may be thousands: what all of a group's are to know is said no more often than this. */
    private static final long TELL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Other transactions and elections hold up ours for a moment: nobody is told. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A fence that is to be tried again is, so soon. */
    private static final long FENCING_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * Brokers forget a producer whose last record in a partition is a day old (producer.id.expiration.ms), and with it which
     * batches they have. What became of a batch is not asked for so long by sending it again: what is there is read.
     */
    static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(1);

    /**
     * With the producer they forget who was fenced. A process that was frozen for so long that others may have taken over
     * writes no more under what it was granted before.
     */
    private static final long FROZEN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClusterView target;
    private final Optional<String> transactionalIds;
    private final RandomGenerator random;
    private final Windows windows;
    private final Openings openings;
    private final Verdicts.Consequences consequences;
    private final GroupEvents events;

    /** Of a flow that writes in transactions. */
    private final Optional<GroupTransaction.Shared> transactions;

    private final Map<Integer, Group> groups = new HashMap<>();
    private long polledNanos;

    /** One group's identity, its fence, and what was told of them. */
    private final class Group implements Fence.Listener {
        private final ProducerIdentity identity;
        private final Optional<Fence> fence;

        /** {@code null} where nothing is written in transactions. */
        private final GroupTransaction transaction;

        /** Target partitions that may have been written under the latest grant. */
        private final Set<TopicPartition> written = new HashSet<>();

        private int toldGiven;
        private int toldGrants;
        private boolean isTold;
        private long toldNanos;
        private boolean isGivenUp;

        /** Whether its partitions are to be fenced and read under the next grant, even if it follows the one before. */
        private boolean isToBeRead;

        /** Since when no transaction came to its end, 0 when one did. */
        private long waitingNanos;

        Group(ProducerIdentity identity) {
            this.identity = identity;
            this.fence = identity.coordinator()
                    .map(coordinator -> new Fence(target, coordinator, this::hasLeader, this, random));
            this.transaction = transactions
                    .map(shared -> new GroupTransaction(
                            shared,
                            target,
                            windows,
                            consequences,
                            identity,
                            this::hasLeader,
                            () -> isToBeRead = true,
                            random))
                    .orElse(null);
        }

        private boolean hasLeader(TopicPartition partition) {
            boolean isLed = target.topic(partition.topic()).leader(partition.partition()) >= 0;
            if (!isLed) {
                target.refresh();
            }
            return isLed;
        }

        /** Another one has the group by now, or may have. */
        void letGo() {
            if (fence.isPresent()) {
                identity.taken();
            }
        }

        boolean isFencing() {
            return fence.isPresent() && !fence.get().isIdle();
        }

        /** Whether a transaction is open, or may be, that a new epoch would end. */
        boolean hasTransaction() {
            return transaction != null && !transaction.isIdle();
        }

        boolean isToldLately(long nowNanos) {
            if (isTold && nowNanos - toldNanos < TELL_INTERVAL_NANOS) {
                return true;
            }
            isTold = true;
            toldNanos = nowNanos;
            return false;
        }

        @Override
        public void fenced(TopicPartition partition, long nowNanos) {
            waitingNanos = 0;
            openings.fenced(partition, nowNanos);
        }

        @Override
        public void notFenced(TopicPartition partition, Fault fault, long nowNanos) {
            openings.notFenced(partition, fault, nowNanos);
        }

        @Override
        public void waits(Set<TopicPartition> partitions, Fault fault, String why, long nowNanos) {
            if (waitingNanos == 0) {
                waitingNanos = nowNanos;
            }
            boolean isDenied = fault == Fault.TARGET_NOT_AUTHORIZED;
            boolean isLong = isDenied || nowNanos - waitingNanos > TELL_AFTER_NANOS;
            if (isLong && !isToldLately(nowNanos)) {
                Health health =
                        TargetTrouble.noIdentity(target.connection().clusterName(), fault, identity.name(), why);
                partitions.forEach(partition -> openings.tell(partition, health, nowNanos));
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

    /**
     * @param transactionalIds prefix of the groups' transactional ids; empty for anonymous identities
     * @param events who is told of the groups
     * @param transactions of a flow that writes in them
     */
    GroupIdentities(
            ClusterView target,
            Optional<String> transactionalIds,
            RandomGenerator random,
            Windows windows,
            Openings openings,
            Verdicts.Consequences consequences,
            GroupEvents events,
            Optional<GroupTransaction.Shared> transactions) {
        this.target = target;
        this.transactionalIds = transactionalIds;
        this.random = random;
        this.windows = windows;
        this.openings = openings;
        this.consequences = consequences;
        this.events = events;
        this.transactions = transactions;
    }

    ProducerIdentity of(int group) {
        return groupOf(group).identity;
    }

    /** {@code null} where nothing is written in transactions. */
    GroupTransaction transactionOf(int group) {
        return groupOf(group).transaction;
    }

    /** What is in transactions is committed as soon as nothing is on its way. */
    void hurry() {
        groups.keySet().forEach(this::hurry);
    }

    /** The same for one group. */
    void hurry(int partitionGroup) {
        Group group = groups.get(partitionGroup);
        if (group != null && group.transaction != null) {
            group.transaction.hurry();
        }
    }

    private Group groupOf(int group) {
        Group known = groups.get(group);
        if (known == null) {
            known = new Group(
                    new ProducerIdentity(group, transactionalIds.map(prefix -> prefix + group), target, random));
            groups.put(group, known);
        }
        return known;
    }

    /** A new window: in a group with a transactional id it must be fenced and recovered before its first write. */
    void added(PartitionWindow window) {
        Group group = groupOf(window.partition().group());
        if (group.fence.isEmpty()) {
            return;
        }
        Opening opening = openings.begin(window);
        if (group.written.contains(opening.target)) {
            // What an earlier window sent may still arrive, and would be let in: it has the epoch that fences the
            // others.
            group.identity.renew();
        }
        fence(group, opening);
    }

    private static void fence(Group group, Opening opening) {
        if (group.identity.mayFence() && opening.stage == Opening.Stage.UNFENCED) {
            opening.stage = Opening.Stage.FENCING;
            group.fence.orElseThrow().add(opening.target);
        }
    }

    /** It waited, and may be fenced again. */
    void fence(Opening opening) {
        fence(groupOf(opening.window.partition().group()), opening);
    }

    /** Nothing is written for the window any more. */
    void removed(PartitionWindow window) {
        Group group = groups.get(window.partition().group());
        if (window.opening != null && group != null && group.identity == window.identity()) {
            group.fence.ifPresent(fence -> fence.remove(window.opening.target));
        }
        if (window.transaction() != null) {
            window.transaction().left(window);
        }
        openings.end(window);
    }

    /** The window may be written from now on. */
    void opened(Opening opening) {
        groupOf(opening.window.partition().group()).written.add(opening.target);
    }

    /** A grant is on record; one that was replaced meanwhile means nothing any more. */
    void registered(Grant grant, Set<Long> producerIds) {
        Group group = groups.get(grant.partitionGroup());
        if (group != null) {
            group.identity.registered(grant, producerIds);
        }
    }

    /** A later window of the group begins with a new identity. */
    void forget(int partitionGroup) {
        Group group = groups.remove(partitionGroup);
        if (group != null) {
            group.fence.ifPresent(Fence::end);
            if (group.transaction != null) {
                group.transaction.close();
            }
        }
    }

    /** How long the thread may wait for brokers. */
    long waitNanos(long mostNanos, long nowNanos) {
        long waitNanos = mostNanos;
        for (Group group : groups.values()) {
            if (group.isFencing()) {
                waitNanos = Math.min(waitNanos, FENCING_WAIT_NANOS);
            }
            if (group.transaction != null) {
                waitNanos = Math.min(waitNanos, group.transaction.nextNanos(nowNanos));
            }
        }
        return waitNanos;
    }

    /** Asks for what is missing and tells the windows what has come. */
    int poll(long nowNanos) {
        if (polledNanos != 0 && nowNanos - polledNanos > FROZEN_NANOS) {
            groups.values().forEach(Group::letGo);
        }
        polledNanos = nowNanos;
        int work = 0;
        for (Group group : groups.values()) {
            ProducerIdentity identity = group.identity;
            work += identity.poll(group.isFencing() || group.hasTransaction(), nowNanos);
            if (identity.given() != group.toldGiven) {
                group.toldGiven = identity.given();
                if (group.fence.isPresent()) {
                    events.granted(identity.givenGrant());
                }
                work++;
            }
            if (identity.grants() != group.toldGrants) {
                group.toldGrants = identity.grants();
                granted(group, nowNanos);
                work++;
            } else if (identity.isTaken() && !group.isGivenUp) {
                work += giveUp(group);
            } else if (!identity.isGranted() && !group.isToldLately(nowNanos)) {
                work += tellWhyNot(group);
            }
            if (group.fence.isPresent()) {
                work += fenceOn(group, nowNanos);
            }
            if (group.transaction != null) {
                work += writeOn(group, nowNanos);
            }
        }
        return work;
    }

    private static int fenceOn(Group group, long nowNanos) {
        ProducerIdentity identity = group.identity;
        // A transaction that was begun is ended, whatever became of the grant.
        boolean mayBegin = identity.mayFence() && !group.hasTransaction();
        if (!mayBegin && !group.isFencing()) {
            return 0;
        }
        int work = group.fence.orElseThrow().poll(identity.grant(), nowNanos);
        if (identity.onlyFences() && group.fence.orElseThrow().isDone()) {
            identity.giveBack();
        }
        return work;
    }

    /** A transactional id has one transaction at a time: that of a fence goes before those that are written in. */
    private static int writeOn(Group group, long nowNanos) {
        boolean makesWay = group.isFencing() || group.fence.orElseThrow().wants();
        return group.transaction.poll(makesWay, nowNanos);
    }

    private int tellWhyNot(Group group) {
        ProducerIdentity identity = group.identity;
        if (identity.isTaken()) {
            return giveUp(group);
        }
        if (identity.fault().isPresent()) {
            String cluster = target.connection().clusterName();
            Fault fault = identity.fault().get();
            tell(
                    identity,
                    group.fence.isPresent()
                            ? TargetTrouble.noIdentity(cluster, fault, identity.name(), identity.why())
                            : TargetTrouble.noAnonymousIdentity(cluster, fault, identity.name(), identity.why()));
        }
        return 0;
    }

    private void tell(ProducerIdentity identity, Health health) {
        for (PartitionWindow window : windows) {
            if (window.identity() == identity) {
                window.partition().targetHealthBecomes(health);
                consequences.goOn(window);
            }
        }
    }

    /** What gave its memory back while it waited for the identity is fetched again now, not after its pause. */
    private void granted(Group group, long nowNanos) {
        group.written.clear();
        List<PartitionWindow> all = new ArrayList<>();
        for (PartitionWindow window : windows) {
            if (window.identity() == group.identity && !window.isOver()) {
                all.add(window);
            }
        }
        for (PartitionWindow window : all) {
            if (group.fence.isEmpty()) {
                goOn(window, nowNanos);
            } else if (isStillOpen(group, window)) {
                group.written.add(window.target());
                goOn(window, nowNanos);
            } else {
                group.fence.get().remove(window.target());
                window.mustBeRead = false;
                fence(group, openings.beginAnew(window, nowNanos));
            }
        }
        group.isToBeRead = false;
    }

    /** Whether what was fenced and read under the grant before still counts. */
    private static boolean isStillOpen(Group group, PartitionWindow window) {
        return window.opening == null && !window.mustBeRead && group.identity.follows() && !group.isToBeRead;
    }

    private void goOn(PartitionWindow window, long nowNanos) {
        window.partition().targetHealthBecomes(Health.RUNNING);
        if (window.sheds > 0 && window.isEmpty()) {
            window.sheds = 0;
            consequences.restart(window, window.map().position(), nowNanos);
        }
        consequences.goOn(window);
    }

    /** Of an anonymous identity nobody is told, so that it is not taken back either. */
    private Health taken(Group group, PartitionWindow window) {
        return group.fence.isPresent()
                ? TargetTrouble.taken(group.identity.group())
                : TargetTrouble.of(
                        target.connection().clusterName(),
                        window.partition(),
                        Fault.FENCED,
                        window.map().position(),
                        0,
                        "");
    }

    /** Another owner has the group: its partitions are written no more. */
    private int giveUp(Group group) {
        int given = 0;
        for (PartitionWindow window : windows) {
            if (window.identity() == group.identity && !window.isOver()) {
                openings.end(window);
                window.end();
                window.partition().targetHealthIs(taken(group, window));
                consequences.park(window);
                given++;
            }
        }
        if (!group.isGivenUp && group.fence.isPresent()) {
            group.isGivenUp = true;
            group.fence.get().end();
            if (group.transaction != null) {
                group.transaction.close();
            }
            events.fenced(group.identity.group());
        }
        return given;
    }
}
