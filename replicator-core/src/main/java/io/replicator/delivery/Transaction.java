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
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;

/**
 * What a shard's transactions and their coordinator say to each other: partitions join, then the transaction is
 * ended, then the next one begins with the first partition that joins. What goes without an answer is asked again.
 *
 * <p>It says nothing about what is written; whoever ends a transaction knows the fate of everything that was written in it.
 */
public final class Transaction implements TransactionCall.Listener {
    /** Partitions of one question. */
    private static final int MAX_PARTITIONS = 1_000;

    /** The markers of the transaction before are written within milliseconds; until then no partition can join. */
    private static final Backoff BACKOFF = Backoff.ofMillis(5, 2_000);

    /** What the shard learns. */
    public interface Listener {
        /** Batches of the partition may be written. */
        void joined(TopicPartition partition, long nowNanos);

        /** It cannot join now; it has to be asked for again. */
        void notJoined(TopicPartition partition, Fault fault, long nowNanos);

        /** The transaction is committed or aborted, as was asked for; readers see that soon. */
        void ended(long nowNanos);

        /**
         * What becomes of the transaction cannot be said, or the grant is worth nothing any more: FENCED when another owner has
         * the shard.
         */
        void lost(Fault fault, String why, long nowNanos);

        /** No answer, or not now; it is tried again. */
        void waits(Fault fault, String why, long nowNanos);
    }

    private final TransactionCall call;
    private final Predicate<TopicPartition> hasLeader;
    private final Listener listener;
    private final Retry retry;

    private final Set<TopicPartition> waiting = new LinkedHashSet<>();

    /** Of the question that is asked now, or again. */
    private final List<TopicPartition> asked = new ArrayList<>();

    /** Whether a partition is in it, as far as anybody said. */
    private boolean isOpen;

    /** Whether a question went without an answer, so that partitions may be in it. */
    private boolean mayBeOpen;

    private boolean isEnding;
    private boolean isCommitted;
    private boolean isOver;

    /** Whether the answer that is under way belongs to what was forgotten. */
    private boolean isStale;

    /** Whether what is asked is that it ends. */
    private boolean asksToEnd;

    private long notBeforeNanos;

    /**
     * @param hasLeader whether a partition has one: without it no marker can be written, and the shard's next transaction would
     *     wait for it
     */
    public Transaction(
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

    /** A partition is to be in the transaction. */
    public void join(TopicPartition partition) {
        waiting.add(partition);
    }

    /** It need not be any more, unless it is already. */
    public void leave(TopicPartition partition) {
        waiting.remove(partition);
    }

    /** Commits or aborts it. Nobody joins any more before it is ended. */
    public void end(boolean committed) {
        isEnding = true;
        isCommitted = committed;
        waiting.addAll(asked);
        asked.clear();
    }

    /** Whether somebody waits who could be asked for. */
    public boolean hasWaiting() {
        return !asked.isEmpty() || waiting.stream().anyMatch(hasLeader);
    }

    /** Whether there is none, nor may be. */
    public boolean isIdle() {
        return !isOpen && !mayBeOpen && !isEnding && !call.isAsking();
    }

    /** When there is something to do that nobody rings for; 0 when there is nothing. */
    public long notBeforeNanos() {
        return notBeforeNanos;
    }

    /** Whatever is open is aborted by the next grant. */
    public void forget() {
        isStale = call.isAsking();
        waiting.clear();
        asked.clear();
        isOpen = false;
        mayBeOpen = false;
        isEnding = false;
        notBeforeNanos = 0;
    }

    /** Nothing is told any more. */
    public void close() {
        forget();
        isOver = true;
    }

    /**
     * Goes on, under the grant that the transaction was opened with.
     *
     * @return how much was done
     */
    public int poll(Grant grant, long nowNanos) {
        if (isOver || call.isAsking() || (notBeforeNanos != 0 && nowNanos - notBeforeNanos < 0)) {
            return 0;
        }
        if (isEnding) {
            return end(grant, nowNanos);
        }
        if (asked.isEmpty()) {
            takeWaiting();
        }
        if (asked.isEmpty()) {
            return 0;
        }
        asksToEnd = false;
        return call.add(grant.producerId(), grant.epoch(), asked, nowNanos) ? 1 : 0;
    }

    private int end(Grant grant, long nowNanos) {
        if (!isOpen && !mayBeOpen) {
            finish(nowNanos);
            return 1;
        }
        asksToEnd = true;
        return call.end(grant.producerId(), grant.epoch(), isCommitted, nowNanos) ? 1 : 0;
    }

    private void takeWaiting() {
        for (TopicPartition partition : waiting) {
            if (asked.size() < MAX_PARTITIONS && hasLeader.test(partition)) {
                asked.add(partition);
            }
        }
        asked.forEach(waiting::remove);
    }

    /** Whether nobody wants to know the answer that has come. */
    private boolean isIgnored() {
        boolean isIgnored = isOver || isStale;
        isStale = false;
        return isIgnored;
    }

    private void goOn() {
        retry.succeeded();
        notBeforeNanos = 0;
    }

    @Override
    public void added(long nowNanos) {
        if (isIgnored()) {
            return;
        }
        goOn();
        isOpen = true;
        // None when it is being ended: they join the next one.
        List<TopicPartition> joined = List.copyOf(asked);
        asked.clear();
        joined.forEach(partition -> listener.joined(partition, nowNanos));
    }

    @Override
    public void partitionsRefused(Map<TopicPartition, Fault> faults, long nowNanos) {
        if (isIgnored()) {
            return;
        }
        goOn();
        waiting.removeAll(faults.keySet());
        asked.removeIf(faults::containsKey);
        faults.forEach((partition, fault) -> listener.notJoined(partition, fault, nowNanos));
    }

    @Override
    public void ended(long nowNanos) {
        if (!isIgnored()) {
            finish(nowNanos);
        }
    }

    private void finish(long nowNanos) {
        goOn();
        isOpen = false;
        mayBeOpen = false;
        isEnding = false;
        listener.ended(nowNanos);
    }

    @Override
    public void noTransaction(long nowNanos) {
        if (isIgnored()) {
            return;
        }
        if (isOpen && isCommitted) {
            listener.lost(Fault.TRANSACTION_LOST, "the coordinator knows of no transaction to be committed", nowNanos);
        } else {
            finish(nowNanos);
        }
    }

    @Override
    public void refused(Fault fault, String why, long nowNanos) {
        if (isIgnored()) {
            return;
        }
        notBeforeNanos = nowNanos + retry.failed(nowNanos);
        if (isLoss(fault)) {
            listener.lost(fault, why, nowNanos);
        } else {
            mayBeOpen |= !asksToEnd;
            listener.waits(fault, why, nowNanos);
        }
    }

    private static boolean isLoss(Fault fault) {
        return fault == Fault.FENCED || fault == Fault.SEQUENCE_LOST || fault == Fault.TRANSACTION_LOST;
    }
}
