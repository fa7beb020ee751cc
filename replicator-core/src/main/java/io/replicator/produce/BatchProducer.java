package io.replicator.produce;

import io.replicator.agent.Agent;
import io.replicator.agent.Doorbell;
import io.replicator.agent.Mailbox;
import io.replicator.batch.BatchTooLargeException;
import io.replicator.batch.CorruptBatchException;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.Writer;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchRing;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProduceCall;
import io.replicator.wire.ReceivePool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Writes the lane's partitions to the target: takes batches from the ring into the partitions' windows, sends requests
 * with the next batch of every partition that has one, and brings acknowledgements into the offset maps.
 */
public final class BatchProducer implements Agent, Verdicts.Consequences {
    /** What the control plane asks of a producer. */
    public sealed interface Command {
        /** Write a partition, whose map ends at its position. */
        record Add(int number, Partition partition, OffsetMap map) implements Command {}

        /** Write a partition no longer. */
        record Remove(int number) implements Command {}

        /** What is below an offset is lost on the source: go on there. */
        record Skip(int number, long offset) implements Command {}

        /** Say what is to be saved; answered on the producer's thread. */
        record Collect(CompletableFuture<List<Progress>> answer) implements Command {}

        /** Answer when nothing is on its way any more. The fetcher was stopped before. */
        record Drain(CompletableFuture<Void> answer) implements Command {}
    }

    /**
     * What a producer is told once.
     *
     * @param name of the thread
     * @param transactionalIds prefix of the partition groups' transactional ids, the group's number follows; empty for
     *     anonymous identities
     * @param maxRequestBytes bound of one produce request, unless a single batch is larger
     * @param epochOffsetNanos what is to be added to the agents' time to make it nanoseconds since 1970
     */
    public record Settings(
            String name, Optional<String> transactionalIds, int maxRequestBytes, long epochOffsetNanos) {}

    private static final int COMMANDS_PER_TURN = 1_000;
    private static final int SLOTS_PER_TURN = 4_096;

    /** Source batches that wait in windows at a time, of all partitions. */
    private static final int MOST_PENDING = 1 << 16;

    private static final int REQUESTS_IN_FLIGHT = 5;

    /** A partition that got nothing written for this long gives its memory back when others need it. */
    private static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long SHED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
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
    private final PendingBatch.Stock stock = new PendingBatch.Stock();
    private final Shaper shaper;

    private ClusterView target;
    private Verdicts verdicts;
    private int seenVersion = -1;
    private final List<PartitionWindow> windows = new ArrayList<>();
    private final Map<Integer, ProducerIdentity> identities = new HashMap<>();
    private final Map<Integer, Integer> seenGrants = new HashMap<>();
    private final Map<Integer, TargetBroker> brokers = new HashMap<>();

    /** Windows whose leader is not known. */
    private final ArrayDeque<PartitionWindow> homeless = new ArrayDeque<>();

    /** Windows that wait before they try again. */
    private final List<PartitionWindow> retrying = new ArrayList<>();

    private CompletableFuture<Void> drained;
    private boolean hasShed;
    private long lastShedNanos;
    private int slotsTaken;
    private long nowNanos;

    /**
     * @param settings what the producer is told once
     * @param connect opens the connection to the target, on the producer's thread
     * @param ring from the fetcher
     * @param isFetcherStarved whether the fetcher waits for memory
     * @param fetcherBell wakes the fetcher
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
        this.shaper = new Shaper(mergeBuffers, stock);
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
        verdicts = new Verdicts(target.connection().clusterName(), this, measures, settings.epochOffsetNanos());
    }

    @Override
    public void onClose() {
        if (target != null) {
            target.close();
        }
    }

    @Override
    public int doWork(long newNowNanos) {
        nowNanos = newNowNanos;
        int work = commands.drain(this::obey, COMMANDS_PER_TURN);
        work += target.connection().poll(0, nowNanos);
        work += target.poll(nowNanos);
        work += takeSlots();
        work += pollIdentities();
        work += retryDue();
        work += followLeaders();
        work += sendRequests();
        work += shed();
        work += mergeBuffers.reclaim();
        answerDrain();
        return work;
    }

    @Override
    public void await(long fromNanos, long mostNanos) {
        long waitNanos = mostNanos;
        for (PartitionWindow window : retrying) {
            waitNanos = Math.min(waitNanos, window.notBeforeNanos - fromNanos);
        }
        target.connection().poll(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)), fromNanos);
    }

    private void obey(Command command) {
        if (command instanceof Command.Add add) {
            add(add);
        } else if (command instanceof Command.Remove remove) {
            remove(remove.number());
        } else if (command instanceof Command.Skip skip) {
            skip(skip.number(), skip.offset());
        } else if (command instanceof Command.Collect collect) {
            collect.answer().complete(collect());
        } else if (command instanceof Command.Drain drain) {
            drained = drain.answer();
        }
    }

    private void add(Command.Add add) {
        while (windows.size() <= add.number()) {
            windows.add(null);
        }
        Partition partition = add.partition();
        PartitionWindow window = new PartitionWindow(
                add.number(),
                partition,
                target.topic(partition.targetTopic()),
                identities.computeIfAbsent(partition.group(), this::newIdentity),
                add.map(),
                stock);
        window.lastProgressNanos = nowNanos;
        windows.set(add.number(), window);
    }

    private ProducerIdentity newIdentity(int group) {
        return new ProducerIdentity(group, settings.transactionalIds().map(prefix -> prefix + group), target, random);
    }

    private void remove(int number) {
        PartitionWindow window = windows.get(number);
        window.removed = true;
        windows.set(number, null);
        if (!window.hasSent()) {
            window.dropAll();
        }
    }

    private void skip(int number, long offset) {
        PartitionWindow window = windows.get(number);
        if (window == null || !window.isEmpty() || offset <= window.map().position()) {
            return;
        }
        window.map().advance(offset);
        window.publishPosition();
        restart(window, offset, nowNanos);
    }

    private List<Progress> collect() {
        List<Progress> changed = new ArrayList<>();
        for (PartitionWindow window : windows) {
            if (window != null && window.map().hasChanges()) {
                Partition partition = window.partition();
                ProducerIdentity identity = window.identity();
                changed.add(new Progress(
                        new PartitionPair(
                                partition.source(),
                                partition.sourceTopicId(),
                                partition.targetTopic(),
                                partition.targetTopicId()),
                        new Writer(partition.group(), identity.producerId(), identity.epoch()),
                        window.map().takeChanges()));
            }
        }
        return changed;
    }

    private void answerDrain() {
        if (drained != null && ring.occupied() == 0 && isNothingHeld()) {
            drained.complete(null);
            drained = null;
        }
    }

    private boolean isNothingHeld() {
        for (PartitionWindow window : windows) {
            if (window != null && !window.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private int takeSlots() {
        slotsTaken = 0;
        if (stock.inUse() < MOST_PENDING && ring.poll(this::take)) {
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
            goOn(window);
        }
        return stock.inUse() < MOST_PENDING && slotsTaken < SLOTS_PER_TURN;
    }

    /** A batch can overtake the command that brings its partition, for that comes another way. */
    private PartitionWindow windowOf(BatchSlot slot) {
        if (slot.partition >= windows.size() || windows.get(slot.partition) == null) {
            commands.drain(this::obey, COMMANDS_PER_TURN);
        }
        return slot.partition < windows.size() ? windows.get(slot.partition) : null;
    }

    private int pollIdentities() {
        int work = 0;
        for (ProducerIdentity identity : identities.values()) {
            int grants = identity.grants();
            work += identity.poll(nowNanos);
            if (identity.grants() != seenGrants.getOrDefault(identity.group(), 0) || grants != identity.grants()) {
                seenGrants.put(identity.group(), identity.grants());
                grantChanged(identity, Health.RUNNING);
                work++;
            } else if (!identity.isGranted() && identity.fault().isPresent()) {
                grantChanged(identity, TargetTrouble.noIdentity(identity.fault().get(), identity.why()));
            }
        }
        return work;
    }

    private void grantChanged(ProducerIdentity identity, Health health) {
        for (PartitionWindow window : windows) {
            if (window != null && window.identity() == identity) {
                if (!window.partition().targetHealth().equals(health)) {
                    window.partition().targetHealthIs(health);
                }
                goOn(window);
            }
        }
    }

    private int retryDue() {
        int due = 0;
        for (int i = retrying.size() - 1; i >= 0; i--) {
            PartitionWindow window = retrying.get(i);
            if (nowNanos - window.notBeforeNanos >= 0) {
                retrying.remove(i);
                window.retrying = false;
                goOn(window);
                due++;
            }
        }
        return due;
    }

    /** After a refresh of the view: windows that were queued for a broker are queued for the one that leads now. */
    private int followLeaders() {
        if (target.version() == seenVersion) {
            return 0;
        }
        seenVersion = target.version();
        for (TargetBroker broker : brokers.values()) {
            broker.sendable.forEach(window -> window.queued = false);
            broker.sendable.clear();
        }
        homeless.forEach(window -> window.queued = false);
        homeless.clear();
        for (PartitionWindow window : windows) {
            if (window != null) {
                goOn(window);
            }
        }
        return 1;
    }

    @Override
    public void goOn(PartitionWindow window) {
        if (window.queued || window.retrying || window.removed || !window.hasUnsent()) {
            return;
        }
        window.queued = true;
        int leader = window.leader();
        if (leader < 0) {
            homeless.add(window);
            target.refresh();
            tellWhyHomeless(window);
        } else {
            brokers.computeIfAbsent(leader, TargetBroker::new).sendable.add(window);
        }
    }

    private void tellWhyHomeless(PartitionWindow window) {
        String cluster = target.connection().clusterName();
        Partition partition = window.partition();
        if (!target.isKnown()) {
            String denied = target.connection().lastAuthenticationError();
            partition.targetHealthIs(
                    TargetTrouble.unreachable(cluster, denied.isEmpty() ? "no bootstrap server answers" : denied));
            return;
        }
        switch (window.topic().error()) {
            case NONE, OTHER -> partition.targetHealthIs(TargetTrouble.noLeader(partition));
            case MISSING ->
                partition.targetHealthIs(TargetTrouble.of(
                        cluster, partition, Fault.TARGET_TOPIC_MISSING, partition.position(), 0, "unknown topic"));
            case NOT_AUTHORIZED ->
                partition.targetHealthIs(TargetTrouble.of(
                        cluster,
                        partition,
                        Fault.TARGET_NOT_AUTHORIZED,
                        partition.position(),
                        0,
                        "DESCRIBE is denied"));
            case NOT_ASKED_YET -> {}
        }
    }

    @Override
    public void retry(PartitionWindow window, long notBeforeNanos) {
        window.notBeforeNanos = notBeforeNanos;
        if (!window.retrying) {
            window.retrying = true;
            retrying.add(window);
        }
    }

    @Override
    public void restart(PartitionWindow window, long offset, long notBeforeNanos) {
        restarts.put(window.restart(offset, notBeforeNanos));
    }

    @Override
    public void refreshTarget() {
        target.refresh();
    }

    @Override
    public void requestDone(ProduceCall<HeldBatch> call) {
        TargetBroker broker = brokers.get(call.nodeId());
        broker.inflightRequests--;
        fetcherBell.ring();
    }

    private int sendRequests() {
        int sent = 0;
        for (TargetBroker broker : brokers.values()) {
            while (!broker.sendable.isEmpty() && broker.inflightRequests < REQUESTS_IN_FLIGHT) {
                if (!target.isReady(broker.nodeId)) {
                    if (target.hasFailed(broker.nodeId)) {
                        brokerFailed(broker);
                    }
                    break;
                }
                if (!sendRequest(broker)) {
                    break;
                }
                sent++;
            }
        }
        return sent;
    }

    private void brokerFailed(TargetBroker broker) {
        target.refresh();
        String denied = target.connection().lastAuthenticationError();
        Health health = TargetTrouble.unreachable(
                target.connection().clusterName(),
                denied.isEmpty() ? "broker " + broker.nodeId + " cannot be reached" : denied);
        for (PartitionWindow window : broker.sendable) {
            if (nowNanos - window.lastProgressNanos > STALLED_NANOS
                    && !window.partition().targetHealth().equals(health)) {
                window.partition().targetHealthIs(health);
            }
        }
    }

    private boolean sendRequest(TargetBroker broker) {
        ProduceCall<HeldBatch> call = new ProduceCall<>(broker.nodeId, verdicts);
        // Each window gives one batch; those that are looked at now come again in the next request.
        for (int left = broker.sendable.size(); left > 0 && call.sizeInBytes() < settings.maxRequestBytes(); left--) {
            PartitionWindow window = broker.sendable.poll();
            window.queued = false;
            HeldBatch batch = window.removed || window.retrying ? null : next(window, broker.nodeId);
            if (batch != null) {
                window.send(batch, broker.nodeId);
                call.add(batch);
                goOn(window);
            }
        }
        if (call.batches().isEmpty()) {
            return false;
        }
        call.send(target);
        measures.requests.increment();
        broker.inflightRequests++;
        return true;
    }

    private HeldBatch next(PartitionWindow window, int nodeId) {
        try {
            return window.next(nodeId, shaper);
        } catch (CorruptBatchException | BatchTooLargeException unreadable) {
            verdicts.unreadable(window, window.map().position(), 0, unreadable.getMessage(), nowNanos);
            return null;
        }
    }

    /** When the fetcher wants memory: partitions that get nothing written give back what they have not sent. */
    private int shed() {
        boolean scarce = isFetcherStarved.getAsBoolean() || stock.inUse() >= MOST_PENDING;
        if (!scarce || (hasShed && nowNanos - lastShedNanos < SHED_INTERVAL_NANOS)) {
            return 0;
        }
        hasShed = true;
        lastShedNanos = nowNanos;
        int shed = 0;
        for (PartitionWindow window : windows) {
            if (window != null && window.hasUnsent() && nowNanos - window.lastProgressNanos > STALLED_NANOS) {
                long offset = window.dropUnsent();
                restart(window, offset, nowNanos + SHED_PAUSE_NANOS);
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
