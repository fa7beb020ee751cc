package io.replicator.delivery;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.partition.Fault;
import io.replicator.wire.ClusterView;
import io.replicator.wire.TransactionCall;
import io.replicator.wire.TransactionCoordinator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps earlier owners of a shard from writing: opens a transaction over target partitions, writes nothing in it
 * and aborts it. The marker that the coordinator then puts into each of them carries the grant's epoch, and their leaders
 * refuse every earlier one from there on. That the transaction ended does not mean that a marker is there already: whoever
 * must know reads the partition until it shows.
 *
 * <p>Partitions come when they come; those that are fenced go on being written while others are fenced.
 */
public final class Fence implements TransactionCall.Listener {
    /** Partitions of one transaction. */
    private static final int MAX_PARTITIONS = 1_000;

    private static final Backoff BACKOFF = Backoff.ofMillis(20, 2_000);

    /** When nobody has a leader: how long until they are looked at again. */
    private static final long NO_LEADER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What the shard's partitions learn. */
    public interface Listener {
        /** The transaction over the partition ended: its marker is there, or will be. */
        void fenced(TopicPartition partition, long nowNanos);

        /** It cannot be fenced now; it has to be asked for again. */
        void notFenced(TopicPartition partition, Fault fault, long nowNanos);

        /** None can be fenced now; it is tried again. */
        void waits(Set<TopicPartition> partitions, Fault fault, String why, long nowNanos);

        /** The grant is worth nothing any more: FENCED when another owner has the shard, SEQUENCE_LOST when nobody has. */
        void grantLost(Fault fault);
    }

    private enum State {
        IDLE,
        ADDING,
        ENDING
    }

    private final TransactionCall call;
    private final Predicate<TopicPartition> hasLeader;
    private final Listener listener;
    private final Retry retry;

    private final Set<TopicPartition> waiting = new LinkedHashSet<>();

    /** In the transaction, or about to be. */
    private final List<TopicPartition> inTransaction = new ArrayList<>();

    private State state = State.IDLE;

    /** Whether a question about the transaction went without an answer, so that there may be one. */
    private boolean mayBeOpen;

    private boolean isOver;
    private Grant grant;

    /**
     * @param hasLeader whether a partition has one: without it no marker can be written, and the transaction of all others
     *     would wait
     */
    public Fence(
            ClusterView target,
            TransactionCoordinator coordinator,
            Predicate<TopicPartition> hasLeader,
            Listener listener,
            RandomGenerator random) {
        this.call = new TransactionCall(target, coordinator, this);
        this.hasLeader = hasLeader;
        this.listener = listener;
        this.retry = new Retry(BACKOFF.withJitter(random));
    }

    /** A partition is to be fenced. */
    public void add(TopicPartition partition) {
        waiting.add(partition);
    }

    /** It need not be any more; nothing more is told of it until it is added again. */
    public void remove(TopicPartition partition) {
        waiting.remove(partition);
    }

    /** Whether a partition waits that could be fenced now. */
    public boolean wants() {
        return !waiting.isEmpty() && waiting.stream().anyMatch(hasLeader);
    }

    /** Whether no transaction is under way. */
    public boolean isIdle() {
        return state == State.IDLE && !call.isAsking();
    }

    /** Whether every partition that was to be fenced is, or was refused. */
    public boolean isDone() {
        return waiting.isEmpty() && isIdle();
    }

    /** Nothing is told any more. */
    public void end() {
        isOver = true;
        waiting.clear();
    }

    /**
     * Goes on, under the grant that the shard has now.
     *
     * @return how much was done
     */
    public int poll(Grant granted, long nowNanos) {
        if (isOver || call.isAsking() || !retry.isDue(nowNanos)) {
            return 0;
        }
        if (state == State.IDLE) {
            if (waiting.isEmpty()) {
                return 0;
            }
            begin(granted, nowNanos);
        }
        return switch (state) {
            case IDLE -> 0;
            case ADDING -> call.add(grant.producerId(), grant.epoch(), inTransaction, nowNanos) ? 1 : 0;
            case ENDING -> call.end(grant.producerId(), grant.epoch(), false, nowNanos) ? 1 : 0;
        };
    }

    private void begin(Grant granted, long nowNanos) {
        grant = granted;
        inTransaction.clear();
        for (TopicPartition partition : waiting) {
            if (inTransaction.size() < MAX_PARTITIONS && hasLeader.test(partition)) {
                inTransaction.add(partition);
            }
        }
        if (!inTransaction.isEmpty()) {
            inTransaction.forEach(waiting::remove);
            mayBeOpen = false;
            state = State.ADDING;
        } else {
            retry.postpone(nowNanos + NO_LEADER_NANOS);
        }
    }

    @Override
    public void added(long nowNanos) {
        goOn();
        state = State.ENDING;
    }

    private void goOn() {
        retry.succeeded();
    }

    @Override
    public void partitionsRefused(Map<TopicPartition, Fault> faults, long nowNanos) {
        inTransaction.removeIf(faults::containsKey);
        if (inTransaction.isEmpty()) {
            state = mayBeOpen ? State.ENDING : State.IDLE;
        }
        if (!isOver) {
            faults.forEach((partition, fault) -> listener.notFenced(partition, fault, nowNanos));
        }
    }

    @Override
    public void ended(long nowNanos) {
        goOn();
        state = State.IDLE;
        if (!isOver) {
            List.copyOf(inTransaction).forEach(partition -> listener.fenced(partition, nowNanos));
        }
        inTransaction.clear();
    }

    /** An answer was lost, or the coordinator lost the transaction: without one no marker comes, so it begins again. */
    @Override
    public void noTransaction(long nowNanos) {
        retry.failed(nowNanos);
        state = inTransaction.isEmpty() ? State.IDLE : State.ADDING;
    }

    @Override
    public void refused(Fault fault, String why, long nowNanos) {
        retry.failed(nowNanos);
        mayBeOpen = true;
        if (isOver) {
            return;
        }
        if (fault == Fault.FENCED || fault == Fault.SEQUENCE_LOST) {
            waiting.addAll(inTransaction);
            inTransaction.clear();
            state = State.IDLE;
            listener.grantLost(fault);
        } else {
            Set<TopicPartition> all = new LinkedHashSet<>(inTransaction);
            all.addAll(waiting);
            listener.waits(all, fault, why, nowNanos);
        }
    }
}
