package io.replicator.produce;

import io.replicator.agent.Agent;
import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.config.Shaping;
import io.replicator.config.TransactionBounds;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ReceivePool;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Writes the lane's partitions to the target: takes batches from the ring into the partitions' windows, sends requests
 * with the next batch of every partition that has one, and brings acknowledgements into the offset maps.
 */
public final class BatchProducer implements Agent {
    /** What the control plane asks of a producer. */
    public sealed interface Command {
        /** On the producer's thread. */
        void applyTo(BatchProducer producer);

        /** Write a partition, whose map ends at its position. */
        record Add(int laneIndex, Partition partition, OffsetMap map) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.add(laneIndex, partition, map);
            }
        }

        /** Write a partition no longer. */
        record Remove(int laneIndex) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.remove(laneIndex);
            }
        }

        /** The target partition ended there, some time after the command before this one. */
        record TargetEnd(int laneIndex, long offset) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.targetEndsAt(laneIndex, offset);
            }
        }

        /**
         * What is below an offset is lost on the source: go on there, once all that was fetched is acknowledged.
         *
         * @param from what was to be fetched next when it was found to be lost
         */
        record Skip(int laneIndex, long from, long offset) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.skip(laneIndex, from, offset);
            }
        }

        /**
         * What was copied from an offset on is no longer on the source: go on there, once all that was fetched is
         * acknowledged.
         *
         * @param from what was to be fetched next when that was found
         * @param onRewound told on the producer's thread, when it was done, how many copied records were lost
         */
        record Rewind(int laneIndex, long from, long offset, LongConsumer onRewound) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.rewind(laneIndex, from, offset, onRewound);
            }
        }

        /**
         * Write a partition no longer, once all that was fetched of it is acknowledged and was collected. The fetcher was told before to fetch
         * it no longer. The answer, on the producer's thread, says whether it is done.
         */
        record Finish(int laneIndex, CompletableFuture<Boolean> answer) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                answer.complete(producer.finish(laneIndex));
            }
        }

        /** Say what is to be saved; answered on the producer's thread. */
        record Collect(CompletableFuture<List<Progress>> answer) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                answer.complete(producer.windows.takeProgress());
            }
        }

        /** Answer when nothing is on its way any more. The fetcher was stopped before. */
        record Drain(CompletableFuture<Void> answer) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.drain(answer);
            }
        }

        /**
         * A shard's grant is on record: its partitions may be fenced, recovered and written.
         *
         * @param producerIds all that ever wrote for the shard
         */
        record Registered(Grant grant, Set<Long> producerIds) implements Command {
            public Registered {
                producerIds = Set.copyOf(producerIds);
            }

            @Override
            public void applyTo(BatchProducer producer) {
                producer.writers.registered(grant, producerIds);
            }
        }

        /**
         * Write nothing new of a shard; answered when nothing of it is on its way any more. The fetcher was told
         * before to fetch its partitions no longer.
         */
        record Release(int shard, CompletableFuture<Void> answer) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.release(shard, answer);
            }
        }

        /** Drop a shard, its partitions and its identity, at once: a later one begins with a new grant. */
        record Forget(int shard) implements Command {
            @Override
            public void applyTo(BatchProducer producer) {
                producer.forget(shard);
            }
        }
    }

    /**
     * What a producer is told once.
     *
     * @param name of the thread
     * @param transactionalIds prefix of the shards' transactional ids, the shard's number follows; empty for
     *     anonymous identities
     * @param transactions when transactions are committed; empty where nothing is written in them
     * @param maxRequestBytes bound of one produce request, unless a single batch is larger
     * @param shaping how batches are made for the target
     * @param epochOffsetNanos what is to be added to the agents' time to make it nanoseconds since 1970
     */
    public record Settings(
            String name,
            Optional<String> transactionalIds,
            Optional<TransactionBounds> transactions,
            int maxRequestBytes,
            Shaping shaping,
            long epochOffsetNanos) {
        public Settings {
            if (transactions.isPresent() && transactionalIds.isEmpty()) {
                throw new IllegalArgumentException("transactions need transactional ids");
            }
        }

        /** Of a producer that writes outside of transactions. */
        public Settings(
                String name,
                Optional<String> transactionalIds,
                int maxRequestBytes,
                Shaping shaping,
                long epochOffsetNanos) {
            this(name, transactionalIds, Optional.empty(), maxRequestBytes, shaping, epochOffsetNanos);
        }
    }

    private static final int COMMANDS_PER_TURN = 1_000;
    private static final int SLOTS_PER_TURN = 4_096;

    /** Source batches that wait in windows at a time, of all partitions. */
    private static final int MAX_PENDING = 1 << 16;

    private final Settings settings;
    private final Supplier<ClusterView> connect;
    private final BatchRing ring;
    private final BooleanSupplier isFetcherStarved;
    private final Doorbell fetcherBell;
    private final Mailbox<Restart> restarts;
    private final ReceivePool mergeBuffers;
    private final RandomGenerator random;
    private final ProduceMeasures measures;
    private final Doorbell bell = new Doorbell(this::wakeup);
    private final Mailbox<Command> commands = new Mailbox<>(bell);

    // One object each for all turns.
    private final Consumer<Command> obeying = this::obey;
    private final Predicate<BatchSlot> taking = this::take;

    private final PendingBatch.Stock stock = new PendingBatch.Stock();
    private final Shaper shaper;
    private final Windows windows = new Windows();
    private final HandBacks handBacks = new HandBacks(windows);

    // Made when the thread starts.
    private ClusterView target;
    private WindowSchedule schedule;
    private PartitionRecoveries recoveries;
    private ShardWriters writers;
    private RequestSender sender;
    private Shedding shedding;

    /** Set before the thread starts. */
    private ShardEvents events;

    /** Whether the wait before this turn has read and written already. */
    private boolean hasExchanged;

    private int slotsTaken;
    private long nowNanos;

    /**
     * @param settings what the producer is told once
     * @param connect opens the connection to the target, on the producer's thread
     * @param ring from the fetcher
     * @param isFetcherStarved whether the fetcher waits for memory
     * @param fetcherBell wakes a fetcher that waits for memory or slots
     * @param restarts what the fetcher is asked to fetch again
     * @param mergeBuffers where merged batches are made
     * @param random chance
     * @param measures what is counted
     */
    public BatchProducer(
            Settings settings,
            Supplier<ClusterView> connect,
            BatchRing ring,
            BooleanSupplier isFetcherStarved,
            Doorbell fetcherBell,
            Mailbox<Restart> restarts,
            ReceivePool mergeBuffers,
            RandomGenerator random,
            ProduceMeasures measures) {
        this.settings = settings;
        this.connect = connect;
        this.ring = ring;
        this.isFetcherStarved = isFetcherStarved;
        this.fetcherBell = fetcherBell;
        this.restarts = restarts;
        this.mergeBuffers = mergeBuffers;
        this.random = random;
        this.measures = measures;
        this.shaper = new Shaper(mergeBuffers, stock, new WayChoice(settings.shaping()));
    }

    /** Before the thread starts: who is told of the shards. Needed where transactional ids are set. */
    public void reportTo(ShardEvents shardEvents) {
        events = shardEvents;
    }

    /** Any thread. */
    public Mailbox<Command> commands() {
        return commands;
    }

    /** Rung when the ring has something. */
    public Doorbell bell() {
        return bell;
    }

    private void wakeup() {
        ClusterView view = target;
        if (view != null) {
            view.connection().wakeup();
        }
    }

    /** Requests without an answer. Any thread. */
    public long inflightRequests() {
        return measures.requests.value() - measures.answeredRequests.value();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public void onStart() {
        target = connect.get();
        schedule = new WindowSchedule(target, windows, restarts, fetcherBell);
        ProduceOutcomes outcomes =
                new ProduceOutcomes(target.connection().clusterName(), schedule, measures, settings.epochOffsetNanos());
        recoveries = new PartitionRecoveries(target, measures, schedule, outcomes);
        writers = new ShardWriters(
                settings.transactionalIds(),
                schedule,
                new FencedWriter.Shared(
                        target,
                        windows,
                        recoveries,
                        events,
                        settings.transactions().map(bounds -> new ShardTransaction.Shared(bounds, outcomes, schedule)),
                        random));
        sender = new RequestSender(target, schedule, shaper, outcomes, settings.maxRequestBytes(), measures);
        shedding = new Shedding(windows, schedule, sender, fetcherBell);
    }

    @Override
    public void onClose() {
        if (target != null) {
            target.close();
        }
    }

    @Override
    public int doWork(long newNowNanos) {
        int work = takeMail(newNowNanos);
        if (hasExchanged) {
            hasExchanged = false;
        } else {
            work += target.connection().poll(0, nowNanos);
        }
        work += target.poll(nowNanos);
        work += writers.poll(nowNanos);
        work += recoveries.poll(nowNanos);
        work += schedule.retryDue(nowNanos);
        work += schedule.followLeaders();
        work += sender.send(nowNanos);
        if (isFetcherStarved.getAsBoolean() || stock.inUse() >= MAX_PENDING) {
            work += shedding.shed(nowNanos);
        }
        work += mergeBuffers.reclaim();
        handBacks.answer(ring.occupied() == 0);
        return work;
    }

    private void obey(Command command) {
        command.applyTo(this);
    }

    @Override
    public int takeMail(long newNowNanos) {
        nowNanos = newNowNanos;
        return commands.drain(obeying, COMMANDS_PER_TURN) + takeSlots();
    }

    @Override
    public void await(long fromNanos, long mostNanos) {
        long waitNanos = recoveries.waitNanos(schedule.waitNanos(mostNanos, fromNanos));
        waitNanos = writers.waitNanos(waitNanos, fromNanos);
        target.connection().poll(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)), fromNanos);
        hasExchanged = true;
    }

    private void add(int laneIndex, Partition partition, OffsetMap map) {
        ShardWriter writer = writers.of(partition.shard());
        PartitionWindow window = new PartitionWindow(
                laneIndex,
                partition,
                target.topic(partition.targetTopic()),
                map,
                stock,
                writer.identity(),
                writer.mode(),
                writer.transaction(),
                nowNanos);
        windows.add(window);
        writer.added(window);
    }

    private void remove(int laneIndex) {
        PartitionWindow window = windows.get(laneIndex);
        if (window != null) {
            windows.remove(window);
            writers.removed(window);
            window.end();
        }
    }

    private void skip(int laneIndex, long from, long offset) {
        PartitionWindow window = windows.get(laneIndex);
        if (standsAt(window, from) && offset > window.map().position()) {
            recoveries.loseBeginning(window);
            window.skipTo(offset);
            goOnAt(window, offset);
        }
    }

    private void rewind(int laneIndex, long from, long offset, LongConsumer onRewound) {
        PartitionWindow window = windows.get(laneIndex);
        if (standsAt(window, from)) {
            // While the target's tail is looked for, the fetcher is ahead of the position.
            long position = Math.min(offset, window.map().position());
            long lostRecords = window.map().cutAt(position);
            window.partition().truncated(lostRecords);
            window.publishPosition();
            goOnAt(window, position);
            onRewound.accept(lostRecords);
        }
    }

    private static boolean standsAt(PartitionWindow window, long fetchOffset) {
        return window != null && !window.isOver() && window.standsAt(fetchOffset);
    }

    private void goOnAt(PartitionWindow window, long offset) {
        if (window.phase().isRecovered()) {
            window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        }
        schedule.restart(window, offset, nowNanos);
    }

    /**
     * Of a partition that rests all is known up to there: what is behind its last record are markers, and other writers'
     * records. Without it, a target whose retention removed those would look as if it had lost some of ours.
     */
    private void targetEndsAt(int laneIndex, long offset) {
        PartitionWindow window = windows.get(laneIndex);
        if (window != null && window.rests() && offset > window.map().targetFloor()) {
            window.map().extendTargetKnownTo(offset);
            window.publishPosition();
        }
    }

    private boolean finish(int laneIndex) {
        PartitionWindow window = windows.get(laneIndex);
        if (window == null) {
            return true;
        }
        boolean isFinished = window.isFinished() && !window.map().hasChanges();
        if (!window.isOver() && !isFinished) {
            return false;
        }
        remove(laneIndex);
        return true;
    }

    /** What was never sent is given back; nothing of it is fetched again. */
    private void release(int shard, CompletableFuture<Void> answer) {
        for (PartitionWindow window : windows.of(shard)) {
            window.release();
            recoveries.end(window);
        }
        writers.hurry(shard);
        handBacks.add(shard, answer);
    }

    private void forget(int shard) {
        for (PartitionWindow window : windows.of(shard)) {
            remove(window.laneIndex());
        }
        writers.forget(shard);
    }

    /** What was never sent is not waited for, it may belong to partitions that cannot be written: it is fetched again. */
    private void drain(CompletableFuture<Void> answer) {
        writers.hurry();
        for (PartitionWindow window : windows) {
            if (!window.isOver()) {
                schedule.restart(window, window.dropUnsent(), nowNanos);
            }
        }
        handBacks.drain(answer);
    }

    private int takeSlots() {
        slotsTaken = 0;
        if (stock.inUse() < MAX_PENDING && ring.poll(taking)) {
            fetcherBell.ring();
        }
        return slotsTaken;
    }

    private boolean take(BatchSlot slot) {
        slotsTaken++;
        PartitionWindow window = windowOf(slot);
        if (window == null) {
            if (slot.buffer != null) {
                slot.buffer.release();
            }
        } else {
            window.take(slot);
            if (window.phase().isRecovered()) {
                schedule.goOn(window);
            } else {
                recoveries.lookThroughPending(window, nowNanos);
            }
        }
        return stock.inUse() < MAX_PENDING && slotsTaken < SLOTS_PER_TURN;
    }

    /** A batch can overtake the command that brings its partition, for that comes another way. */
    private PartitionWindow windowOf(BatchSlot slot) {
        if (windows.get(slot.laneIndex) == null) {
            commands.drain(obeying, COMMANDS_PER_TURN);
        }
        return windows.get(slot.laneIndex);
    }
}
