package io.replicator.produce;

import io.replicator.batch.BatchTooLargeException;
import io.replicator.batch.CorruptBatchException;
import io.replicator.measure.ProduceMeasures;
import io.replicator.partition.Fault;
import io.replicator.produce.PartitionWindow.OpenTransaction;
import io.replicator.wire.BatchIndex;
import io.replicator.wire.ClusterView;
import io.replicator.wire.ProduceCall;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Sends produce requests: each takes the next batch of every window in a broker's queue, up to the size of a request, as
 * long as the broker owes fewer than five answers. Producer's thread.
 */
final class RequestSender {
    /** A broker that owed an answer, or could not be connected to, for so long is in trouble. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ClusterView target;
    private final WindowSchedule schedule;
    private final Shaper shaper;
    private final ProduceOutcomes outcomes;
    private final int maxRequestBytes;
    private final ProduceMeasures measures;
    private final BatchIndex<SentBatch> index = new BatchIndex<>();

    /**
     * @param maxRequestBytes bound of one request, unless a single batch is larger
     */
    RequestSender(
            ClusterView target,
            WindowSchedule schedule,
            Shaper shaper,
            ProduceOutcomes outcomes,
            int maxRequestBytes,
            ProduceMeasures measures) {
        this.target = target;
        this.schedule = schedule;
        this.shaper = shaper;
        this.outcomes = outcomes;
        this.maxRequestBytes = maxRequestBytes;
        this.measures = measures;
    }

    /** Sends what can be sent now. */
    int send(long nowNanos) {
        int sent = 0;
        for (BrokerQueue queue : schedule.queues()) {
            TargetBroker broker = queue.broker();
            while (!queue.windows().isEmpty() && broker.hasFreeRequest()) {
                if (!target.isReady(broker.nodeId())) {
                    if (target.hasFailed(broker.nodeId())) {
                        target.refresh();
                        schedule.tellUnreachable(queue, SILENCE_NANOS, nowNanos);
                    }
                    break;
                }
                if (!sendRequest(queue, nowNanos)) {
                    break;
                }
                sent++;
            }
        }
        return sent;
    }

    private boolean sendRequest(BrokerQueue queue, long nowNanos) {
        TargetBroker broker = queue.broker();
        ArrayDeque<PartitionWindow> windows = queue.windows();
        ProduceCall<SentBatch> call = new ProduceCall<>(broker.nodeId(), outcomes, index);
        OpenTransaction transaction = null;
        // Each window gives one batch; those that are looked at now come again in the next request.
        for (int left = windows.size(); left > 0 && call.sizeInBytes() < maxRequestBytes; left--) {
            PartitionWindow window = windows.poll();
            if (transaction != null && window.transaction() != transaction) {
                // A request is part of one transaction.
                windows.add(window);
                continue;
            }
            window.pacing().leaveQueue();
            boolean isSkipped = window.isOver() || window.pacing().isRetrying();
            HeldBatch batch = isSkipped ? null : next(window, broker, nowNanos);
            if (batch != null) {
                if (transaction == null && window.transaction() != null) {
                    transaction = window.transaction();
                    call.isTransactional(transaction.id());
                }
                window.send(batch, broker.nodeId(), nowNanos);
                call.add(new SentBatch(window, batch));
                schedule.goOn(window);
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
            if (next != null && outcomes.mayBeForgotten(window, next, nowNanos)) {
                outcomes.unsure(window, nowNanos);
                return null;
            }
            return next;
        } catch (CorruptBatchException corrupt) {
            outcomes.unreadable(window, Fault.SOURCE_BATCH_CORRUPT, corrupt.getMessage(), nowNanos);
        } catch (BatchTooLargeException tooLarge) {
            outcomes.unreadable(window, Fault.MEMORY_TOO_SMALL, tooLarge.getMessage(), nowNanos);
        }
        return null;
    }

    /** Whether the window's turn does not come, as opposed to has not come yet. */
    boolean isBlocked(PartitionWindow window, long nowNanos) {
        if (window.pacing().isRetrying()
                || !window.phase().isRecovered()
                || window.leader() < 0
                || !window.identity().isGranted()
                || (window.transaction() != null && window.transaction().isHeldUp(nowNanos, SILENCE_NANOS))) {
            return true;
        }
        BrokerQueue queue = schedule.queue(window.leader());
        if (queue == null) {
            return false;
        }
        TargetBroker broker = queue.broker();
        return broker.isSilent(nowNanos, SILENCE_NANOS) || (broker.isIdle() && target.hasFailed(broker.nodeId()));
    }
}
