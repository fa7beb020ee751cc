package io.replicator.produce;

import io.replicator.delivery.Fence;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.delivery.ShardEvents;
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
 * The producer identities of the lane's shards, the fences of those that have a transactional id, and what their
 * windows and the control plane learn of them.
 */
final class ShardWriters {
    /** Windows may be thousands: what all of a shard's are to know is said no more often than this. */
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
    private final PartitionRecoveries openings;
    private final ProduceOutcomes.WindowActions consequences;
    private final ShardEvents events;

    /** Of a flow that writes in transactions. */
    private final Optional<ShardTransaction.Shared> transactions;

    private final Map<Integer, ShardWriter> writers = new HashMap<>();
    private long polledNanos;

    /** One shard's identity, its fence, and what was told of them. */
    private final class ShardWriter implements Fence.Listener {
        private final ProducerIdentity identity;
        private final Optional<Fence> fence;

        /** {@code null} where nothing is written in transactions. */
        private final ShardTransaction transaction;

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

        ShardWriter(ProducerIdentity identity) {
            this.identity = identity;
            this.fence = identity.coordinator()
                    .map(coordinator -> new Fence(target, coordinator, this::hasLeader, this, random));
            this.transaction = transactions
                    .map(shared -> new ShardTransaction(
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

        /** Another one has the shard by now, or may have. */
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
     * @param transactionalIds prefix of the shards' transactional ids; empty for anonymous identities
     * @param events who is told of the shards
     * @param transactions of a flow that writes in them
     */
    ShardWriters(
            ClusterView target,
            Optional<String> transactionalIds,
            RandomGenerator random,
            Windows windows,
            PartitionRecoveries openings,
            ProduceOutcomes.WindowActions consequences,
            ShardEvents events,
            Optional<ShardTransaction.Shared> transactions) {
        this.target = target;
        this.transactionalIds = transactionalIds;
        this.random = random;
        this.windows = windows;
        this.openings = openings;
        this.consequences = consequences;
        this.events = events;
        this.transactions = transactions;
    }

    ProducerIdentity of(int writer) {
        return writerOf(writer).identity;
    }

    /** {@code null} where nothing is written in transactions. */
    ShardTransaction transactionOf(int writer) {
        return writerOf(writer).transaction;
    }

    /** What is in transactions is committed as soon as nothing is on its way. */
    void hurry() {
        writers.keySet().forEach(this::hurry);
    }

    /** The same for one shard. */
    void hurry(int shard) {
        ShardWriter writer = writers.get(shard);
        if (writer != null && writer.transaction != null) {
            writer.transaction.hurry();
        }
    }

    private ShardWriter writerOf(int writer) {
        ShardWriter known = writers.get(writer);
        if (known == null) {
            known = new ShardWriter(
                    new ProducerIdentity(writer, transactionalIds.map(prefix -> prefix + writer), target, random));
            writers.put(writer, known);
        }
        return known;
    }

    /** A new window: in a shard with a transactional id it must be fenced and recovered before its first write. */
    void added(PartitionWindow window) {
        ShardWriter writer = writerOf(window.partition().shard());
        if (writer.fence.isEmpty()) {
            return;
        }
        PartitionRecovery opening = openings.begin(window);
        if (writer.written.contains(opening.target)) {
            // What an earlier window sent may still arrive, and would be let in: it has the epoch that fences the
            // others.
            writer.identity.renew();
        }
        fence(writer, opening);
    }

    private static void fence(ShardWriter writer, PartitionRecovery opening) {
        if (writer.identity.mayFence() && opening.stage == PartitionRecovery.Stage.UNFENCED) {
            opening.stage = PartitionRecovery.Stage.FENCING;
            writer.fence.orElseThrow().add(opening.target);
        }
    }

    /** It waited, and may be fenced again. */
    void fence(PartitionRecovery opening) {
        fence(writerOf(opening.window.partition().shard()), opening);
    }

    /** Nothing is written for the window any more. */
    void removed(PartitionWindow window) {
        ShardWriter writer = writers.get(window.partition().shard());
        if (window.opening != null && writer != null && writer.identity == window.identity()) {
            writer.fence.ifPresent(fence -> fence.remove(window.opening.target));
        }
        if (window.transaction() != null) {
            window.transaction().left(window);
        }
        openings.end(window);
    }

    /** The window may be written from now on. */
    void opened(PartitionRecovery opening) {
        writerOf(opening.window.partition().shard()).written.add(opening.target);
    }

    /** A grant is on record; one that was replaced meanwhile means nothing any more. */
    void registered(Grant grant, Set<Long> producerIds) {
        ShardWriter writer = writers.get(grant.shard());
        if (writer != null) {
            writer.identity.registered(grant, producerIds);
        }
    }

    /** A later window of the shard begins with a new identity. */
    void forget(int shard) {
        ShardWriter writer = writers.remove(shard);
        if (writer != null) {
            writer.fence.ifPresent(Fence::end);
            if (writer.transaction != null) {
                writer.transaction.close();
            }
        }
    }

    /** How long the thread may wait for brokers. */
    long waitNanos(long mostNanos, long nowNanos) {
        long waitNanos = mostNanos;
        for (ShardWriter writer : writers.values()) {
            if (writer.isFencing()) {
                waitNanos = Math.min(waitNanos, FENCING_WAIT_NANOS);
            }
            if (writer.transaction != null) {
                waitNanos = Math.min(waitNanos, writer.transaction.nextNanos(nowNanos));
            }
        }
        return waitNanos;
    }

    /** Asks for what is missing and tells the windows what has come. */
    int poll(long nowNanos) {
        if (polledNanos != 0 && nowNanos - polledNanos > FROZEN_NANOS) {
            writers.values().forEach(ShardWriter::letGo);
        }
        polledNanos = nowNanos;
        int work = 0;
        for (ShardWriter writer : writers.values()) {
            ProducerIdentity identity = writer.identity;
            work += identity.poll(writer.isFencing() || writer.hasTransaction(), nowNanos);
            if (identity.given() != writer.toldGiven) {
                writer.toldGiven = identity.given();
                if (writer.fence.isPresent()) {
                    events.granted(identity.givenGrant());
                }
                work++;
            }
            if (identity.grants() != writer.toldGrants) {
                writer.toldGrants = identity.grants();
                granted(writer, nowNanos);
                work++;
            } else if (identity.isTaken() && !writer.isGivenUp) {
                work += giveUp(writer);
            } else if (!identity.isGranted() && !writer.isToldLately(nowNanos)) {
                work += tellWhyNot(writer);
            }
            if (writer.fence.isPresent()) {
                work += fenceOn(writer, nowNanos);
            }
            if (writer.transaction != null) {
                work += writeOn(writer, nowNanos);
            }
        }
        return work;
    }

    private static int fenceOn(ShardWriter writer, long nowNanos) {
        ProducerIdentity identity = writer.identity;
        // A transaction that was begun is ended, whatever became of the grant.
        boolean mayBegin = identity.mayFence() && !writer.hasTransaction();
        if (!mayBegin && !writer.isFencing()) {
            return 0;
        }
        int work = writer.fence.orElseThrow().poll(identity.grant(), nowNanos);
        if (identity.onlyFences() && writer.fence.orElseThrow().isDone()) {
            identity.giveBack();
        }
        return work;
    }

    /** A transactional id has one transaction at a time: that of a fence goes before those that are written in. */
    private static int writeOn(ShardWriter writer, long nowNanos) {
        boolean makesWay = writer.isFencing() || writer.fence.orElseThrow().wants();
        return writer.transaction.poll(makesWay, nowNanos);
    }

    private int tellWhyNot(ShardWriter writer) {
        ProducerIdentity identity = writer.identity;
        if (identity.isTaken()) {
            return giveUp(writer);
        }
        if (identity.fault().isPresent()) {
            String cluster = target.connection().clusterName();
            Fault fault = identity.fault().get();
            tell(
                    identity,
                    writer.fence.isPresent()
                            ? TargetTrouble.noIdentity(cluster, fault, identity.name(), identity.why())
                            : TargetTrouble.noAnonymousIdentity(cluster, fault, identity.name(), identity.why()));
        }
        return 0;
    }

    private void tell(ProducerIdentity identity, Health health) {
        for (PartitionWindow window : windows) {
            if (window.identity() == identity) {
                window.partition().publishTargetHealthIfChanged(health);
                consequences.goOn(window);
            }
        }
    }

    /** What gave its memory back while it waited for the identity is fetched again now, not after its pause. */
    private void granted(ShardWriter writer, long nowNanos) {
        writer.written.clear();
        List<PartitionWindow> all = new ArrayList<>();
        for (PartitionWindow window : windows) {
            if (window.identity() == writer.identity && !window.isOver()) {
                all.add(window);
            }
        }
        for (PartitionWindow window : all) {
            if (writer.fence.isEmpty()) {
                goOn(window, nowNanos);
            } else if (isStillOpen(writer, window)) {
                writer.written.add(window.target());
                goOn(window, nowNanos);
            } else {
                writer.fence.get().remove(window.target());
                window.mustBeRead = false;
                fence(writer, openings.beginAnew(window, nowNanos));
            }
        }
        writer.isToBeRead = false;
    }

    /** Whether what was fenced and read under the grant before still counts. */
    private static boolean isStillOpen(ShardWriter writer, PartitionWindow window) {
        return window.opening == null && !window.mustBeRead && writer.identity.follows() && !writer.isToBeRead;
    }

    private void goOn(PartitionWindow window, long nowNanos) {
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        if (window.sheds > 0 && window.isEmpty()) {
            window.sheds = 0;
            consequences.restart(window, window.map().position(), nowNanos);
        }
        consequences.goOn(window);
    }

    /** Of an anonymous identity nobody is told, so that it is not taken back either. */
    private Health taken(ShardWriter writer, PartitionWindow window) {
        return writer.fence.isPresent()
                ? TargetTrouble.taken(writer.identity.shard())
                : TargetTrouble.of(
                        target.connection().clusterName(),
                        window.partition(),
                        Fault.FENCED,
                        window.map().position(),
                        0,
                        "");
    }

    /** Another owner has the shard: its partitions are written no more. */
    private int giveUp(ShardWriter writer) {
        int given = 0;
        for (PartitionWindow window : windows) {
            if (window.identity() == writer.identity && !window.isOver()) {
                openings.end(window);
                window.end();
                window.partition().publishTargetHealth(taken(writer, window));
                consequences.park(window);
                given++;
            }
        }
        if (!writer.isGivenUp && writer.fence.isPresent()) {
            writer.isGivenUp = true;
            writer.fence.get().end();
            if (writer.transaction != null) {
                writer.transaction.close();
            }
            events.fenced(writer.identity.shard());
        }
        return given;
    }
}
