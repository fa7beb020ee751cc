package io.replicator.produce;

import io.replicator.batch.BatchTooLargeException;
import io.replicator.batch.CorruptBatchException;
import io.replicator.measure.ProduceMeasures;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.wire.BatchIndex;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProduceCall;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which windows have something to send to which broker, and the sending of it: a request takes the next batch of every
 * window in the broker's queue, up to its size, as long as the broker owes fewer than five answers.
 */
final class RequestSender {
    /** A broker that owed an answer, or could not be connected to, for so long is in trouble. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Thousands of windows may wait for a broker: they are told that it cannot be reached no more often than this. */
    private static final long TELL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ClusterView target;
    private final Windows windows;
    private final Shaper shaper;
    private final ProduceOutcomes verdicts;
    private final int maxRequestBytes;
    private final ProduceMeasures measures;
    private final BatchIndex<HeldBatch> index = new BatchIndex<>();
    private final Map<Integer, TargetBroker> brokers = new HashMap<>();

    /** Windows whose leader is not known. */
    private final ArrayDeque<PartitionWindow> leaderless = new ArrayDeque<>();

    private int seenVersion = -1;

    /**
     * @param maxRequestBytes bound of one request, unless a single batch is larger
     */
    RequestSender(
            ClusterView target,
            Windows windows,
            Shaper shaper,
            ProduceOutcomes verdicts,
            int maxRequestBytes,
            ProduceMeasures measures) {
        this.target = target;
        this.windows = windows;
        this.shaper = shaper;
        this.verdicts = verdicts;
        this.maxRequestBytes = maxRequestBytes;
        this.measures = measures;
    }

    /** The window may have something to send: it gets its turn, unless it waits for it already. */
    void queue(PartitionWindow window) {
        if (window.queued || window.retrying || window.isOver() || !window.hasUnsent()) {
            return;
        }
        window.queued = true;
        int leader = window.leader();
        if (leader < 0) {
            leaderless.add(window);
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
            partition.publishTargetHealthIfChanged(
                    TargetTrouble.unreachable(cluster, whyNot("no bootstrap server answers")));
            return;
        }
        switch (window.topic().error()) {
            case NONE, OTHER -> partition.publishTargetHealthIfChanged(TargetTrouble.noLeader(partition));
            case MISSING ->
                partition.publishTargetHealthIfChanged(TargetTrouble.of(
                        cluster, partition, Fault.TARGET_TOPIC_MISSING, partition.position(), 0, "unknown topic"));
            case NOT_AUTHORIZED ->
                partition.publishTargetHealthIfChanged(TargetTrouble.of(
                        cluster,
                        partition,
                        Fault.TARGET_NOT_AUTHORIZED,
                        partition.position(),
                        0,
                        "DESCRIBE is denied"));
            case NOT_ASKED_YET -> {}
        }
    }

    /** Why a broker would not let us in, if it was that. */
    private String whyNot(String otherwise) {
        String denied = target.connection().lastAuthenticationError();
        return denied.isEmpty() ? otherwise : denied;
    }

    /** After a refresh of the view: windows that were queued for a broker are queued for the one that leads now. */
    int followLeaders() {
        if (target.version() == seenVersion) {
            return 0;
        }
        seenVersion = target.version();
        for (TargetBroker broker : brokers.values()) {
            broker.sendable.forEach(window -> window.queued = false);
            broker.sendable.clear();
        }
        leaderless.forEach(window -> window.queued = false);
        leaderless.clear();
        windows.forEach(this::queue);
        return 1;
    }

    /** Sends what can be sent now. */
    int send(long nowNanos) {
        int sent = 0;
        for (TargetBroker broker : brokers.values()) {
            while (!broker.sendable.isEmpty() && broker.hasFreeRequest()) {
                if (!target.isReady(broker.nodeId)) {
                    if (target.hasFailed(broker.nodeId)) {
                        cannotBeReached(broker, nowNanos);
                    }
                    break;
                }
                if (!sendRequest(broker, nowNanos)) {
                    break;
                }
                sent++;
            }
        }
        return sent;
    }

    private void cannotBeReached(TargetBroker broker, long nowNanos) {
        target.refresh();
        if (broker.toldNanos != 0 && nowNanos - broker.toldNanos < TELL_INTERVAL_NANOS) {
            return;
        }
        broker.toldNanos = nowNanos;
        Health health =
                TargetTrouble.unreachable(target.connection().clusterName(), whyNot(target.unreachable(broker.nodeId)));
        for (PartitionWindow window : broker.sendable) {
            if (nowNanos - window.lastProgressNanos > SILENCE_NANOS) {
                window.partition().publishTargetHealthIfChanged(health);
            }
        }
    }

    private boolean sendRequest(TargetBroker broker, long nowNanos) {
        ProduceCall<HeldBatch> call = new ProduceCall<>(broker.nodeId, verdicts, index);
        ShardTransaction transaction = null;
        // Each window gives one batch; those that are looked at now come again in the next request.
        for (int left = broker.sendable.size(); left > 0 && call.sizeInBytes() < maxRequestBytes; left--) {
            PartitionWindow window = broker.sendable.poll();
            if (transaction != null && window.transaction() != transaction) {
                // A request is part of one transaction.
                broker.sendable.add(window);
                continue;
            }
            window.queued = false;
            HeldBatch batch = window.isOver() || window.retrying ? null : next(window, broker, nowNanos);
            if (batch != null) {
                if (transaction == null && window.transaction() != null) {
                    transaction = window.transaction();
                    call.isTransactional(transaction.id());
                }
                window.send(batch, broker.nodeId, nowNanos);
                call.add(batch);
                queue(window);
            }
        }
        if (call.batches().isEmpty()) {
            return false;
        }
        call.send(target);
        measures.requests.increment();
        broker.sent(call.sizeInBytes(), nowNanos);
        return true;
    }

    private HeldBatch next(PartitionWindow window, TargetBroker broker, long nowNanos) {
        try {
            HeldBatch next = window.next(broker, shaper, nowNanos);
            if (next != null && verdicts.mayBeForgotten(next, nowNanos)) {
                verdicts.unsure(window, nowNanos);
                return null;
            }
            return next;
        } catch (CorruptBatchException corrupt) {
            verdicts.unreadable(window, Fault.SOURCE_BATCH_CORRUPT, corrupt.getMessage(), nowNanos);
        } catch (BatchTooLargeException tooLarge) {
            verdicts.unreadable(window, Fault.MEMORY_TOO_SMALL, tooLarge.getMessage(), nowNanos);
        }
        return null;
    }

    /** A broker answered a request, or never will. */
    void answered(ProduceCall<HeldBatch> call, long nowNanos) {
        brokers.get(call.nodeId()).answered(call.sizeInBytes(), call.tookMillis(), nowNanos);
    }

    /** Whether the window's turn does not come, as opposed to has not come yet. */
    boolean isBlocked(PartitionWindow window, long nowNanos) {
        if (window.retrying
                || window.opening != null
                || window.leader() < 0
                || !window.identity().isGranted()
                || (window.transaction() != null && window.transaction().isHeldUp(nowNanos, SILENCE_NANOS))) {
            return true;
        }
        TargetBroker broker = brokers.get(window.leader());
        return broker != null
                && (broker.isSilent(nowNanos, SILENCE_NANOS)
                        || (broker.inflightRequests == 0 && target.hasFailed(broker.nodeId)));
    }
}
