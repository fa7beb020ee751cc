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
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProduceCall;
import io.replicator.wire.ReceivePool;
import java.util.ArrayList;
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
public final class BatchProducer implements Agent, ProduceOutcomes.WindowActions {
    /** What the control plane asks of a producer. */
    public sealed interface Command {
        /** Write a partition, whose map ends at its position. */
        record Add(int laneIndex, Partition partition, OffsetMap map) implements Command {}

        /** Write a partition no longer. */
        record Remove(int laneIndex) implements Command {}

        /** The target partition ended there, some time after the command before this one. */
        record TargetEnd(int laneIndex, long offset) implements Command {}

        /**
         * What is below an offset is lost on the source: go on there, once all that was fetched is acknowledged.
         *
         * @param from what was to be fetched next when it was found to be lost
         */
        record Skip(int laneIndex, long from, long offset) implements Command {}

        /**
         * What was copied from an offset on is no longer on the source: go on there, once all that was fetched is
         * acknowledged.
         *
         * @param from what was to be fetched next when that was found
         * @param onRewound told on the producer's thread, when it was done, how many copied records were lost
         */
        record Rewind(int laneIndex, long from, long offset, LongConsumer onRewound) implements Command {}

        /**
         * Write a partition no longer, once all that was fetched of it is acknowledged and was collected. The fetcher was told before to fetch
         * it no longer. The answer, on the producer's thread, says whether it is done.
         */
        record Finish(int laneIndex, CompletableFuture<Boolean> answer) implements Command {}

        /** Say what is to be saved; answered on the producer's thread. */
        record Collect(CompletableFuture<List<Progress>> answer) implements Command {}

        /** Answer when nothing is on its way any more. The fetcher was stopped before. */
        record Drain(CompletableFuture<Void> answer) implements Command {}

        /**
         * A shard's grant is on record: its partitions may be fenced, recovered and written.
         *
         * @param producerIds all that ever wrote for the shard
         */
        record Registered(Grant grant, Set<Long> producerIds) implements Command {
            public Registered {
                producerIds = Set.copyOf(producerIds);
            }
        }

        /**
         * Write nothing new of a shard; answered when nothing of it is on its way any more. The fetcher was told
         * before to fetch its partitions no longer.
         */
        record Release(int shard, CompletableFuture<Void> answer) implements Command {}

        /** Drop a shard, its partitions and its identity, at once: a later one begins with a new grant. */
        record Forget(int shard) implements Command {}
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

    /** Nothing is fetched for a partition that is not written: until the daemon is started again. */
    private static final long PARKED_NANOS = TimeUnit.DAYS.toNanos(3650);

    /** What gave its memory back is fetched again after a pause that doubles while nothing of it gets written. */
    private static final long FIRST_SHED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int MAX_SHED_DOUBLINGS = 4;
    private static final long SHED_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

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

    // Made when the thread starts.
    private ClusterView target;
    private ProduceOutcomes verdicts;
    private PartitionRecoveries openings;
    private ShardWriters identities;
    private RequestSender sender;

    /** Windows that wait before they try again. */
    private final List<PartitionWindow> retrying = new ArrayList<>();

    /** When the first of them is due: thousands may wait, and are not looked at every turn. */
    private long retryAtNanos;

    /** Set before the thread starts. */
    private ShardEvents events;

    private CompletableFuture<Void> drained;
    private final List<Command.Release> releasing = new ArrayList<>();
    private boolean hasShed;

    /** Whether the wait before this turn has read and written already. */
    private boolean hasExchanged;

    private long lastShedNanos;
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
    public void tells(ShardEvents shardEvents) {
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
        verdicts = new ProduceOutcomes(target.connection().clusterName(), this, measures, settings.epochOffsetNanos());
        openings = new PartitionRecoveries(target, measures, this);
        identities = new ShardWriters(
                target,
                settings.transactionalIds(),
                random,
                windows,
                openings,
                this,
                events,
                settings.transactions().map(bounds -> new ShardTransaction.Shared(bounds, verdicts)));
        openings.tells(identities);
        sender = new RequestSender(target, windows, shaper, verdicts, settings.maxRequestBytes(), measures);
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
        work += identities.poll(nowNanos);
        work += openings.poll(nowNanos);
        work += retryDue();
        work += sender.followLeaders();
        work += sender.send(nowNanos);
        work += shed();
        work += mergeBuffers.reclaim();
        answerDrain();
        answerReleases();
        return work;
    }

    @Override
    public int takeMail(long newNowNanos) {
        nowNanos = newNowNanos;
        return commands.drain(obeying, COMMANDS_PER_TURN) + takeSlots();
    }

    @Override
    public void await(long fromNanos, long mostNanos) {
        long waitNanos = retrying.isEmpty() ? mostNanos : Math.min(mostNanos, retryAtNanos - fromNanos);
        waitNanos = identities.waitNanos(openings.waitNanos(waitNanos), fromNanos);
        target.connection().poll(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)), fromNanos);
        hasExchanged = true;
    }

    private void obey(Command command) {
        if (command instanceof Command.Add add) {
            add(add);
        } else if (command instanceof Command.Remove remove) {
            remove(remove.laneIndex());
        } else if (command instanceof Command.Skip skip) {
            skip(skip);
        } else if (command instanceof Command.TargetEnd end) {
            targetEndsAt(end);
        } else if (command instanceof Command.Rewind rewind) {
            rewind(rewind);
        } else if (command instanceof Command.Finish finish) {
            finish.answer().complete(finish(finish.laneIndex()));
        } else if (command instanceof Command.Collect collect) {
            collect.answer().complete(windows.takeProgress());
        } else if (command instanceof Command.Drain drain) {
            drain(drain.answer());
        } else if (command instanceof Command.Registered registered) {
            identities.registered(registered.grant(), registered.producerIds());
        } else if (command instanceof Command.Release release) {
            release(release);
        } else if (command instanceof Command.Forget forget) {
            forget(forget.shard());
        }
    }

    /** What was never sent is given back; nothing of it is fetched again. */
    private void release(Command.Release release) {
        for (PartitionWindow window : windows.of(release.shard())) {
            window.releasing = true;
            openings.end(window);
        }
        identities.hurry(release.shard());
        releasing.add(release);
    }

    private void answerReleases() {
        if (!releasing.isEmpty()) {
            releasing.removeIf(this::answerRelease);
        }
    }

    private boolean answerRelease(Command.Release release) {
        boolean isEmpty = true;
        for (PartitionWindow window : windows.of(release.shard())) {
            if (!window.isOver()) {
                window.dropUnwritten();
            }
            isEmpty &= window.isEmpty();
        }
        if (!isEmpty) {
            return false;
        }
        release.answer().complete(null);
        return true;
    }

    private void forget(int shard) {
        for (PartitionWindow window : windows.of(shard)) {
            remove(window.laneIndex());
        }
        identities.forget(shard);
    }

    /** What was never sent is not waited for, it may belong to partitions that cannot be written: it is fetched again. */
    private void drain(CompletableFuture<Void> answer) {
        drained = answer;
        identities.hurry();
        for (PartitionWindow window : windows) {
            if (!window.isOver()) {
                restart(window, window.dropUnsent(), nowNanos);
            }
        }
    }

    private void add(Command.Add add) {
        Partition partition = add.partition();
        PartitionWindow window = new PartitionWindow(
                add.laneIndex(),
                partition,
                target.topic(partition.targetTopic()),
                identities.of(partition.shard()),
                add.map(),
                stock,
                identities.transactionOf(partition.shard()));
        window.lastProgressNanos = nowNanos;
        windows.add(window);
        identities.added(window);
    }

    private void remove(int number) {
        PartitionWindow window = windows.get(number);
        if (window != null) {
            windows.remove(window);
            identities.removed(window);
            window.end();
        }
    }

    private void skip(Command.Skip skip) {
        PartitionWindow window = windows.get(skip.laneIndex());
        if (standsAt(window, skip.from()) && skip.offset() > window.map().position()) {
            if (window.opening != null) {
                window.opening.lostItsBeginning = true;
            }
            window.skipTo(skip.offset());
            goesOn(window);
            restart(window, skip.offset(), nowNanos);
        }
    }

    /**
     * Of a partition that rests all is known up to there: what is behind its last record are markers, and other writers'
     * records. Without it, a target whose retention removed those would look as if it had lost some of ours.
     */
    private void targetEndsAt(Command.TargetEnd end) {
        PartitionWindow window = windows.get(end.laneIndex());
        if (window != null && window.rests() && end.offset() > window.map().targetFloor()) {
            window.map().extendTargetKnownTo(end.offset());
            window.publishPosition();
        }
    }

    private void rewind(Command.Rewind rewind) {
        PartitionWindow window = windows.get(rewind.laneIndex());
        if (standsAt(window, rewind.from())) {
            // While the target's tail is looked for, the fetcher is ahead of the position.
            long offset = Math.min(rewind.offset(), window.map().position());
            long lostRecords = window.map().cutAt(offset);
            window.partition().truncated(lostRecords);
            window.publishPosition();
            goesOn(window);
            restart(window, offset, nowNanos);
            rewind.onRewound().accept(lostRecords);
        }
    }

    private static void goesOn(PartitionWindow window) {
        if (window.opening == null) {
            window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        }
    }

    private boolean finish(int number) {
        PartitionWindow window = windows.get(number);
        if (window == null) {
            return true;
        }
        boolean isFinished = window.isFinished() && !window.map().hasChanges();
        if (!window.isOver() && !isFinished) {
            return false;
        }
        remove(number);
        return true;
    }

    private static boolean standsAt(PartitionWindow window, long fetchOffset) {
        return window != null && !window.isOver() && window.standsAt(fetchOffset);
    }

    private void answerDrain() {
        if (drained != null && ring.occupied() == 0 && windows.areEmpty()) {
            drained.complete(null);
            drained = null;
        }
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
            if (window.opening == null) {
                goOn(window);
            } else {
                openings.came(window, nowNanos);
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

    @Override
    public void park(PartitionWindow window) {
        restart(window, window.map().position(), nowNanos + PARKED_NANOS);
    }

    private int retryDue() {
        if (retrying.isEmpty() || nowNanos - retryAtNanos < 0) {
            return 0;
        }
        List<PartitionWindow> due = new ArrayList<>();
        List<PartitionWindow> later = new ArrayList<>();
        for (PartitionWindow window : retrying) {
            (nowNanos - window.notBeforeNanos >= 0 ? due : later).add(window);
        }
        retrying.clear();
        later.forEach(this::waitToRetry);
        for (PartitionWindow window : due) {
            window.retrying = false;
            goOn(window);
        }
        return due.size();
    }

    private void waitToRetry(PartitionWindow window) {
        if (retrying.isEmpty()) {
            retryAtNanos = window.notBeforeNanos;
        }
        retryBy(window.notBeforeNanos);
        retrying.add(window);
    }

    private void retryBy(long timeNanos) {
        if (timeNanos - retryAtNanos < 0) {
            retryAtNanos = timeNanos;
        }
    }

    @Override
    public void goOn(PartitionWindow window) {
        sender.queue(window);
    }

    @Override
    public void retry(PartitionWindow window, long notBeforeNanos) {
        window.notBeforeNanos = notBeforeNanos;
        if (window.retrying) {
            retryBy(notBeforeNanos);
        } else {
            window.retrying = true;
            waitToRetry(window);
        }
    }

    @Override
    public void restart(PartitionWindow window, long offset, long notBeforeNanos) {
        restarts.put(window.restart(offset, notBeforeNanos));
    }

    @Override
    public void ask(PartitionWindow window) {
        restarts.put(window.question());
    }

    @Override
    public void unreadable(PartitionWindow window, String why) {
        verdicts.unreadable(window, Fault.SOURCE_BATCH_CORRUPT, why, nowNanos);
    }

    @Override
    public void refreshTarget() {
        target.refresh();
    }

    @Override
    public void requestDone(ProduceCall<HeldBatch> call) {
        sender.answered(call, nowNanos);
        fetcherBell.ring();
    }

    /** When the fetcher wants memory: partitions that get nothing written give back what they have not sent. */
    private int shed() {
        boolean scarce = isFetcherStarved.getAsBoolean() || stock.inUse() >= MAX_PENDING;
        if (!scarce || (hasShed && nowNanos - lastShedNanos < SHED_INTERVAL_NANOS)) {
            return 0;
        }
        hasShed = true;
        lastShedNanos = nowNanos;
        int shed = 0;
        for (PartitionWindow window : windows) {
            if (!window.isOver() && window.hasUnsent() && sender.isBlocked(window, nowNanos)) {
                long offset = window.dropUnsent();
                restart(window, offset, nowNanos + (FIRST_SHED_PAUSE_NANOS << window.sheds));
                window.sheds = Math.min(MAX_SHED_DOUBLINGS, window.sheds + 1);
                window.detachWaiting();
                shed++;
            }
        }
        if (shed > 0) {
            fetcherBell.ring();
        }
        return shed;
    }
}
