package io.replicator.fetch;

import io.replicator.agent.Agent;
import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.config.Isolation;
import io.replicator.measure.FetchMeasures;
import io.replicator.partition.Fault;
import io.replicator.partition.FetchEnd;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchRing;
import io.replicator.wire.FetchLimits;
import io.replicator.wire.FetchListener;
import io.replicator.wire.FetchedPartition;
import io.replicator.wire.PartitionAnswer;
import io.replicator.wire.ReceivePool;
import io.replicator.wire.SourceLink;
import io.replicator.wire.SourceSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads the lane's partitions from the source: one session with each broker, answers into the pool, batches into the ring.
 * It sends no request while the pool or the ring is full, and stops asking for a partition while too much of it is in the
 * lane.
 */
public final class BatchFetcher implements Agent {
    /** What the control plane asks of a fetcher. */
    public sealed interface Command {
        /** Does what is asked, on the fetcher's thread. */
        void applyTo(BatchFetcher fetcher);

        /** Fetch a partition, from its position. */
        record Add(int laneIndex, Partition partition) implements Command {
            @Override
            public void applyTo(BatchFetcher fetcher) {
                fetcher.add(laneIndex, partition);
            }
        }

        /** Stop fetching a partition. */
        record Remove(int laneIndex) implements Command {
            @Override
            public void applyTo(BatchFetcher fetcher) {
                fetcher.remove(laneIndex);
            }
        }

        /** Stop fetching altogether: what is in the ring is the last. */
        record Stop() implements Command {
            @Override
            public void applyTo(BatchFetcher fetcher) {
                fetcher.stop();
            }
        }
    }

    private static final int COMMANDS_PER_TURN = 1_000;

    /**
     * While a partition may go on at any moment, brokers wait no longer than this for the others: a session has one request
     * under way, and a partition that is not in it waits until it is answered.
     */
    private static final int MAX_WAIT_FOR_ROOM_MILLIS = 20;

    private final String name;
    private final Supplier<SourceLink> connect;
    private final ReceivePool pool;
    private final BatchRing ring;
    private final FetchMeasures measures;
    private final FetchLimits limits;
    private final long partitionBudgetBytes;
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
    private SourceLink source;
    private SourceBrokers brokers;
    private FetchFailures failures;
    private FetchAnswers answers;

    private boolean stopped;

    /** How long the first session that rests still does; {@link Long#MAX_VALUE} when none does. */
    private long restNanos = Long.MAX_VALUE;

    /** Whether the wait before this turn has read and written already. */
    private boolean hasExchanged;

    private final List<PartitionCursor> cursors = new ArrayList<>();
    private final FreshnessRequests freshness = new FreshnessRequests();

    /** Whether the last turn wanted memory that was not there; read by the producer. */
    private volatile boolean starved;

    /**
     * @param name of the thread
     * @param connect opens the link to the source, on the fetcher's thread
     * @param pool where the link receives
     * @param ring to the producer
     * @param limits of fetch requests
     * @param partitionBudgetBytes the most bytes of one partition that are in the lane at a time
     * @param throttle the flow's own speed limit
     * @param measures what is counted
     */
    public BatchFetcher(
            String name,
            Supplier<SourceLink> connect,
            ReceivePool pool,
            BatchRing ring,
            FetchLimits limits,
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
    public void wakeOnBatches(Doorbell bellOfProducer) {
        producerBell = bellOfProducer;
    }

    private void obey(Command command) {
        command.applyTo(this);
    }

    /** Who is told when topics or partitions came or went. Called once, before the thread starts. */
    public void reportNewsTo(Runnable listener) {
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
        SourceLink link = source;
        if (link != null) {
            link.wakeup();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void onStart() {
        source = connect.get();
        brokers = new SourceBrokers(source, limits, new Answers(), partitionBudgetBytes);
        failures = new FetchFailures(source, brokers, measures, onNews);
        answers = new FetchAnswers(
                brokers,
                failures,
                new BatchScanner(ring, limits.isolation() == Isolation.READ_COMMITTED, measures),
                ring,
                throttle,
                producerBell,
                limits.isolation(),
                partitionBudgetBytes);
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
            work += source.exchange(0, nowNanos);
        }
        work += source.askForMetadata(nowNanos);
        work += followLeaders(nowNanos);
        work += brokers.release(nowNanos);
        work += sendFetches(nowNanos);
        if (starved || answers.isFull() || brokers.isAwaitingRoom()) {
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
        mail += answers.continueRemainders();
        mail += brokers.release(nowNanos);
        return mail;
    }

    @Override
    public void await(long nowNanos, long maxNanos) {
        long waitNanos = Math.min(Math.min(maxNanos, restNanos), throttle.waitNanos(nowNanos));
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos));
        source.exchange(millis, nowNanos);
        hasExchanged = true;
    }

    private void add(int laneIndex, Partition partition) {
        while (cursors.size() <= laneIndex) {
            cursors.add(null);
        }
        PartitionCursor cursor = new PartitionCursor(
                laneIndex, partition, source.topic(partition.source().topic()));
        cursors.set(laneIndex, cursor);
        brokers.holdBack(cursor);
    }

    private void remove(int laneIndex) {
        PartitionCursor cursor = cursors.get(laneIndex);
        brokers.remove(cursor);
        cursor.removed = true;
        cursor.partition.publishFetchEnd(new FetchEnd(cursor.offset, cursor.generation));
        cursor.generation = -1;
        cursors.set(laneIndex, null);
    }

    private void stop() {
        stopped = true;
        for (PartitionCursor cursor : cursors) {
            if (cursor != null) {
                brokers.remove(cursor);
            }
        }
        answers.dropRemainders();
    }

    private void restart(Restart restart) {
        PartitionCursor cursor = cursors.get(restart.laneIndex());
        if (cursor == null || stopped) {
            return;
        }
        if (restart.isQuestion()) {
            if (restart.generation() == cursor.generation) {
                freshness.add(cursor);
                brokers.holdBack(cursor);
            }
            return;
        }
        cursor.generation = restart.generation();
        cursor.moveTo(restart.offset());
        cursor.retry.postpone(restart.notBeforeNanos());
        cursor.full = false;
        brokers.holdBack(cursor);
    }

    /** After a refresh of the metadata: partitions whose leader or leader epoch changed are fetched from the new one. */
    private int followLeaders(long nowNanos) {
        if (!brokers.noteVersion()) {
            return 0;
        }
        boolean hasChanged = false;
        for (PartitionCursor cursor : cursors) {
            if (cursor != null) {
                hasChanged |= cursor.noteTopic();
                brokers.follow(cursor, nowNanos);
            }
        }
        if (hasChanged) {
            onNews.run();
        }
        return 1;
    }

    private int sendFetches(long nowNanos) {
        if (stopped || answers.isFull()) {
            return 0;
        }
        int sent = 0;
        boolean wanted = false;
        restNanos = Long.MAX_VALUE;
        int waitMillis = brokers.isAwaitingRoom() ? MAX_WAIT_FOR_ROOM_MILLIS : limits.maxWaitMillis();
        for (SourceSession session : brokers.sessions()) {
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
                brokerFailed(
                        session.nodeId(), Fault.SOURCE_UNREACHABLE, source.whyUnreachable(session.nodeId()), nowNanos);
            }
        }
        starved = wanted || pool.isOutOfMemory();
        return sent;
    }

    private void brokerFailed(int nodeId, Fault fault, String why, long nowNanos) {
        failures.brokerFailed(cursors, nodeId, fault, why, nowNanos);
    }

    /** What the sessions are told; each answer goes to the part that knows what to do. */
    private final class Answers implements FetchListener {
        @Override
        public void answered(FetchedPartition fetched, PartitionAnswer answer, long nowNanos) {
            PartitionCursor cursor = cursors.get(fetched.laneIndex());
            if (cursor != null && cursor.session != null) {
                answers.take(cursor, answer, nowNanos);
            }
        }

        @Override
        public void failed(int nodeId, Fault fault, String why, long nowNanos) {
            brokerFailed(nodeId, fault, why, nowNanos);
        }

        @Override
        public void completed(int nodeId, long throttleNanos) {
            freshness.answered(nodeId);
            measures.responses.increment();
            measures.throttleNanos.add(throttleNanos);
        }
    }
}
