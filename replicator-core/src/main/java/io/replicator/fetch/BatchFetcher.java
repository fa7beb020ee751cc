package io.replicator.fetch;

import io.replicator.agent.Agent;
import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.config.Isolation;
import io.replicator.measure.FetchMeasures;
import io.replicator.partition.Divergence;
import io.replicator.partition.Fault;
import io.replicator.partition.FetchEnd;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.partition.Remedy;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchRing;
import io.replicator.wire.ClusterView;
import io.replicator.wire.FetchSession;
import io.replicator.wire.FetchedPartition;
import io.replicator.wire.PartitionAnswer;
import io.replicator.wire.ReceivePool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads the lane's partitions from the source: one fetch session with each broker, answers into the pool, batches into
 * the ring. It stops asking when the pool or the ring is full, and asks for a partition no longer while too much of it is
 * on its way.
 */
public final class BatchFetcher implements Agent, FetchSession.Listener {
    /** What the control plane asks of a fetcher. */
    public sealed interface Command {
        /** Fetch a partition, from its position. */
        record Add(int laneIndex, Partition partition) implements Command {}

        /** Fetch a partition no longer. */
        record Remove(int laneIndex) implements Command {}

        /** Fetch nothing any more: what is on its way is the last. */
        record Stop() implements Command {}
    }

    private static final int COMMANDS_PER_TURN = 1_000;
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MAX_DOUBLINGS = 6;

    /**
     * While a partition may be fetched again any moment, brokers wait no longer for the others: a session has one request
     * under way, and what is not in it waits with it.
     */
    private static final int MAX_WAIT_FOR_ROOM_MILLIS = 20;

    /** Failures in a row before a person is told that a partition waits: an election takes a few. */
    private static final int FAILURES_TO_TELL = 5;

    private final String name;
    private final Supplier<ClusterView> connect;
    private final ReceivePool pool;
    private final BatchRing ring;
    private final FetchMeasures measures;
    private final FetchSession.Limits limits;
    private final long partitionBudgetBytes;
    private final BatchScanner scanner;
    private final Throttle throttle;
    private final Doorbell bell;
    private final Doorbell roomBell;
    private final Mailbox<Command> commands;
    private final Mailbox<Restart> restarts;

    // One object each for all turns.
    private final Consumer<Command> obeying = this::obey;
    private final Consumer<Restart> restarting = this::restart;

    /** Set before the thread starts: each agent wakes the other, so one of them must exist first. */
    private Doorbell producerBell;

    /** Tells the control plane that the source changed. Set before the thread starts. */
    private Runnable onNews = () -> {};

    // Made when the thread starts.
    private ClusterView source;
    private SourceBrokers brokers;

    private boolean stopped;

    /** How long the first session that rests still does; {@link Long#MAX_VALUE} when none does. */
    private long restNanos = Long.MAX_VALUE;

    /** Whether the wait before this turn has read and written already. */
    private boolean hasExchanged;

    private final List<PartitionCursor> cursors = new ArrayList<>();

    /** Of which the producer awaits a word of the leader. */
    private final List<PartitionCursor> awaiting = new ArrayList<>();

    /** Answers that the ring had no room for. Nothing is fetched before they have gone through. */
    private final Deque<Remainder> remainders = new ArrayDeque<>();

    /** Whether the last turn wanted memory that was not there; read by the producer. */
    private volatile boolean starved;

    /**
     * @param name of the thread
     * @param connect opens the connection to the source, on the fetcher's thread
     * @param pool where the connection receives
     * @param ring to the producer
     * @param limits of fetch requests
     * @param partitionBudgetBytes the most of one partition that is on its way at a time
     * @param throttle the flow's own speed limit
     * @param measures what is counted
     */
    public BatchFetcher(
            String name,
            Supplier<ClusterView> connect,
            ReceivePool pool,
            BatchRing ring,
            FetchSession.Limits limits,
            long partitionBudgetBytes,
            Throttle throttle,
            FetchMeasures measures) {
        this.name = name;
        this.connect = connect;
        this.pool = pool;
        this.ring = ring;
        this.limits = limits;
        this.partitionBudgetBytes = partitionBudgetBytes;
        this.throttle = throttle;
        this.measures = measures;
        this.scanner = new BatchScanner(ring, limits.isolation() == Isolation.READ_COMMITTED, measures);
        this.bell = new Doorbell(this::wakeup);
        this.roomBell = new Doorbell(this::wakeup);
        this.commands = new Mailbox<>(bell);
        this.restarts = new Mailbox<>(bell);
    }

    /** Any thread. */
    public Mailbox<Command> commands() {
        return commands;
    }

    /** The producer's thread. */
    public Mailbox<Restart> restarts() {
        return restarts;
    }

    /** Who is woken when the ring has something. Called once, before the thread starts. */
    public void wakes(Doorbell bellOfProducer) {
        producerBell = bellOfProducer;
    }

    /** Who is told when topics or partitions came or went. Called once, before the thread starts. */
    public void tells(Runnable listener) {
        onNews = listener;
    }

    /** Rung when there are commands. */
    public Doorbell bell() {
        return bell;
    }

    /** To be rung when memory or slots were given back; wakes only a fetcher that waits for them. */
    public Doorbell roomBell() {
        return roomBell;
    }

    /** Whether the fetcher waits for memory. Any thread. */
    public boolean isStarved() {
        return starved;
    }

    private void wakeup() {
        ClusterView view = source;
        if (view != null) {
            view.connection().wakeup();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void onStart() {
        source = connect.get();
        brokers = new SourceBrokers(source, limits, this, partitionBudgetBytes);
    }

    @Override
    public void onClose() {
        if (source != null) {
            source.close();
        }
    }

    @Override
    public int doWork(long nowNanos) {
        int work = takeMail(nowNanos);
        if (hasExchanged) {
            hasExchanged = false;
        } else {
            work += source.connection().poll(0, nowNanos);
        }
        work += source.poll(nowNanos);
        work += followLeaders(nowNanos);
        work += brokers.release(nowNanos);
        work += sendFetches(nowNanos);
        if (starved || !remainders.isEmpty() || brokers.waitForRoom()) {
            roomBell.expectRing();
        } else {
            roomBell.answer();
        }
        return work;
    }

    @Override
    public int takeMail(long nowNanos) {
        int mail = commands.drain(obeying, COMMANDS_PER_TURN);
        mail += restarts.drain(restarting, COMMANDS_PER_TURN);
        mail += pool.reclaim();
        mail += continueRemainders();
        mail += brokers.release(nowNanos);
        return mail;
    }

    @Override
    public void await(long nowNanos, long mostNanos) {
        long waitNanos = Math.min(Math.min(mostNanos, restNanos), throttle.waitNanos(nowNanos));
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos));
        source.connection().poll(millis, nowNanos);
        hasExchanged = true;
    }

    private void obey(Command command) {
        if (command instanceof Command.Add add) {
            add(add.laneIndex(), add.partition());
        } else if (command instanceof Command.Remove remove) {
            remove(remove.laneIndex());
        } else {
            stop();
        }
    }

    private void add(int number, Partition partition) {
        while (cursors.size() <= number) {
            cursors.add(null);
        }
        PartitionCursor cursor = new PartitionCursor(
                number, partition, source.topic(partition.source().topic()));
        cursors.set(number, cursor);
        brokers.holdBack(cursor);
    }

    private void remove(int number) {
        PartitionCursor cursor = cursors.get(number);
        brokers.remove(cursor);
        cursor.removed = true;
        cursor.partition.publishFetchEnd(new FetchEnd(cursor.offset, cursor.generation));
        cursor.generation = -1;
        cursors.set(number, null);
    }

    private void stop() {
        stopped = true;
        for (PartitionCursor cursor : cursors) {
            if (cursor != null) {
                brokers.remove(cursor);
            }
        }
        remainders.forEach(Remainder::drop);
        remainders.clear();
    }

    private void restart(Restart restart) {
        PartitionCursor cursor = cursors.get(restart.laneIndex());
        if (cursor == null || stopped) {
            return;
        }
        if (restart.isQuestion()) {
            if (restart.generation() == cursor.generation) {
                cursor.awaitedFreshness = cursor.partition.freshnessRequests();
                awaiting.add(cursor);
                brokers.holdBack(cursor);
            }
            return;
        }
        cursor.generation = restart.generation();
        cursor.moveTo(restart.offset());
        cursor.notBeforeNanos = restart.notBeforeNanos();
        cursor.full = false;
        brokers.holdBack(cursor);
    }

    /** After a refresh of the view: partitions whose leader or leader epoch changed are fetched from the new one. */
    private int followLeaders(long nowNanos) {
        if (!brokers.isViewNew()) {
            return 0;
        }
        boolean news = false;
        for (PartitionCursor cursor : cursors) {
            if (cursor != null) {
                news |= cursor.hasNews();
                brokers.follow(cursor, nowNanos);
            }
        }
        if (news) {
            onNews.run();
        }
        return 1;
    }

    private int sendFetches(long nowNanos) {
        if (stopped || !remainders.isEmpty()) {
            return 0;
        }
        int sent = 0;
        boolean wanted = false;
        restNanos = Long.MAX_VALUE;
        int waitMillis = brokers.waitForRoom() ? MAX_WAIT_FOR_ROOM_MILLIS : limits.maxWaitMillis();
        for (FetchSession session : brokers.sessions()) {
            if (session.partitions() == 0 || session.isInflight()) {
                continue;
            }
            long sessionRestNanos = session.restNanos(nowNanos);
            if (sessionRestNanos > 0) {
                restNanos = Math.min(restNanos, sessionRestNanos);
                continue;
            }
            if (!pool.hasRoomFor(limits.maxBytes())) {
                wanted = true;
            } else if (throttle.allows(nowNanos) && session.send(nowNanos, waitMillis)) {
                sent++;
            } else if (source.hasFailed(session.nodeId())) {
                nodeFailed(session, nowNanos);
            }
        }
        starved = wanted || pool.isOutOfMemory();
        return sent;
    }

    private void nodeFailed(FetchSession session, long nowNanos) {
        source.refresh();
        String denied = source.connection().lastAuthenticationError();
        failed(
                session.nodeId(),
                Fault.SOURCE_UNREACHABLE,
                denied.isEmpty() ? source.unreachable(session.nodeId()) : denied,
                nowNanos);
    }

    @Override
    public void answered(FetchedPartition fetched, PartitionAnswer answer, long nowNanos) {
        PartitionCursor cursor = cursors.get(fetched.laneIndex());
        if (cursor == null || cursor.session == null) {
            return;
        }
        if (answer.fault().isPresent()) {
            refused(cursor, answer.fault().get(), answer.errorName(), nowNanos);
            return;
        }
        if (answer.isDiverging()) {
            diverged(cursor, answer, nowNanos);
            return;
        }
        takeEnds(cursor, answer);
        if (answer.preferredReplica() >= 0 && answer.preferredReplica() != cursor.session.nodeId()) {
            brokers.prefer(cursor, answer.preferredReplica(), nowNanos);
        } else if (cursor.doubt.isOpen()) {
            judge(cursor, answer, nowNanos);
        } else {
            scan(cursor, answer, nowNanos);
        }
    }

    private void refused(PartitionCursor cursor, Fault fault, String why, long nowNanos) {
        if (cursor.doubt.isOpen() && fault == Fault.SOURCE_OFFSET_OUT_OF_RANGE) {
            // What would tell is deleted.
            cursor.doubt.settle();
            ask(cursor);
        } else {
            partitionFailed(cursor, fault, why, nowNanos);
        }
    }

    /** A follower may be behind, and one that lost its disk is not the log: the leader is believed first. */
    private void diverged(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        int leader = cursor.topic.leader(cursor.partition.number());
        if (cursor.session.nodeId() != leader && cursor.failures < FAILURES_TO_TELL) {
            partitionFailed(cursor, Fault.SOURCE_LEADER_MOVED, "DIVERGING_EPOCH", nowNanos);
            return;
        }
        Divergence found =
                new Divergence(cursor.offset, cursor.lastEpoch(), answer.divergingEpoch(), answer.divergingEnd());
        if (cursor.doubt.isOpen() || EpochDoubt.isCertain(found)) {
            truncated(cursor, found, nowNanos);
        } else {
            cursor.doubt.begin(found, cursor.partition.leaderEpochs());
            ask(cursor);
        }
    }

    private void judge(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        throttle.spend(answer.batches().remaining(), nowNanos);
        switch (cursor.doubt.judge(answer.batches())) {
            case NOT_YET_KNOWN -> {}
            case SAME_LOG -> {
                cursor.doubt.settle();
                ask(cursor);
            }
            case ANOTHER_LOG -> truncated(cursor, cursor.doubt.found(), nowNanos);
            case CORRUPT -> partitionFailed(cursor, Fault.SOURCE_BATCH_CORRUPT, "@" + cursor.fetchOffset(), nowNanos);
        }
    }

    private void truncated(PartitionCursor cursor, Divergence found, long nowNanos) {
        cursor.partition.publishDivergence(found);
        onNews.run();
        partitionFailed(
                cursor,
                Fault.SOURCE_TRUNCATED,
                "epoch " + found.sourceEpoch() + " ends at offset " + found.sourceEnd(),
                nowNanos);
    }

    private static void recovered(PartitionCursor cursor) {
        cursor.failures = 0;
        if (cursor.partition.sourceHealth().state() != PartitionState.RUNNING) {
            cursor.partition.publishSourceHealth(Health.RUNNING);
            cursor.partition.publishOutOfRange(-1);
            cursor.partition.publishDivergence(Divergence.NONE);
        }
    }

    private void takeEnds(PartitionCursor cursor, PartitionAnswer answer) {
        long end = limits.isolation() == Isolation.READ_COMMITTED && answer.lastStableOffset() >= 0
                ? answer.lastStableOffset()
                : answer.highWatermark();
        long start = answer.logStartOffset() >= 0 ? answer.logStartOffset() : cursor.partition.sourceStart();
        if (end >= 0) {
            cursor.partition.publishSource(start, end);
            cursor.partition.publishHighWatermark(answer.highWatermark());
        }
    }

    private void scan(PartitionCursor cursor, PartitionAnswer answer, long nowNanos) {
        int receivedBytes = answer.batches().remaining();
        if (receivedBytes == 0) {
            recovered(cursor);
            return;
        }
        throttle.spend(receivedBytes, nowNanos);
        Remainder remainder = scanner.begin(cursor, answer, nowNanos);
        boolean isThrough = scanner.scan(remainder);
        if (!isThrough) {
            remainders.add(remainder.keep());
        }
        handedOn(cursor, nowNanos);
    }

    private void handedOn(PartitionCursor cursor, long nowNanos) {
        producerBell.ring();
        if (scanner.corruptAt() >= 0) {
            partitionFailed(cursor, Fault.SOURCE_BATCH_CORRUPT, "@" + scanner.corruptAt(), nowNanos);
            return;
        }
        if (cursor.session == null) {
            return;
        }
        recovered(cursor);
        if (cursor.bufferedBytes() > partitionBudgetBytes) {
            cursor.full = true;
            brokers.holdBack(cursor);
        } else {
            ask(cursor);
        }
    }

    private static void ask(PartitionCursor cursor) {
        cursor.session.moved(
                cursor.fetched,
                cursor.fetchOffset(),
                cursor.lastFetchedEpoch(),
                cursor.topic.leaderEpoch(cursor.partition.number()));
    }

    private int continueRemainders() {
        int work = 0;
        while (!remainders.isEmpty() && ring.free() > 0) {
            Remainder remainder = remainders.peek();
            PartitionCursor cursor = remainder.cursor();
            boolean wanted = !cursor.removed && cursor.generation == remainder.generation();
            if (wanted && !scanner.scan(remainder)) {
                producerBell.ring();
                return work + 1;
            }
            remainders.poll();
            remainder.drop();
            if (wanted) {
                handedOn(cursor, remainder.arrivedNanos());
            }
            work++;
        }
        return work;
    }

    private void partitionFailed(PartitionCursor cursor, Fault fault, String why, long nowNanos) {
        measures.faults.count(fault);
        cursor.failures++;
        cursor.preferredReplica = -1;
        long backoffNanos = Math.min(MAX_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(cursor.failures, MAX_DOUBLINGS));
        cursor.notBeforeNanos = nowNanos + backoffNanos;
        brokers.holdBack(cursor);
        source.refresh();
        if (fault == Fault.SOURCE_OFFSET_OUT_OF_RANGE) {
            cursor.partition.publishOutOfRange(cursor.offset);
            onNews.run();
        }
        if (cursor.failures >= FAILURES_TO_TELL || fault.remedy() != Remedy.RETRY) {
            cursor.partition.publishSourceHealth(
                    SourceTrouble.of(source.connection().clusterName(), cursor.partition, fault, why, cursor.offset));
        }
    }

    @Override
    public void failed(int nodeId, Fault fault, String why, long nowNanos) {
        measures.faults.count(fault);
        source.refresh();
        for (PartitionCursor cursor : cursors) {
            if (cursor != null && cursor.session != null && cursor.session.nodeId() == nodeId) {
                cursor.failures++;
                cursor.preferredReplica = -1;
                cursor.notBeforeNanos = nowNanos + FIRST_RETRY_NANOS;
                brokers.holdBack(cursor);
                if (cursor.failures >= FAILURES_TO_TELL) {
                    cursor.partition.publishSourceHealth(
                            SourceTrouble.unreachable(source.connection().clusterName(), why));
                }
            }
        }
    }

    /** Whether the leader had the chance to say that it has more; it says nothing of what is as it was. */
    private static boolean hears(PartitionCursor cursor, int nodeId) {
        boolean isAnswered = cursor.session != null
                && cursor.session.nodeId() == nodeId
                && cursor.session.requests() > cursor.joinedAfterRequest;
        if (isAnswered) {
            cursor.partition.answerFreshness(cursor.awaitedFreshness);
        }
        return isAnswered;
    }

    @Override
    public void completed(int nodeId, long throttleNanos) {
        if (!awaiting.isEmpty()) {
            awaiting.removeIf(cursor -> cursor.removed || hears(cursor, nodeId));
        }
        measures.responses.increment();
        measures.throttleNanos.add(throttleNanos);
    }
}
