package io.replicator.produce;

import io.replicator.batch.BatchHeader;
import io.replicator.batch.CorruptBatchException;
import io.replicator.batch.RecordHashes;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.delivery.Tail;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MAX_DOUBLINGS = 7;

    /** A topic that was made just now is not known to every broker yet: nobody is told. */
    private static final int YOUNG_FAILURES = 4;

    /** Trouble shorter than this is an election: nobody is told. */
    private static final long TELL_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ClusterView target;
    private final ProduceMeasures measures;
    private final ProduceOutcomes.WindowActions consequences;
    private final TargetScan<PartitionRecovery> scan;
    private final RecordHashes records = new RecordHashes();
    private final Map<TopicPartition, PartitionRecovery> byTarget = new HashMap<>();
    private ShardWriters identities;
    private long lookNanos;

    PartitionRecoveries(ClusterView target, ProduceMeasures measures, ProduceOutcomes.WindowActions consequences) {
        this.target = target;
        this.measures = measures;
        this.consequences = consequences;
        this.scan = new TargetScan<>(target, this);
    }

    /** Both know each other: identities fence what is to be opened. */
    void tells(ShardWriters shards) {
        identities = shards;
    }

    /** How long the thread may wait for brokers and the source: some of what there is to do is due by time. */
    long waitNanos(long mostNanos) {
        if (byTarget.isEmpty()) {
            return mostNanos;
        }
        return Math.min(mostNanos, scan.isIdle() ? LOOK_NANOS : TargetScan.LOOK_NANOS);
    }

    /** A window that is to be fenced and recovered before it is written. */
    PartitionRecovery begin(PartitionWindow window) {
        PartitionRecovery opening = new PartitionRecovery(window);
        window.opening = opening;
        PartitionRecovery former = byTarget.put(opening.target, opening);
        if (former != null) {
            scan.remove(former);
        }
        tellStage(opening);
        return opening;
    }

    /** From the beginning: what was found does not hold under a new grant, or what was open is not any more. */
    PartitionRecovery beginAnew(PartitionWindow window, long nowNanos) {
        PartitionRecovery former = window.opening;
        boolean hasTaken = former == null || former.isFinding();
        if (former != null) {
            scan.remove(former);
        }
        if (former == null) {
            window.dropAll();
        } else if (hasTaken) {
            window.dropUnsent();
        }
        PartitionRecovery opening = begin(window);
        if (hasTaken) {
            consequences.restart(window, window.map().position(), nowNanos);
        }
        return opening;
    }

    /** The window is over, or its shard is handed back. */
    void end(PartitionWindow window) {
        PartitionRecovery opening = window.opening;
        if (opening != null) {
            scan.remove(opening);
            byTarget.remove(opening.target, opening);
        }
    }

    /** A transaction over the partition ended. */
    void fenced(TopicPartition partition, long nowNanos) {
        PartitionRecovery opening = byTarget.get(partition);
        if (opening == null || opening.stage != PartitionRecovery.Stage.FENCING) {
            return;
        }
        if (opening.window.identity().onlyFences()) {
            opening.stage = PartitionRecovery.Stage.UNFENCED;
        } else {
            opening.fencedGrant = opening.window.identity().grants();
            read(opening);
        }
    }

    private void read(PartitionRecovery opening) {
        opening.beginReading();
        scan.add(opening);
        tellStage(opening);
    }

    void notFenced(TopicPartition partition, Fault fault, long nowNanos) {
        PartitionRecovery opening = byTarget.get(partition);
        if (opening != null && opening.stage == PartitionRecovery.Stage.FENCING) {
            measures.faults.count(fault);
            boolean isYoung = fault == Fault.TARGET_TOPIC_MISSING && opening.failures < YOUNG_FAILURES;
            Health health = isYoung
                    ? opening.window.partition().targetHealth()
                    : trouble(opening, fault, "it cannot be fenced");
            stick(opening, health, nowNanos);
        }
    }

    void tell(TopicPartition partition, Health health, long nowNanos) {
        PartitionRecovery opening = byTarget.get(partition);
        if (opening != null) {
            opening.window.partition().publishTargetHealthIfChanged(health);
            opening.toldNanos = nowNanos;
        }
    }

    private Health trouble(PartitionRecovery opening, Fault fault, String why) {
        Partition partition = opening.window.partition();
        return TargetTrouble.of(target.connection().clusterName(), partition, fault, partition.position(), 0, why);
    }

    private void stick(PartitionRecovery opening, Health health, long nowNanos) {
        scan.remove(opening);
        opening.stage = PartitionRecovery.Stage.STUCK;
        opening.window.partition().publishTargetHealthIfChanged(health);
        opening.notBeforeNanos = nowNanos + (FIRST_RETRY_NANOS << Math.min(opening.failures, MAX_DOUBLINGS));
        opening.failures++;
    }

    /** Goes on with what has come, and with what is due. */
    int poll(long nowNanos) {
        if (byTarget.isEmpty()) {
            return 0;
        }
        int work = scan.poll(nowNanos);
        if (lookNanos == 0 || nowNanos - lookNanos >= 0) {
            lookNanos = nowNanos + LOOK_NANOS;
            new ArrayList<>(byTarget.values()).forEach(opening -> look(opening, nowNanos));
        }
        return work;
    }

    private void look(PartitionRecovery opening, long nowNanos) {
        if (opening.stage == PartitionRecovery.Stage.STUCK) {
            if (nowNanos - opening.notBeforeNanos >= 0) {
                tryAgain(opening);
            }
        } else if (opening.stage == PartitionRecovery.Stage.DOUBTED) {
            readAgain(opening);
        } else if (opening.isFinding()) {
            lookAtSource(opening, nowNanos);
        }
        boolean hasFailed = opening.window.partition().targetHealth().state() == PartitionState.FAILED;
        if (opening.toldNanos == 0) {
            opening.toldNanos = nowNanos;
        } else if (!hasFailed && opening.window.opening == opening && nowNanos - opening.toldNanos > TELL_AFTER_NANOS) {
            opening.toldNanos = nowNanos;
            tellStage(opening);
        }
    }

    private void tryAgain(PartitionRecovery opening) {
        ProducerIdentity identity = opening.window.identity();
        if (identity.isGranted() && opening.fencedGrant == identity.grants()) {
            read(opening);
        } else {
            opening.stage = PartitionRecovery.Stage.UNFENCED;
            identities.fence(opening);
        }
    }

    /** When the source has no more, what is missing will never come. */
    private void lookAtSource(PartitionRecovery opening, long nowNanos) {
        PartitionWindow window = opening.window;
        Partition partition = window.partition();
        boolean hasMore = window.firstPending() != null
                || partition.sourceEnd() < 0
                || window.takenTo() < partition.sourceEnd()
                || partition.outOfRangeOffset() >= 0
                || partition.divergence().isKnown();
        if (hasMore) {
            opening.exhaustedNanos = 0;
        } else if (opening.awaitedFreshness == 0) {
            // What was heard of the source may be old: earlier owners may have copied more than it had then.
            opening.awaitedFreshness = partition.requestFreshness();
            consequences.ask(window);
        } else if (partition.freshnessAnswered() < opening.awaitedFreshness) {
            opening.exhaustedNanos = 0;
        } else if (opening.exhaustedNanos == 0) {
            opening.exhaustedNanos = nowNanos;
        } else if (nowNanos - opening.exhaustedNanos > EXHAUSTED_NANOS) {
            if (opening.stage == PartitionRecovery.Stage.COUNTING) {
                doubt(opening, "the source has only " + opening.recovery.found() + " of them", nowNanos);
            } else {
                found(opening, nowNanos);
            }
        }
    }

    private static void tellStage(PartitionRecovery opening) {
        String shard = "shard " + opening.window.partition().shard();
        switch (opening.stage) {
            case UNFENCED -> tell(opening, "waiting for the right to write " + shard, "the target grants it");
            case FENCING ->
                tell(opening, "keeping earlier owners of " + shard + " from writing", "the target has taken note");
            case READING, DOUBTED, READING_AGAIN ->
                tell(
                        opening,
                        String.format(
                                "reading what was written after the last saved progress: %,d records so far",
                                opening.tail.records()),
                        "it has been read");
            case COUNTING, COMPARING ->
                tell(
                        opening,
                        String.format(
                                "looking on the source for the %,d records that were written after the last saved"
                                        + " progress: %,d found",
                                opening.tail.records(), opening.recovery.found()),
                        "they have been found");
            case STUCK -> {}
        }
    }

    private static void tell(PartitionRecovery opening, String reason, String resumesWhen) {
        opening.window
                .partition()
                .publishTargetHealthIfChanged(new Health(PartitionState.STARTING, reason, resumesWhen));
    }

    @Override
    public void scanned(PartitionRecovery opening, ByteBuffer batches, long nowNanos) {
        opening.refusedNanos = 0;
        try {
            if (readBatches(opening, batches)) {
                readToEnd(opening, nowNanos);
            }
        } catch (CorruptBatchException corrupt) {
            measures.faults.count(Fault.TARGET_BATCH_CORRUPT);
            stick(
                    opening,
                    TargetTrouble.unreadable(
                            target.connection().clusterName(), opening.window.partition(), corrupt.getMessage()),
                    nowNanos);
        }
    }

    /** Whether all was read that is to be. */
    private boolean readBatches(PartitionRecovery opening, ByteBuffer batches) {
        boolean isDone = false;
        int at = batches.position();
        while (!isDone && BatchHeader.isWhole(batches, at, batches.limit())) {
            long baseOffset = BatchHeader.baseOffset(batches, at);
            long nextOffset = BatchHeader.nextOffset(batches, at);
            if (opening.readTo >= 0 && baseOffset >= opening.readTo) {
                isDone = true;
            } else if (nextOffset > opening.scanOffset) {
                if (baseOffset > opening.scanOffset) {
                    opening.tail.hasHoles();
                }
                if (isMarker(opening, batches, at)) {
                    opening.readTo = nextOffset;
                } else if (isOurs(opening, batches, at)) {
                    readOwn(opening, batches, at);
                }
                opening.scanOffset = nextOffset;
                isDone = opening.scanOffset == opening.readTo;
            }
            at += BatchHeader.sizeInBytes(batches, at);
        }
        if (opening.stage == PartitionRecovery.Stage.READING) {
            readLast(opening.tail, batches);
            opening.open.values().forEach(tail -> readLast(tail, batches));
        }
        return isDone;
    }

    /** The one that shows that the fence stands: nothing of an earlier owner comes after it. */
    private static boolean isMarker(PartitionRecovery opening, ByteBuffer batches, int at) {
        ProducerIdentity identity = opening.window.identity();
        return opening.stage == PartitionRecovery.Stage.READING
                && BatchHeader.magic(batches, at) == BatchHeader.MAGIC_V2
                && BatchHeader.isControl(batches, at)
                && BatchHeader.producerId(batches, at) == identity.producerId()
                && BatchHeader.producerEpoch(batches, at) == identity.epoch();
    }

    private static boolean isOurs(PartitionRecovery opening, ByteBuffer batches, int at) {
        return BatchHeader.magic(batches, at) == BatchHeader.MAGIC_V2
                && BatchHeader.producerId(batches, at) >= 0
                && opening.window.identity().producerIds().contains(BatchHeader.producerId(batches, at));
    }

    /** What was written in a transaction counts when that is committed, and not at all when it is aborted. */
    private void readOwn(PartitionRecovery opening, ByteBuffer batches, int at) {
        long producerId = BatchHeader.producerId(batches, at);
        if (BatchHeader.isControl(batches, at)) {
            Tail ended = opening.open.remove(producerId);
            if (ended != null && BatchHeader.isCommit(batches, at)) {
                opening.tail.add(ended);
            }
        } else if (BatchHeader.isTransactional(batches, at)) {
            readOwn(opening, opening.open.computeIfAbsent(producerId, any -> new Tail()), batches, at);
        } else {
            readOwn(opening, opening.tail, batches, at);
        }
    }

    /** What compaction took from a batch of ours was there: each had a record at every offset. */
    private void readOwn(PartitionRecovery opening, Tail tail, ByteBuffer batches, int at) {
        long from = Math.max(opening.scanOffset, BatchHeader.baseOffset(batches, at));
        if (BatchHeader.isLogAppendTime(batches, at)) {
            opening.isTimed = false;
        }
        if (opening.stage == PartitionRecovery.Stage.READING) {
            tail.add(from, (int) (BatchHeader.nextOffset(batches, at) - from));
            tail.lastIsIn(at);
        } else {
            records.visit(batches, at, (offset, timestamp, contentHash) -> {
                if (offset >= from) {
                    tail.add(offset, hash(opening, timestamp, contentHash));
                }
                return true;
            });
        }
    }

    private void readLast(Tail tail, ByteBuffer batches) {
        int at = tail.takeLastBatch();
        if (at < 0) {
            return;
        }
        long lastOffset = BatchHeader.lastOffset(batches, at);
        records.visit(batches, at, (offset, timestamp, contentHash) -> {
            if (offset == lastOffset) {
                tail.lastIs(timestamp, contentHash);
            }
            return true;
        });
    }

    /** Where the target's own clock gave records their times, those say nothing. */
    private static long hash(PartitionRecovery opening, long timestamp, long contentHash) {
        return opening.isTimed ? RecordHashes.withTimestamp(contentHash, timestamp) : contentHash;
    }

    private void readToEnd(PartitionRecovery opening, long nowNanos) {
        scan.remove(opening);
        PartitionWindow window = opening.window;
        if (opening.stage == PartitionRecovery.Stage.READING_AGAIN) {
            find(opening, PartitionRecovery.Stage.COMPARING, nowNanos);
        } else if (opening.tail.records() == 0) {
            found(opening, nowNanos);
        } else if (opening.tail.isCountable()) {
            LOG.debug(
                    "{}: {} records were written after the last saved progress, target offsets {} to {}",
                    window.partition(),
                    opening.tail.records(),
                    opening.readFrom,
                    opening.readTo);
            find(opening, PartitionRecovery.Stage.COUNTING, nowNanos);
        } else {
            doubt(opening, "the target's log was compacted", nowNanos);
        }
    }

    private void find(PartitionRecovery opening, PartitionRecovery.Stage how, long nowNanos) {
        opening.beginFinding(how);
        tellStage(opening);
        hurry(opening.window, nowNanos);
        came(opening.window, nowNanos);
    }

    /** What gave its memory back meanwhile is fetched again now, not after its pause. */
    private void hurry(PartitionWindow window, long nowNanos) {
        if (window.sheds > 0 && window.isEmpty()) {
            window.sheds = 0;
            consequences.restart(window, window.map().position(), nowNanos);
        }
    }

    @Override
    public void outOfRange(PartitionRecovery opening, long logStart, long nowNanos) {
        if (opening.stage == PartitionRecovery.Stage.READING && opening.isFromStart && logStart > opening.scanOffset) {
            opening.readFrom = logStart;
            opening.readAnew();
            scan.add(opening);
            return;
        }
        measures.faults.count(Fault.TARGET_TRUNCATED);
        stick(
                opening,
                TargetTrouble.lostBehindUs(
                        target.connection().clusterName(), opening.window.partition(), opening.scanOffset, logStart),
                nowNanos);
    }

    @Override
    public void refused(PartitionRecovery opening, Fault fault, String why, long nowNanos) {
        Partition partition = opening.window.partition();
        String cluster = target.connection().clusterName();
        if (fault == Fault.TARGET_TOPIC_MISSING && TargetTrouble.isAnother(opening.topic(), partition)) {
            measures.faults.count(fault);
            stick(
                    opening,
                    TargetTrouble.recreated(cluster, partition, opening.topic().id()),
                    nowNanos);
            return;
        }
        if (fault == Fault.TARGET_NOT_AUTHORIZED) {
            measures.faults.count(fault);
            stick(opening, TargetTrouble.mayNotRead(cluster, partition, why), nowNanos);
            return;
        }
        if (opening.refusedNanos == 0) {
            opening.refusedNanos = nowNanos;
        } else if (nowNanos - opening.refusedNanos > TELL_AFTER_NANOS) {
            tell(opening.target, trouble(opening, fault, why), nowNanos);
        }
    }

    /** The window may have a source batch that was not gone through. */
    void came(PartitionWindow window, long nowNanos) {
        PartitionRecovery opening = window.opening;
        try {
            boolean goesOn = true;
            while (goesOn && opening.isFinding() && window.opening == opening) {
                PendingBatch head = window.firstPending();
                if (head == null) {
                    return;
                }
                if (head.kind == BatchSlot.Kind.ADVANCE) {
                    pass(opening, head);
                } else if (opening.stage == PartitionRecovery.Stage.COUNTING) {
                    goesOn = count(opening, head, nowNanos);
                } else {
                    goesOn = compare(opening, head, nowNanos);
                }
            }
        } catch (CorruptBatchException corrupt) {
            consequences.unreadable(window, corrupt.getMessage());
        }
    }

    private static void pass(PartitionRecovery opening, PendingBatch head) {
        opening.goneTo = head.nextOffset;
        opening.window.dropFirstPending();
    }

    /** Goes through one batch; false when the partition is opened or in doubt. */
    private boolean count(PartitionRecovery opening, PendingBatch head, long nowNanos) {
        long missing = opening.recovery.missing();
        if (head.kind == BatchSlot.Kind.WHOLE && BatchHeader.recordCount(head.bytes, head.at) < missing) {
            opening.recovery.take(
                    BatchHeader.baseOffset(head.bytes, head.at), BatchHeader.recordCount(head.bytes, head.at));
            pass(opening, head);
            return true;
        }
        Counted counted = new Counted(opening, head.fromOffset);
        records.visit(head.bytes, head.at, counted);
        if (opening.recovery.missing() > 0) {
            pass(opening, head);
            return true;
        }
        if (counted.isLast && opening.provesAll(counted.lastOffset)) {
            goOnAfter(opening, head, counted.lastOffset);
            found(opening, nowNanos);
        } else if (counted.isLast && !opening.isSourceNew) {
            opening.window.dropUnsent();
            consequences.restart(opening.window, opening.window.map().position(), nowNanos);
        } else {
            doubt(
                    opening,
                    counted.isLast
                            ? "the source may have others that say the same"
                            : "the source has another record in place of the last of them",
                    nowNanos);
        }
        return false;
    }

    /** Takes a batch's records one by one until none is missing. */
    private static final class Counted implements RecordHashes.Visitor {
        private final PartitionRecovery opening;
        private final long fromOffset;
        private long lastOffset = -1;
        private boolean isLast;

        Counted(PartitionRecovery opening, long fromOffset) {
            this.opening = opening;
            this.fromOffset = fromOffset;
        }

        @Override
        public boolean visit(long offset, long timestamp, long contentHash) {
            if (offset < fromOffset) {
                return true;
            }
            opening.recovery.take(offset, 1);
            lastOffset = offset;
            boolean isEnd = opening.recovery.missing() == 0;
            isLast = isEnd && opening.tail.isLast(timestamp, contentHash, opening.isTimed);
            return !isEnd;
        }
    }

    /** The batch's records up to this offset are on the target; the rest of it is written like a batch that begins there. */
    private static void goOnAfter(PartitionRecovery opening, PendingBatch head, long offset) {
        if (offset + 1 >= head.nextOffset) {
            pass(opening, head);
        } else {
            head.kind = BatchSlot.Kind.REBUILD;
            head.fromOffset = offset + 1;
            opening.goneTo = offset + 1;
        }
    }

    private boolean compare(PartitionRecovery opening, PendingBatch head, long nowNanos) {
        Compared compared = new Compared(opening, head.fromOffset);
        records.visit(head.bytes, head.at, compared);
        if (!compared.isNew && opening.recovery.missing() > 0) {
            pass(opening, head);
            return true;
        }
        if (compared.lastOffset >= 0) {
            goOnAfter(opening, head, compared.lastOffset);
        }
        found(opening, nowNanos);
        return false;
    }

    /** Takes a batch's records as long as the target has them. */
    private static final class Compared implements RecordHashes.Visitor {
        private final PartitionRecovery opening;
        private final long fromOffset;
        private long lastOffset = -1;
        private boolean isNew;

        Compared(PartitionRecovery opening, long fromOffset) {
            this.opening = opening;
            this.fromOffset = fromOffset;
        }

        @Override
        public boolean visit(long offset, long timestamp, long contentHash) {
            if (offset < fromOffset) {
                return true;
            }
            if (opening.recovery.takeIfThere(offset, hash(opening, timestamp, contentHash))) {
                lastOffset = offset;
                return opening.recovery.missing() > 0;
            }
            isNew = true;
            return false;
        }
    }

    /** Counting did not prove anything: the records are told one from another, and what was gone through is fetched again. */
    private void doubt(PartitionRecovery opening, String why, long nowNanos) {
        PartitionWindow window = opening.window;
        measures.recoveredAmbiguous.increment();
        LOG.warn(
                "{} has {} records at target offsets {} to {} that were written after the last saved progress, source offset"
                        + " {}, and {}: each of them is looked for; what is not found is copied again",
                window.target(),
                opening.tail.records(),
                opening.readFrom,
                opening.readTo - 1,
                window.map().position(),
                why);
        window.dropUnsent();
        if (opening.tail.records() > MAX_COMPARED_RECORDS) {
            LOG.warn(
                    "{}: too many records to be told one from another: copied again from source offset {}",
                    window.target(),
                    window.map().position());
            consequences.restart(window, window.map().position(), nowNanos);
            found(opening, nowNanos);
            return;
        }
        opening.stage = PartitionRecovery.Stage.DOUBTED;
        consequences.restart(window, window.map().position(), nowNanos);
        readAgain(opening);
        tellStage(opening);
    }

    /** Unless others hold too many records: then when they are done. */
    private void readAgain(PartitionRecovery opening) {
        long compared = opening.tail.records();
        for (PartitionRecovery other : byTarget.values()) {
            compared += other.isCompared() ? other.comparedRecords : 0;
        }
        if (compared <= MAX_COMPARED_AT_ONCE) {
            opening.comparedRecords = opening.tail.records();
            opening.stage = PartitionRecovery.Stage.READING_AGAIN;
            opening.readAnew();
            scan.add(opening);
        }
    }

    /** What the target holds is known, and where the source goes on. */
    private void found(PartitionRecovery opening, long nowNanos) {
        PartitionWindow window = opening.window;
        OffsetMap map = window.map();
        long records = opening.recovery.found();
        opening.recovery.enterInto(map);
        if (opening.goneTo > map.position()) {
            map.advance(opening.goneTo);
        }
        map.extendTargetKnownTo(opening.readTo);
        window.publishPosition();
        measures.recoveredRecords.add(records);
        byTarget.remove(opening.target, opening);
        window.opening = null;
        window.lastProgressNanos = nowNanos;
        window.partition().publishTargetHealthIfChanged(Health.RUNNING);
        identities.opened(opening);
        hurry(window, nowNanos);
        consequences.goOn(window);
    }
}
