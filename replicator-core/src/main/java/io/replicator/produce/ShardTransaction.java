package io.replicator.produce;

import io.replicator.agent.Backoff;
import io.replicator.agent.Retry;
import io.replicator.config.TransactionBounds;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.delivery.Transaction;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.wire.ClusterView;
import io.replicator.wire.TransactionCoordinator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of one shard, one after the other: which windows write in the one that is open, when it is
 * committed, and what follows for them. Producer's thread.
 *
 * <pre>
 *   IDLE --> OPEN --> CLOSING --> ENDING --> IDLE      committed: runs enter the maps, positions move
 *              |         |          |
 *              +---------+--> ABORTING --> ENDING      aborted: windows begin again at their positions
 *                                   |
 *                                   +--> lost          what became of it is read from the target, under a new grant
 * </pre>
 *
 * <p>It is ended only when the fate of every batch that was sent is known: so what is in it is exactly what was
 * acknowledged. A batch that is refused does not abort it; its partition writes on behind what it has, or sits out. Batches
 * give their bytes back as soon as they are acknowledged: an open transaction holds no memory that others wait for.
 */
final class ShardTransaction implements PartitionWindow.OpenTransaction, Transaction.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ShardTransaction.class);

    /** Batches of one transaction: each waits for the commit as an object. */
    private static final int MAX_BATCHES = 1 << 14;

    /**
     * A transaction that cannot be committed for so long, for nobody says what became of a batch, is aborted. Together with the
     * time that a request may take it is less than what the coordinator waits before it aborts it by itself.
     */
    private static final long MAX_OPEN_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final Backoff BACKOFF = Backoff.ofMillis(50, 5_000);

    private enum State {
        IDLE,
        OPEN,
        CLOSING,
        ABORTING,
        ENDING
    }

    /**
     * What the transactions of all shards share.
     *
     * @param bounds when they are committed
     * @param outcomes what becomes of their windows' batches
     * @param schedule when their windows get their turns
     */
    record Shared(TransactionBounds bounds, ProduceOutcomes outcomes, WindowSchedule schedule) {}

    private final TransactionBounds bounds;
    private final ProduceOutcomes outcomes;
    private final WindowSchedule schedule;
    private final Windows windows;
    private final ProducerIdentity identity;
    private final String id;
    private final Transaction conversation;

    private final Retry retry;
    private final TransactionHealth health;

    /** Windows that asked to join, by their target partitions, as long as they may. */
    private final Map<TopicPartition, PartitionWindow> asking = new HashMap<>();

    /** Windows in the transaction. */
    private final List<PartitionWindow> members = new ArrayList<>();

    private State state = State.IDLE;

    /** Of the transaction, so that windows know whether it is theirs. */
    private long number;

    /** When its first member joined, 0 before. */
    private long openedNanos;

    private long bytes;
    private int batches;
    private boolean isCommit;
    private boolean isLost;

    /** Whether something of the transaction that is aborted may still be on its way. */
    private boolean isDoubtful;

    private boolean isHurried;
    private boolean isOver;

    /** After one that was aborted. */
    private long notBeforeNanos;

    /**
     * @param hasLeader whether a target partition has one
     */
    ShardTransaction(
            Shared shared,
            ClusterView target,
            Windows windows,
            ProducerIdentity identity,
            Predicate<TopicPartition> hasLeader,
            RandomGenerator random) {
        TransactionCoordinator coordinator = identity.coordinator().orElseThrow();
        this.bounds = shared.bounds();
        this.outcomes = shared.outcomes();
        this.schedule = shared.schedule();
        this.windows = windows;
        this.identity = identity;
        this.id = coordinator.transactionalId();
        this.conversation = new Transaction(target, coordinator, hasLeader, this, random);
        this.retry = new Retry(BACKOFF.withJitter(random));
        this.health = new TransactionHealth(target.connection().clusterName(), identity.shard());
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean admits(PartitionWindow window) {
        if (state == State.OPEN && window.isIn(number)) {
            return true;
        }
        TopicPartition target = window.target();
        if (asking.put(target, window) != window) {
            conversation.join(target);
        }
        return false;
    }

    @Override
    public boolean findsOut() {
        return state == State.OPEN || state == State.CLOSING;
    }

    @Override
    public void sent(int batchBytes) {
        bytes += batchBytes;
        batches++;
    }

    /** Nothing is written for the window any more. */
    void leave(PartitionWindow window) {
        if (asking.remove(window.target(), window)) {
            conversation.leave(window.target());
        }
    }

    /** From now on it is committed as soon as nothing is on its way. */
    void hurry() {
        isHurried = true;
    }

    /** Whether there is no transaction. */
    boolean isIdle() {
        return state == State.IDLE && conversation.isIdle();
    }

    @Override
    public boolean isHeldUp(long nowNanos, long sinceNanos) {
        return health.isHeldUp(nowNanos, sinceNanos);
    }

    /** Another owner has the shard. */
    void close() {
        isOver = true;
        conversation.close();
        asking.clear();
        members.clear();
        state = State.IDLE;
    }

    /** How long it may be before something is to be done that nobody rings for. */
    long nextNanos(long nowNanos) {
        long next = sooner(Long.MAX_VALUE, conversation.notBeforeNanos(), nowNanos);
        next = sooner(next, notBeforeNanos, nowNanos);
        if (openedNanos != 0 && state == State.OPEN) {
            next = sooner(next, openedNanos + bounds.interval().toNanos(), nowNanos);
        }
        return openedNanos != 0 && state == State.CLOSING ? sooner(next, openedNanos + MAX_OPEN_NANOS, nowNanos) : next;
    }

    /** What is due already waits for something else. */
    private static long sooner(long soNanos, long atNanos, long nowNanos) {
        return atNanos == 0 || atNanos - nowNanos <= 0 ? soNanos : Math.min(soNanos, atNanos - nowNanos);
    }

    /**
     * Goes on.
     *
     * @param makesWay whether something else waits for there to be no transaction
     * @return how much was done
     */
    int poll(boolean makesWay, long nowNanos) {
        if (isOver) {
            return 0;
        }
        State before = state;
        if (state == State.IDLE && mayBegin(makesWay, nowNanos)) {
            begin(nowNanos);
        }
        if (state == State.OPEN && isDue(makesWay, nowNanos)) {
            state = State.CLOSING;
            health.holdUp(nowNanos);
        }
        if (state == State.CLOSING) {
            settle(nowNanos);
        }
        if (state == State.ABORTING) {
            abortSettled(nowNanos);
        }
        boolean isTalking = state == State.OPEN || state == State.ENDING;
        int work = isTalking ? conversation.poll(identity.grant(), nowNanos) : 0;
        return state == before ? work : work + 1;
    }

    private boolean mayBegin(boolean makesWay, long nowNanos) {
        if (makesWay || !identity.isGranted() || asking.isEmpty()) {
            return false;
        }
        boolean isPaused = notBeforeNanos != 0 && nowNanos - notBeforeNanos < 0;
        return !isPaused && conversation.hasWaiting();
    }

    private void begin(long nowNanos) {
        notBeforeNanos = 0;
        number++;
        openedNanos = 0;
        bytes = 0;
        batches = 0;
        health.holdUp(nowNanos);
        state = State.OPEN;
    }

    private boolean isDue(boolean makesWay, long nowNanos) {
        if (makesWay || !identity.isGranted()) {
            return true;
        }
        if (openedNanos == 0) {
            return false;
        }
        return nowNanos - openedNanos >= bounds.interval().toNanos()
                || bytes >= bounds.maxBytes()
                || batches >= MAX_BATCHES
                || (isHurried && batches > 0 && !identity.hasUnresolved());
    }

    private void settle(long nowNanos) {
        if (!identity.hasUnresolved()) {
            isCommit = true;
            end();
        } else if (openedNanos != 0 && nowNanos - openedNanos > MAX_OPEN_NANOS) {
            abort("nobody says what became of a batch", nowNanos);
        } else {
            tellWhy("what became of a batch in it is not known yet", nowNanos);
        }
    }

    private void end() {
        state = State.ENDING;
        conversation.end(isCommit);
    }

    @Override
    public void abort(String why, long nowNanos) {
        if (state == State.OPEN || state == State.CLOSING) {
            LOG.warn("the transaction is aborted, its records are written again id={} reason={}", id, why);
            state = State.ABORTING;
            health.holdUp(nowNanos);
            notBeforeNanos = nowNanos + retry.failed(nowNanos);
        }
    }

    private void abortSettled(long nowNanos) {
        for (PartitionWindow window : windows) {
            if (window.transaction() == this && window.inflight().hasSent()) {
                return;
            }
        }
        if (isLost) {
            lose(nowNanos);
        } else {
            isCommit = false;
            isDoubtful = identity.hasUnresolved();
            end();
        }
    }

    /** The next grant aborts what is open, and fences what may still be on its way. */
    private void lose(long nowNanos) {
        isLost = false;
        conversation.forget();
        asking.clear();
        members.clear();
        state = State.IDLE;
        goOn();
        readAll(nowNanos);
    }

    /** All of the shard is fenced and read under the next grant. */
    private void readAll(long nowNanos) {
        isDoubtful = false;
        identity.renew();
        for (PartitionWindow window : windows) {
            if (window.transaction() == this && !window.isOver()) {
                window.readUnderNextGrant();
                outcomes.aborted(window, nowNanos);
            }
        }
    }

    @Override
    public void joined(TopicPartition partition, long nowNanos) {
        PartitionWindow window = asking.remove(partition);
        if (openedNanos == 0) {
            openedNanos = nowNanos;
            goOn();
        }
        if (window == null) {
            return;
        }
        if (state == State.OPEN) {
            window.join(number);
            members.add(window);
        }
        schedule.goOn(window);
    }

    @Override
    public void notJoined(TopicPartition partition, Fault fault, long nowNanos) {
        PartitionWindow window = asking.remove(partition);
        if (window != null) {
            outcomes.notJoined(window, fault, nowNanos);
        }
    }

    @Override
    public void ended(long nowNanos) {
        List<PartitionWindow> all = List.copyOf(members);
        members.clear();
        state = State.IDLE;
        goOn();
        if (isCommit) {
            retry.succeeded();
        } else if (isDoubtful) {
            readAll(nowNanos);
            return;
        }
        for (PartitionWindow window : all) {
            if (window.isOver()) {
                continue;
            }
            if (isCommit) {
                outcomes.committed(window, nowNanos);
            } else {
                outcomes.aborted(window, nowNanos);
            }
        }
    }

    @Override
    public void lost(Fault fault, String why, long nowNanos) {
        if (fault == Fault.FENCED) {
            identity.taken();
            return;
        }
        LOG.warn(
                "what became of the transaction is not known, it is read from the target id={} reason={}: {}",
                id,
                fault,
                why);
        isLost = true;
        state = State.ABORTING;
        notBeforeNanos = nowNanos + retry.failed(nowNanos);
    }

    @Override
    public void waits(Fault fault, String why, long nowNanos) {
        tellWhy(why, nowNanos);
    }

    private void tellWhy(String why, long nowNanos) {
        if (health.mayTell(nowNanos)) {
            List<PartitionWindow> waiting = new ArrayList<>(members);
            waiting.addAll(asking.values());
            health.tell(why, waiting, nowNanos);
        }
    }

    /** Windows wait no longer: what they were told is taken back. */
    private void goOn() {
        Health told = health.goOn();
        if (told == null) {
            return;
        }
        for (PartitionWindow window : windows) {
            if (window.transaction() == this
                    && window.partition().targetHealth().equals(told)) {
                window.partition().publishTargetHealthIfChanged(Health.RUNNING);
            }
        }
    }
}
