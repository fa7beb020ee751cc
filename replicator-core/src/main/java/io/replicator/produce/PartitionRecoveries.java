package io.replicator.produce;

import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.RecordHashes;
import io.replicator.delivery.TailReader;
import io.replicator.delivery.TailSearch;
import io.replicator.measure.ProduceMeasures;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.ClusterView;
import io.replicator.wire.TargetScan;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings partitions to their first write: once a partition is fenced, reads what stands on the target after the saved
 * progress, finds it again on the source, and so knows where to go on. All partitions of the lane at once; none waits for
 * another. Producer's thread.
 *
 * <p>Nothing is entered into a partition's map before it is proven, so that it can begin again at any point: when its
 * batches are given back, when its leader moves, when its shard is granted anew.
 */
final class PartitionRecoveries implements TargetScan.Listener<PartitionRecovery> {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionRecoveries.class);

    /** Records to be compared one by one: of one partition, and of all that are in doubt at a time. */
    private static final long MAX_COMPARED_RECORDS = 1 << 20;

    private static final long MAX_COMPARED_AT_ONCE = 1 << 22;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long a source that has no more must stay so: a replica may be a while behind the one that was read before. */
    private static final long EXHAUSTED_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** A topic that was made just now is not known to every broker yet: it is not reported. */
    private static final int YOUNG_FAILURES = 4;

    /** Trouble shorter than this is an election: it is not reported. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String cluster;
    private final ProduceMeasures measures;
    private final WindowSchedule schedule;
    private final ProduceOutcomes outcomes;
    private final TargetScan<PartitionRecovery> scan;
    private final RecordHashes records = new RecordHashes();
    private final Map<TopicPartition, PartitionRecovery> byTarget = new HashMap<>();

    /** Those that were stuck and are to be fenced again. */
    private final ArrayDeque<PartitionRecovery> unfenced = new ArrayDeque<>();

    private long lookNanos;

    PartitionRecoveries(
            ClusterView target, ProduceMeasures measures, WindowSchedule schedule, ProduceOutcomes outcomes) {
        this.cluster = target.connection().clusterName();
        this.measures = measures;
        this.schedule = schedule;
        this.outcomes = outcomes;
        this.scan = new TargetScan<>(target, this);
    }

    /** How long the thread may wait for brokers and the source: some of what there is to do is due by time. */
    long waitNanos(long mostNanos) {
        if (byTarget.isEmpty()) {
            return mostNanos;
        }
        return Math.min(mostNanos, scan.isIdle() ? LOOK_NANOS : TargetScan.LOOK_NANOS);
    }

    /** The recovery of a window, before which it is not written; {@code null} when it has none. */
    private PartitionRecovery of(PartitionWindow window) {
        PartitionRecovery recovery = byTarget.get(window.target());
        return recovery != null && recovery.window() == window ? recovery : null;
    }

    /** A window that is to be fenced and recovered before it is written. */
    PartitionRecovery begin(PartitionWindow window) {
        window.beginRecovery();
        PartitionRecovery recovery = new PartitionRecovery(window, records);
        PartitionRecovery former = byTarget.put(recovery.target(), recovery);
        if (former != null) {
            scan.remove(former);
        }
        RecoveryHealth.publish(recovery);
        return recovery;
    }

    /** From the beginning: what was found does not hold under a new grant, or what was open is not any more. */
    PartitionRecovery beginAgain(PartitionWindow window, long nowNanos) {
        PartitionRecovery former = of(window);
        boolean hasTaken = former == null || former.isFinding();
        if (former != null) {
            scan.remove(former);
        }
        if (former == null) {
            window.dropAll();
        } else if (hasTaken) {
            window.dropUnsent();
        }
        PartitionRecovery recovery = begin(window);
        if (hasTaken) {
            schedule.restart(window, window.map().position(), nowNanos);
        }
        return recovery;
    }

    /** The window is over, or its shard is handed back. */
    void end(PartitionWindow window) {
        PartitionRecovery recovery = of(window);
        if (recovery != null) {
            scan.remove(recovery);
            byTarget.remove(recovery.target());
        }
    }

    /** The source lost records below the window's position. */
    void loseBeginning(PartitionWindow window) {
        PartitionRecovery recovery = of(window);
        if (recovery != null) {
            recovery.loseBeginning();
        }
    }

    /** Takes the recoveries that were stuck before they were fenced, and may be fenced now. */
    void drainUnfenced(Consumer<PartitionRecovery> taker) {
        for (PartitionRecovery next = unfenced.poll(); next != null; next = unfenced.poll()) {
            if (byTarget.get(next.target()) == next) {
                taker.accept(next);
            }
        }
    }

    /** A transaction over the partition ended. */
    void fenced(TopicPartition partition) {
        PartitionRecovery recovery = byTarget.get(partition);
        if (recovery == null || recovery.stage() != PartitionRecovery.Stage.FENCING) {
            return;
        }
        if (recovery.window().identity().onlyFences()) {
            recovery.unfence();
        } else {
            recovery.fenced();
            read(recovery);
        }
    }

    private void read(PartitionRecovery recovery) {
        recovery.beginReading();
        scan.add(recovery);
        RecoveryHealth.publish(recovery);
    }

    void notFenced(TopicPartition partition, Fault fault, long nowNanos) {
        PartitionRecovery recovery = byTarget.get(partition);
        if (recovery != null && recovery.stage() == PartitionRecovery.Stage.FENCING) {
            measures.faults.count(fault);
            boolean isYoung = fault == Fault.TARGET_TOPIC_MISSING && recovery.failures() < YOUNG_FAILURES;
            Health health = isYoung
                    ? recovery.window().partition().targetHealth()
                    : trouble(recovery, fault, "it cannot be fenced");
            stick(recovery, health, nowNanos);
        }
    }

    /** Says why a partition waits. */
    void tell(TopicPartition partition, Health health, long nowNanos) {
        PartitionRecovery recovery = byTarget.get(partition);
        if (recovery != null) {
            recovery.window().partition().publishTargetHealthIfChanged(health);
            recovery.tell(nowNanos);
        }
    }

    private Health trouble(PartitionRecovery recovery, Fault fault, String why) {
        Partition partition = recovery.window().partition();
        return TargetTrouble.of(cluster, partition, fault, partition.position(), 0, why);
    }

    private void stick(PartitionRecovery recovery, Fault fault, Health health, long nowNanos) {
        measures.faults.count(fault);
        stick(recovery, health, nowNanos);
    }

    private void stick(PartitionRecovery recovery, Health health, long nowNanos) {
        scan.remove(recovery);
        recovery.window().partition().publishTargetHealthIfChanged(health);
        recovery.stick(nowNanos);
    }

    /** Goes on with what has come, and with what is due. */
    int poll(long nowNanos) {
        if (byTarget.isEmpty()) {
            return 0;
        }
        int work = scan.poll(nowNanos);
        if (lookNanos == 0 || nowNanos - lookNanos >= 0) {
            lookNanos = nowNanos + LOOK_NANOS;
            new ArrayList<>(byTarget.values()).forEach(recovery -> look(recovery, nowNanos));
        }
        return work;
    }

    private void look(PartitionRecovery recovery, long nowNanos) {
        recovery.followRestarts();
        switch (recovery.stage()) {
            case STUCK -> {
                if (recovery.mayTryAgain(nowNanos)) {
                    tryAgain(recovery);
                }
            }
            case DOUBTED -> readAgain(recovery);
            case COUNTING, COMPARING -> lookAtSource(recovery, nowNanos);
            case UNFENCED, FENCING, READING, READING_AGAIN -> {}
        }
        PartitionWindow window = recovery.window();
        boolean hasFailed = window.partition().targetHealth().state() == PartitionState.FAILED;
        if (!recovery.isTold()) {
            recovery.tell(nowNanos);
        } else if (!hasFailed && of(window) == recovery && !recovery.isToldWithin(TELL_AFTER_NANOS, nowNanos)) {
            recovery.tell(nowNanos);
            recovery.followRestarts();
            RecoveryHealth.publish(recovery);
        }
    }

    private void tryAgain(PartitionRecovery recovery) {
        if (recovery.isFenced()) {
            read(recovery);
        } else {
            recovery.unfence();
            unfenced.add(recovery);
        }
    }

    /** When the source has no more, what is missing will never come. */
    private void lookAtSource(PartitionRecovery recovery, long nowNanos) {
        PartitionWindow window = recovery.window();
        Partition partition = window.partition();
        boolean hasMore = window.firstPending() != null
                || partition.sourceEnd() < 0
                || window.takenTo() < partition.sourceEnd()
                || partition.outOfRangeOffset() >= 0
                || partition.divergence().isKnown();
        if (hasMore) {
            recovery.clearExhaustion();
        } else if (!recovery.awaitsFreshness()) {
            // What was heard of the source may be old: earlier owners may have copied more than it had then.
            recovery.awaitFreshness(partition.requestFreshness());
            schedule.askSource(window);
        } else if (!recovery.isFresh()) {
            recovery.clearExhaustion();
        } else if (recovery.isExhaustedFor(EXHAUSTED_NANOS, nowNanos)) {
            if (recovery.stage() == PartitionRecovery.Stage.COUNTING) {
                doubt(recovery, "the source has only " + recovery.search().found() + " of them", nowNanos);
            } else {
                found(recovery, nowNanos);
            }
        } else {
            recovery.exhaust(nowNanos);
        }
    }

    @Override
    public void scanned(PartitionRecovery recovery, ByteBuffer batches, long nowNanos) {
        recovery.accept();
        try {
            if (recovery.reader().read(batches)) {
                scan.remove(recovery);
                wasRead(recovery, nowNanos);
            }
        } catch (CorruptBatchException corrupt) {
            Partition partition = recovery.window().partition();
            Health health = TargetTrouble.unreadable(cluster, partition, corrupt.getMessage());
            stick(recovery, Fault.TARGET_BATCH_CORRUPT, health, nowNanos);
        }
    }

    private void wasRead(PartitionRecovery recovery, long nowNanos) {
        TailReader reader = recovery.reader();
        if (recovery.stage() == PartitionRecovery.Stage.READING_AGAIN) {
            recovery.beginComparing();
            find(recovery, nowNanos);
        } else if (reader.tail().records() == 0) {
            found(recovery, nowNanos);
        } else if (reader.tail().isCountable()) {
            LOG.debug(
                    "{}: {} records were written after the last saved progress, target offsets {} to {}",
                    recovery.window().partition(),
                    reader.tail().records(),
                    reader.from(),
                    reader.to());
            recovery.beginCounting();
            find(recovery, nowNanos);
        } else {
            doubt(recovery, "the target's log was compacted", nowNanos);
        }
    }

    private void find(PartitionRecovery recovery, long nowNanos) {
        RecoveryHealth.publish(recovery);
        schedule.fetchNow(recovery.window(), nowNanos);
        lookThroughPending(recovery.window(), nowNanos);
    }

    @Override
    public void outOfRange(PartitionRecovery recovery, long logStart, long nowNanos) {
        if (recovery.reader().moveTo(logStart)) {
            scan.add(recovery);
            return;
        }
        Partition partition = recovery.window().partition();
        Health health =
                TargetTrouble.lostBehindUs(cluster, partition, recovery.reader().offset(), logStart);
        stick(recovery, Fault.TARGET_TRUNCATED, health, nowNanos);
    }

    @Override
    public void refused(PartitionRecovery recovery, Fault fault, String why, long nowNanos) {
        Partition partition = recovery.window().partition();
        if (fault == Fault.TARGET_TOPIC_MISSING && TargetTrouble.hasOtherId(recovery.topic(), partition)) {
            Health health =
                    TargetTrouble.recreated(cluster, partition, recovery.topic().id());
            stick(recovery, fault, health, nowNanos);
        } else if (fault == Fault.TARGET_NOT_AUTHORIZED) {
            stick(recovery, fault, TargetTrouble.mayNotRead(cluster, partition, why), nowNanos);
        } else if (recovery.isRefusedFor(TELL_AFTER_NANOS, nowNanos)) {
            tell(recovery.target(), trouble(recovery, fault, why), nowNanos);
        } else {
            recovery.refuse(nowNanos);
        }
    }

    /** The window may have a source batch that was not gone through. */
    void lookThroughPending(PartitionWindow window, long nowNanos) {
        PartitionRecovery recovery = of(window);
        if (recovery == null) {
            return;
        }
        recovery.followRestarts();
        try {
            boolean goesOn = true;
            while (goesOn && recovery.isFinding() && of(window) == recovery) {
                PendingBatch head = window.firstPending();
                if (head == null) {
                    return;
                }
                goesOn = lookThrough(recovery, head, nowNanos);
            }
        } catch (CorruptBatchException corrupt) {
            outcomes.unreadable(window, Fault.SOURCE_BATCH_CORRUPT, corrupt.getMessage(), nowNanos);
        }
    }

    /** Goes through one source batch; false when the partition is opened or in doubt, or is fetched again. */
    private boolean lookThrough(PartitionRecovery recovery, PendingBatch head, long nowNanos) {
        PartitionWindow window = recovery.window();
        TailSearch search = recovery.search();
        if (head.kind == BatchSlot.Kind.ADVANCE) {
            search.advance(head.nextOffset);
            window.dropFirstPendingTo(head.nextOffset);
            return true;
        }
        boolean isWhole = head.kind == BatchSlot.Kind.WHOLE;
        TailSearch.Step step = search.take(head.bytes, head.at, isWhole, head.fromOffset, head.nextOffset);
        switch (step) {
            case GO_ON -> window.dropFirstPendingTo(head.nextOffset);
            case FOUND -> {
                window.dropFirstPendingTo(search.coveredTo());
                found(recovery, nowNanos);
            }
            case FETCH_AGAIN -> {
                window.dropUnsent();
                schedule.restart(window, window.map().position(), nowNanos);
            }
            case ANOTHER_RECORD ->
                doubt(recovery, "the source has another record in place of the last of them", nowNanos);
            case NOT_PROVEN -> doubt(recovery, "the source may have others that say the same", nowNanos);
        }
        return step == TailSearch.Step.GO_ON;
    }

    /** Counting did not prove anything: the records are compared one by one, and what was gone through is fetched again. */
    private void doubt(PartitionRecovery recovery, String why, long nowNanos) {
        PartitionWindow window = recovery.window();
        TailReader reader = recovery.reader();
        measures.recoveredAmbiguous.increment();
        LOG.warn(
                "{} has {} records at target offsets {} to {} that were written after the last saved progress, source offset"
                        + " {}, and {}: each of them is looked for; what is not found is copied again",
                window.target(),
                reader.tail().records(),
                reader.from(),
                reader.to() - 1,
                window.map().position(),
                why);
        window.dropUnsent();
        recovery.doubt();
        schedule.restart(window, window.map().position(), nowNanos);
        if (reader.tail().records() > MAX_COMPARED_RECORDS) {
            LOG.warn(
                    "{}: too many records to be compared one by one: copied again from source offset {}",
                    window.target(),
                    window.map().position());
            found(recovery, nowNanos);
        } else {
            readAgain(recovery);
            RecoveryHealth.publish(recovery);
        }
    }

    /** Unless others hold too many records: then when they are done. */
    private void readAgain(PartitionRecovery recovery) {
        long compared = recovery.reader().tail().records();
        for (PartitionRecovery other : byTarget.values()) {
            compared += other.comparedRecords();
        }
        if (compared <= MAX_COMPARED_AT_ONCE) {
            recovery.beginReadingAgain();
            scan.add(recovery);
        }
    }

    /** What the target holds is known, and where the source goes on. */
    private void found(PartitionRecovery recovery, long nowNanos) {
        PartitionWindow window = recovery.window();
        OffsetMap map = window.map();
        TailSearch search = recovery.search();
        if (search != null) {
            measures.recoveredRecords.add(search.found());
            search.enterInto(map);
        }
        map.extendTargetKnownTo(recovery.reader().to());
        window.publishPosition();
        byTarget.remove(recovery.target());
        window.open();
        window.pacing().progressed(nowNanos);
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        schedule.fetchNow(window, nowNanos);
        schedule.goOn(window);
    }
}
