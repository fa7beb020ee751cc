package io.replicator.produce;

import io.replicator.batch.BatchRewriter;
import io.replicator.measure.ProduceMeasures;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.Remedy;
import io.replicator.wire.ProduceCall;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of a batch once the target has said yes or no: its records go into the offset map, or its partition tries
 * again, begins again, or stops and says why. Producer's thread.
 */
final class ProduceOutcomes implements ProduceCall.Listener<SentBatch> {
    /** Of a batch that was refused after a try of which nothing is known, where the target cannot be read. */
    private static final int MAX_TRIES_OF_REFUSED = 5;

    /** Trouble shorter than this is an election or a restart's first moments: it is not reported. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Brokers forget a producer whose last record in a partition is a day old (producer.id.expiration.ms), and with it which
     * batches they have. After this time a batch of unknown fate is not sent again: the target is read instead.
     */
    private static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(1);

    private final String cluster;
    private final WindowSchedule schedule;
    private final DeliveredBatches delivered;
    private final ProduceMeasures measures;

    /** When the batches of the call that is being answered were judged. */
    private long answeredNanos;

    /**
     * @param cluster the target's name
     * @param epochOffsetNanos what is to be added to the agents' time to make it nanoseconds since 1970
     */
    ProduceOutcomes(String cluster, WindowSchedule schedule, ProduceMeasures measures, long epochOffsetNanos) {
        this.cluster = cluster;
        this.schedule = schedule;
        this.delivered = new DeliveredBatches(measures, epochOffsetNanos);
        this.measures = measures;
    }

    @Override
    public void acknowledged(SentBatch sent, long baseOffset, long nowNanos) {
        answeredNanos = nowNanos;
        PartitionWindow window = sent.window();
        InflightBatches inflight = window.inflight();
        inflight.acknowledged(sent.batch(), baseOffset, nowNanos);
        if (window.isOver()) {
            window.dropSettled();
            return;
        }
        for (HeldBatch head = inflight.takeAcknowledged(); head != null; head = inflight.takeAcknowledged()) {
            if (!enter(window, head, nowNanos)) {
                halt(window, head, nowNanos);
                return;
            }
            inflight.letGo(head);
        }
        window.publishPosition();
        window.pacing().progressed(nowNanos);
        window.pacing().succeeded();
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        settle(window, nowNanos);
        schedule.goOn(window);
    }

    /** False when the target offset contradicts what was acknowledged before. */
    private boolean enter(PartitionWindow window, HeldBatch batch, long nowNanos) {
        return window.mode().isTransactional()
                ? window.uncommitted().offer(batch, window.map().targetEnd())
                : delivered.enter(window, batch, nowNanos);
    }

    /** The transaction that a window's batches were part of is committed. */
    void committed(PartitionWindow window, long nowNanos) {
        UncommittedBatches uncommitted = window.uncommitted();
        for (HeldBatch batch = uncommitted.poll(); batch != null; batch = uncommitted.poll()) {
            delivered.enter(window, batch, nowNanos);
        }
        window.publishPosition();
        schedule.goOn(window);
    }

    /** It was aborted: everything after the last one is written again. */
    void aborted(PartitionWindow window, long nowNanos) {
        window.rollBack();
        schedule.restart(window, window.map().position(), nowNanos);
    }

    /** The partition cannot be part of a transaction, so that nothing can be written to it. */
    void notJoined(PartitionWindow window, Fault fault, long nowNanos) {
        measures.faults.count(fault);
        window.partition()
                .publishTargetHealth(TargetTrouble.of(
                        cluster,
                        window.partition(),
                        fault,
                        window.writtenTo(),
                        0,
                        "it cannot be part of a transaction"));
        schedule.refreshTarget();
        window.giveUp();
        schedule.restart(window, window.writtenTo(), nowNanos + window.pacing().nextStopNanos());
    }

    @Override
    public void refused(SentBatch sent, Fault fault, String why, long nowNanos) {
        answeredNanos = nowNanos;
        PartitionWindow window = sent.window();
        HeldBatch batch = sent.batch();
        InflightBatches inflight = window.inflight();
        measures.faults.count(fault);
        batch.blame(fault, why);
        if (window.isOver()) {
            inflight.refused(batch);
            window.dropSettled();
            return;
        }
        if (fault == Fault.SEQUENCE_LOST && inflight.isBehindAnother(batch)) {
            inflight.sendAgain(batch, false);
            if (!window.mode().isFenced() && !window.identity().isGranted()) {
                inflight.settleWaiting();
            }
        } else if (fault == Fault.TARGET_LACKS_REPLICAS && batch.failures() > 0) {
            // Nothing was written this time; an earlier attempt may have been.
            retry(window, batch, nowNanos);
        } else {
            apply(fault.remedy(), window, batch, nowNanos);
        }
        settle(window, nowNanos);
        schedule.goOn(window);
    }

    private void apply(Remedy remedy, PartitionWindow window, HeldBatch batch, long nowNanos) {
        switch (remedy) {
            case RETRY -> retry(window, batch, nowNanos);
            case RENEW_IDENTITY -> sequenceLost(window, batch, nowNanos);
            case GIVE_UP_SHARD -> {
                window.inflight().refused(batch);
                window.identity().taken();
                window.partition().publishTargetHealth(health(window, batch));
            }
            case ABORT_TRANSACTION -> {
                window.inflight().sendAgain(batch, false);
                window.transaction().abort(batch.why(), nowNanos);
            }
            case RESTART_PARTITION, STOP_PARTITION -> {
                if (batch.mayBeWrittenEarlier()) {
                    refusedAgain(window, batch, nowNanos);
                } else {
                    window.inflight().refused(batch);
                }
            }
        }
    }

    private void settle(PartitionWindow window, long nowNanos) {
        switch (window.phase()) {
            case UNSURE, RELEASING_UNSURE -> settleUnsure(window, nowNanos);
            case RECOVERING, OPEN, TO_BE_READ, RELEASING, RELEASED, OVER -> settleRefused(window, nowNanos);
        }
    }

    /** The first that is not acknowledged is not the next one to the broker, nor one that it has. */
    private void sequenceLost(PartitionWindow window, HeldBatch batch, long nowNanos) {
        if (window.mode().readsDoubtful()) {
            // Or the broker forgot that it has it.
            leaveUnsure(window, batch, nowNanos);
        } else {
            // Not known again as a repeated one: no try of it was written, nor of those behind it.
            batch.settleEarlierTries();
            window.inflight().sendAgain(batch, false);
            window.inflight().settleWaiting();
            window.identity().renew();
            failed(window, batch, nowNanos);
        }
    }

    /** This try was refused for good, which says nothing about an earlier one that was not answered. */
    private void refusedAgain(PartitionWindow window, HeldBatch batch, long nowNanos) {
        switch (window.mode()) {
            case TRANSACTIONAL -> {
                window.inflight().sendAgain(batch, true);
                window.transaction().abort(batch.why(), nowNanos);
            }
            case FENCED -> leaveUnsure(window, batch, nowNanos);
            case ANONYMOUS -> {
                if (batch.failures() < MAX_TRIES_OF_REFUSED) {
                    retry(window, batch, nowNanos);
                } else {
                    window.inflight().refused(batch);
                }
            }
        }
    }

    /** What became of the batch is read when what else is on its way is answered. */
    private void leaveUnsure(PartitionWindow window, HeldBatch batch, long nowNanos) {
        window.inflight().sendAgain(batch, true);
        failed(window, batch, nowNanos);
        window.leaveUnsure();
    }

    /**
     * Whether the target's brokers may have forgotten that they have what they are sent again. They forget a producer when
     * the last record that it wrote to a partition is so old, by the record's own timestamp (ProducerStateManager,
     * producer.id.expiration.ms): at once when old records are copied.
     */
    boolean mayBeForgotten(PartitionWindow window, HeldBatch batch, long nowNanos) {
        boolean isDoubtful = batch.is(HeldBatch.State.WAITING) && batch.mayBeWritten();
        if (!isDoubtful || !window.mode().readsDoubtful()) {
            return false;
        }
        return nowNanos - batch.doubtSinceNanos() > FORGOTTEN_NANOS
                || delivered.epochMillis(nowNanos) - batch.maxTimestamp()
                        > TimeUnit.NANOSECONDS.toMillis(FORGOTTEN_NANOS);
    }

    /** What became of a batch is read from the target, when nothing is on its way any more. */
    void unsure(PartitionWindow window, long nowNanos) {
        window.leaveUnsure();
        settleUnsure(window, nowNanos);
    }

    /** A new epoch keeps out what may still arrive; behind its marker the target tells all. */
    private void settleUnsure(PartitionWindow window, long nowNanos) {
        if (window.inflight().hasSent()) {
            return;
        }
        window.readUnderNextGrant();
        window.identity().renew();
        beginAgain(window, nowNanos);
    }

    private void retry(PartitionWindow window, HeldBatch batch, long nowNanos) {
        // A broker that says that it does not lead may have written before it lost the lead (Kafka's DelayedProduce).
        window.inflight().sendAgain(batch, true);
        failed(window, batch, nowNanos);
        schedule.refreshTarget();
        if (batch.failures() > 1) {
            window.inflight().detachWaiting();
        }
    }

    /** The partition waits, longer each time, and says why if it has waited for a while. */
    private void failed(PartitionWindow window, HeldBatch batch, long nowNanos) {
        long pauseNanos = window.pacing().nextRetryNanos(nowNanos);
        if (window.pacing().hasFailedFor(TELL_AFTER_NANOS, nowNanos)) {
            window.partition().publishTargetHealth(health(window, batch));
        }
        schedule.retry(window, nowNanos + pauseNanos);
    }

    private Health health(PartitionWindow window, HeldBatch batch) {
        if (batch.fault() == Fault.FENCED && window.mode().isFenced()) {
            return TargetTrouble.taken(window.partition().shard());
        }
        return trouble(window, batch.fault(), batch, batch.why());
    }

    private Health trouble(PartitionWindow window, Fault fault, HeldBatch batch, String why) {
        return TargetTrouble.of(
                cluster,
                window.partition(),
                fault,
                batch.span().firstOffset(),
                batch.bytes().remaining(),
                why);
    }

    /** A head that was refused goes, and all behind it with it: the target took none of them. */
    private void settleRefused(PartitionWindow window, long nowNanos) {
        HeldBatch head = window.inflight().refusedHead();
        if (head == null) {
            return;
        }
        window.inflight().rewindSequence(head);
        if (head.fault() == Fault.RECORD_TOO_LARGE && head.recordCount() > 1) {
            // Its records may fit if they come in smaller batches.
            window.limitBatches(head.bytes().remaining());
            beginAgain(window, nowNanos);
        } else if (head.fault() == Fault.TARGET_BATCH_CORRUPT) {
            judgeCorrupt(window, head, nowNanos);
        } else if (head.fault().remedy() == Remedy.GIVE_UP_SHARD) {
            // What comes out of the ring now does not follow what is on the target.
            window.dropAll();
            schedule.park(window, nowNanos);
        } else {
            stop(window, head.fault(), head, head.why(), nowNanos);
        }
    }

    /** Was it broken on its way to the target, on its way to us, or on the source? */
    private void judgeCorrupt(PartitionWindow window, HeldBatch head, long nowNanos) {
        boolean wasWholeHere = BatchRewriter.isCrcValid(head.bytes(), 0);
        long firstOffset = head.span().firstOffset();
        if (wasWholeHere || window.corruptOffset() != firstOffset) {
            window.markCorrupt(wasWholeHere ? -1 : firstOffset);
            beginAgain(window, nowNanos + window.pacing().nextResendNanos());
            return;
        }
        stop(window, Fault.SOURCE_BATCH_CORRUPT, head, "its CRC does not match, twice", nowNanos);
    }

    private void beginAgain(PartitionWindow window, long notBeforeNanos) {
        window.dropAll();
        schedule.restart(window, window.writtenTo(), notBeforeNanos);
    }

    private void stop(PartitionWindow window, Fault fault, HeldBatch batch, String why, long nowNanos) {
        window.partition().publishTargetHealth(trouble(window, fault, batch, why));
        window.unlimitBatches();
        schedule.refreshTarget();
        beginAgain(window, nowNanos + window.pacing().nextStopNanos());
    }

    /** For good: to go on would write after a loss as if nothing had been. */
    private void halt(PartitionWindow window, HeldBatch batch, long nowNanos) {
        Partition partition = window.partition();
        measures.faults.count(Fault.TARGET_TRUNCATED);
        partition.publishTargetHealth(trouble(
                window,
                Fault.TARGET_TRUNCATED,
                batch,
                "a batch was written at offset " + batch.targetOffset() + ", below the end as it was, "
                        + window.map().targetEnd()));
        window.inflight().letGo(batch);
        window.end();
        schedule.park(window, nowNanos);
        if (window.mode().isTransactional()) {
            window.transaction().abort("the target lost records of " + partition, nowNanos);
        }
    }

    /** A source batch that must be rebuilt cannot be. */
    void unreadable(PartitionWindow window, Fault fault, String why, long nowNanos) {
        if (window.inflight().hasSent()) {
            // What is before it goes first; the window comes back here afterwards.
            return;
        }
        measures.faults.count(fault);
        window.partition()
                .publishTargetHealth(TargetTrouble.of(
                        cluster, window.partition(), fault, window.map().position(), 0, why));
        beginAgain(window, nowNanos + window.pacing().nextStopNanos());
    }

    @Override
    public void completed(ProduceCall<SentBatch> call, long throttleNanos) {
        measures.answeredRequests.increment();
        measures.throttleNanos.add(throttleNanos);
        schedule.answered(call.nodeId(), call.sizeInBytes(), call.tookMillis(), answeredNanos);
    }
}
