package io.replicator.produce;

import io.replicator.batch.BatchRewriter;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
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
final class ProduceOutcomes implements ProduceCall.Listener<HeldBatch> {
    /** What follows for the partition's way through the producer. */
    interface WindowActions {
        /** The partition may have something to send. */
        void goOn(PartitionWindow window);

        /** The same batches again, not before a time. */
        void retry(PartitionWindow window, long notBeforeNanos);

        /** Nothing is held any more; everything from {@code offset} on is fetched again, not before a time. */
        void restart(PartitionWindow window, long offset, long notBeforeNanos);

        /** The source's leader is asked again what it has, where it is read now; {@link Partition#freshnessAnswered} tells. */
        void ask(PartitionWindow window);

        /** The partition is written no more, so it need not be fetched either. */
        void park(PartitionWindow window);

        /** A source batch cannot be read. */
        void unreadable(PartitionWindow window, String why);

        /** What is known of the target's leaders is out of date. */
        void refreshTarget();

        /** A request was answered. */
        void requestDone(ProduceCall<HeldBatch> call);
    }

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_STOP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_STOP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_DOUBLINGS = 10;

    /** Of a batch that was refused after a try of which nothing is known, where the target cannot be read. */
    private static final int MAX_TRIES_OF_REFUSED = 5;

    /** Trouble shorter than this is an election or a restart's first moments: nobody is told. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String cluster;
    private final WindowActions consequences;
    private final ProduceMeasures measures;
    private final long epochOffsetNanos;

    /**
     * @param cluster the target's name
     * @param epochOffsetNanos what is to be added to the agents' time to make it nanoseconds since 1970
     */
    ProduceOutcomes(String cluster, WindowActions consequences, ProduceMeasures measures, long epochOffsetNanos) {
        this.cluster = cluster;
        this.consequences = consequences;
        this.measures = measures;
        this.epochOffsetNanos = epochOffsetNanos;
    }

    @Override
    public void acknowledged(HeldBatch batch, long baseOffset, long nowNanos) {
        PartitionWindow window = batch.window;
        window.acknowledged(batch, baseOffset);
        if (window.isOver()) {
            window.dropSettled();
            return;
        }
        for (HeldBatch head = window.takeAcknowledged(); head != null; head = window.takeAcknowledged()) {
            if (!isTaken(window, head, nowNanos)) {
                halt(window, head, nowNanos);
                return;
            }
            window.partition().released(head.sourceBytes);
            head.release();
        }
        window.publishPosition();
        window.lastProgressNanos = nowNanos;
        recovered(window);
        settle(window, nowNanos);
        consequences.goOn(window);
    }

    /** False when the target offset contradicts what was acknowledged before. */
    private boolean isTaken(PartitionWindow window, HeldBatch batch, long nowNanos) {
        if (window.transaction() != null) {
            return window.awaitsCommit(batch);
        }
        if (!enterIntoMap(window, batch)) {
            return false;
        }
        measure(batch, nowNanos);
        return true;
    }

    /** The transaction that a window's batches were part of is committed. */
    void committed(PartitionWindow window, long nowNanos) {
        for (HeldBatch batch = window.takeCommitted(); batch != null; batch = window.takeCommitted()) {
            enterIntoMap(window, batch);
            measure(batch, nowNanos);
        }
        window.publishPosition();
        consequences.goOn(window);
    }

    /** It was aborted: everything after the last one is written again. */
    void aborted(PartitionWindow window, long nowNanos) {
        window.rollBack();
        consequences.restart(window, window.map().position(), nowNanos);
    }

    /** The partition cannot be part of a transaction, so that nothing can be written to it. */
    void notJoined(PartitionWindow window, Fault fault, long nowNanos) {
        measures.faults.count(fault);
        window.failures++;
        window.partition()
                .publishTargetHealth(TargetTrouble.of(
                        cluster,
                        window.partition(),
                        fault,
                        window.writtenTo(),
                        0,
                        "it cannot be part of a transaction"));
        consequences.refreshTarget();
        window.giveUpHeld();
        consequences.restart(
                window, window.writtenTo(), nowNanos + backoff(window.failures, FIRST_STOP_NANOS, MAX_STOP_NANOS));
    }

    /** False when the target offset contradicts what was acknowledged before. */
    private static boolean enterIntoMap(PartitionWindow window, HeldBatch batch) {
        OffsetMap map = window.map();
        if (batch.targetOffset >= 0) {
            if (batch.targetOffset < map.targetFloor()) {
                return false;
            }
            long targetOffset = batch.targetOffset;
            for (int run = 0; run < batch.runs(); run++) {
                map.append(batch.runStart(run), targetOffset, batch.runLength(run));
                targetOffset += batch.runLength(run);
            }
        }
        map.advance(batch.nextOffset);
        return true;
    }

    private void measure(HeldBatch batch, long nowNanos) {
        batch.window.partition().copied(batch.recordCount, batch.sourceBytes, batch.maxTimestamp);
        switch (batch.way) {
            case PASS -> measures.passedBatches.add(batch.sourceBatches);
            case COALESCE -> measures.coalescedBatches.add(batch.sourceBatches);
            case REBUILD -> measures.rebuiltBatches.add(batch.sourceBatches);
        }
        measures.inProcessMicros.record(
                TimeUnit.NANOSECONDS.toMicros(nowNanos - batch.arrivedNanos), batch.recordCount);
        if (batch.maxTimestamp >= 0) {
            long nowMillis = TimeUnit.NANOSECONDS.toMillis(nowNanos + epochOffsetNanos);
            measures.replicationMicros.record(
                    TimeUnit.MILLISECONDS.toMicros(nowMillis - batch.maxTimestamp), batch.recordCount);
        }
    }

    private static void recovered(PartitionWindow window) {
        window.failures = 0;
        window.firstFailureNanos = 0;
        window.sheds = 0;
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
    }

    @Override
    public void refused(HeldBatch batch, Fault fault, String why, long nowNanos) {
        PartitionWindow window = batch.window;
        measures.faults.count(fault);
        batch.fault = fault;
        batch.why = why;
        if (window.isOver()) {
            window.refused(batch);
            window.dropSettled();
            return;
        }
        if (fault == Fault.SEQUENCE_LOST && window.isBehindAnother(batch)) {
            window.sendAgain(batch, false);
            if (isAnonymous(window) && !window.identity().isGranted()) {
                window.settleWaiting();
            }
        } else if (fault == Fault.TARGET_LACKS_REPLICAS && batch.failures > 0) {
            // Nothing was written this time; an earlier attempt may have been.
            retry(window, batch, nowNanos);
        } else {
            switch (fault.remedy()) {
                case RETRY -> retry(window, batch, nowNanos);
                case RENEW_IDENTITY -> sequenceLost(window, batch, nowNanos);
                case GIVE_UP_SHARD -> {
                    window.refused(batch);
                    window.identity().taken();
                    window.partition().publishTargetHealth(health(window, batch));
                }
                case ABORT_TRANSACTION -> {
                    window.sendAgain(batch, false);
                    window.transaction().abort(why, nowNanos);
                }
                case RESTART_PARTITION, STOP_PARTITION -> {
                    if (batch.mayBeWrittenEarlier) {
                        refusedAgain(window, batch, nowNanos);
                    } else {
                        window.refused(batch);
                    }
                }
            }
        }
        settle(window, nowNanos);
        consequences.goOn(window);
    }

    private static boolean isAnonymous(PartitionWindow window) {
        return window.identity().coordinator().isEmpty();
    }

    private void settle(PartitionWindow window, long nowNanos) {
        if (window.unsure) {
            settleUnsure(window, nowNanos);
        } else {
            settleRefused(window, nowNanos);
        }
    }

    /** The first that is not acknowledged is not the next one to the broker, nor one that it has. */
    private void sequenceLost(PartitionWindow window, HeldBatch batch, long nowNanos) {
        if (isAnonymous(window) || window.transaction() != null) {
            // Not known again as a repeated one: no try of it was written, nor of those behind it.
            batch.mayBeWrittenEarlier = false;
            window.sendAgain(batch, false);
            window.settleWaiting();
            window.identity().renew();
            failed(window, batch, nowNanos);
        } else {
            // Or the broker forgot that it has it.
            leaveUnsure(window, batch, nowNanos);
        }
    }

    /** This try was refused for good, which says nothing about an earlier one that was not answered. */
    private void refusedAgain(PartitionWindow window, HeldBatch batch, long nowNanos) {
        if (window.transaction() != null) {
            window.sendAgain(batch, true);
            window.transaction().abort(batch.why, nowNanos);
        } else if (!isAnonymous(window)) {
            leaveUnsure(window, batch, nowNanos);
        } else if (batch.failures < MAX_TRIES_OF_REFUSED) {
            retry(window, batch, nowNanos);
        } else {
            window.refused(batch);
        }
    }

    /** What became of the batch is read when what else is on its way is answered. */
    private void leaveUnsure(PartitionWindow window, HeldBatch batch, long nowNanos) {
        window.sendAgain(batch, true);
        failed(window, batch, nowNanos);
        window.unsure = true;
    }

    /**
     * Whether the target's brokers may have forgotten that they have what they are sent again. They forget a producer when
     * the last record that it wrote to a partition is so old, by the record's own timestamp (ProducerStateManager,
     * producer.id.expiration.ms): at once when old records are copied.
     */
    boolean mayBeForgotten(HeldBatch batch, long nowNanos) {
        boolean isDoubtful = batch.state == HeldBatch.State.WAITING && batch.mayBeWritten;
        if (!isDoubtful || isAnonymous(batch.window) || batch.window.transaction() != null) {
            return false;
        }
        long nowMillis = TimeUnit.NANOSECONDS.toMillis(nowNanos + epochOffsetNanos);
        return nowNanos - batch.doubtSinceNanos > ShardWriters.FORGOTTEN_NANOS
                || nowMillis - batch.maxTimestamp > TimeUnit.NANOSECONDS.toMillis(ShardWriters.FORGOTTEN_NANOS);
    }

    /** What became of a batch is read from the target, when nothing is on its way any more. */
    void unsure(PartitionWindow window, long nowNanos) {
        window.unsure = true;
        settleUnsure(window, nowNanos);
    }

    /** A new epoch keeps out what may still arrive; behind its marker the target tells all. */
    private void settleUnsure(PartitionWindow window, long nowNanos) {
        if (window.hasSent()) {
            return;
        }
        window.unsure = false;
        window.mustBeRead = true;
        window.identity().renew();
        beginAgain(window, nowNanos);
    }

    private void retry(PartitionWindow window, HeldBatch batch, long nowNanos) {
        // A broker that says that it does not lead may have written before it lost the lead (Kafka's DelayedProduce).
        window.sendAgain(batch, true);
        failed(window, batch, nowNanos);
        consequences.refreshTarget();
        if (batch.failures > 1) {
            window.detachWaiting();
        }
    }

    /** The partition waits, longer each time, and says why if it has waited for a while. */
    private void failed(PartitionWindow window, HeldBatch batch, long nowNanos) {
        if (window.failures == 0 || window.firstFailureNanos == 0) {
            window.firstFailureNanos = nowNanos;
        }
        window.failures++;
        if (nowNanos - window.firstFailureNanos > TELL_AFTER_NANOS) {
            window.partition().publishTargetHealth(health(window, batch));
        }
        consequences.retry(window, nowNanos + backoff(window.failures, FIRST_RETRY_NANOS, MAX_RETRY_NANOS));
    }

    private static long backoff(int failures, long firstNanos, long mostNanos) {
        return Math.min(mostNanos, firstNanos << Math.min(failures - 1, MAX_DOUBLINGS));
    }

    private Health health(PartitionWindow window, HeldBatch batch) {
        if (batch.fault == Fault.FENCED && window.identity().coordinator().isPresent()) {
            return TargetTrouble.taken(window.partition().shard());
        }
        return TargetTrouble.of(
                cluster,
                window.partition(),
                batch.fault,
                batch.firstOffset,
                batch.bytes().remaining(),
                batch.why);
    }

    /** A head that was refused goes, and all behind it with it: the target took none of them. */
    private void settleRefused(PartitionWindow window, long nowNanos) {
        HeldBatch head = window.refusedHead();
        if (head == null) {
            return;
        }
        window.rewindSequence(head);
        if (head.fault == Fault.RECORD_TOO_LARGE && head.recordCount > 1) {
            // Its records may fit if they come in smaller batches.
            window.maxBatchBytes =
                    Math.max(1, Math.min(window.maxBatchBytes, head.bytes().remaining() / 2));
            beginAgain(window, nowNanos);
        } else if (head.fault == Fault.TARGET_BATCH_CORRUPT) {
            judgeCorrupt(window, head, nowNanos);
        } else if (head.fault.remedy() == Remedy.GIVE_UP_SHARD) {
            // What comes out of the ring now does not follow what is on the target.
            window.dropAll();
            consequences.park(window);
        } else {
            stop(window, head.fault, head, head.why, nowNanos);
        }
    }

    /** Was it broken on its way to the target, on its way to us, or on the source? */
    private void judgeCorrupt(PartitionWindow window, HeldBatch head, long nowNanos) {
        boolean wasWholeHere = BatchRewriter.isCrcValid(head.bytes(), 0);
        if (wasWholeHere || window.corruptOffset != head.firstOffset) {
            window.corruptOffset = wasWholeHere ? -1 : head.firstOffset;
            window.failures++;
            beginAgain(window, nowNanos + backoff(window.failures, FIRST_RETRY_NANOS, MAX_RETRY_NANOS));
            return;
        }
        stop(window, Fault.SOURCE_BATCH_CORRUPT, head, "its CRC does not match, twice", nowNanos);
    }

    private void beginAgain(PartitionWindow window, long notBeforeNanos) {
        window.dropAll();
        consequences.restart(window, window.writtenTo(), notBeforeNanos);
    }

    private void stop(PartitionWindow window, Fault fault, HeldBatch batch, String why, long nowNanos) {
        Partition partition = window.partition();
        partition.publishTargetHealth(TargetTrouble.of(
                cluster, partition, fault, batch.firstOffset, batch.bytes().remaining(), why));
        window.maxBatchBytes = Integer.MAX_VALUE;
        window.failures++;
        consequences.refreshTarget();
        beginAgain(window, nowNanos + backoff(window.failures, FIRST_STOP_NANOS, MAX_STOP_NANOS));
    }

    /** For good: to go on would write after a loss as if nothing had been. */
    private void halt(PartitionWindow window, HeldBatch batch, long nowNanos) {
        measures.faults.count(Fault.TARGET_TRUNCATED);
        window.partition()
                .publishTargetHealth(TargetTrouble.of(
                        cluster,
                        window.partition(),
                        Fault.TARGET_TRUNCATED,
                        batch.firstOffset,
                        batch.bytes().remaining(),
                        "a batch was written at offset " + batch.targetOffset + ", below the end as it was, "
                                + window.map().targetEnd()));
        batch.release();
        window.partition().released(batch.sourceBytes);
        window.end();
        consequences.park(window);
        if (window.transaction() != null) {
            window.transaction().abort("the target lost records of " + window.partition(), nowNanos);
        }
    }

    /** A source batch that must be rebuilt cannot be. */
    void unreadable(PartitionWindow window, Fault fault, String why, long nowNanos) {
        if (window.hasSent()) {
            // What is before it goes first; the window comes back here afterwards.
            return;
        }
        measures.faults.count(fault);
        window.failures++;
        window.partition()
                .publishTargetHealth(TargetTrouble.of(
                        cluster, window.partition(), fault, window.map().position(), 0, why));
        beginAgain(window, nowNanos + backoff(window.failures, FIRST_STOP_NANOS, MAX_STOP_NANOS));
    }

    @Override
    public void completed(ProduceCall<HeldBatch> call, long throttleNanos) {
        measures.answeredRequests.increment();
        measures.throttleNanos.add(throttleNanos);
        consequences.requestDone(call);
    }
}
