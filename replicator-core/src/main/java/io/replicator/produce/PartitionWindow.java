package io.replicator.produce;

import io.replicator.batch.BatchRewriter;
import io.replicator.delivery.ProducerIdentity;
import io.replicator.offsets.OffsetMap;
import io.replicator.partition.FetchEnd;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.partition.Restart;
import io.replicator.ring.BatchSlot;
import io.replicator.wire.TopicView;
import java.util.ArrayDeque;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition on its way to the target: source batches that wait, and the batches made of them whose fate is open.
 *
 * <pre>
 *   inflight  [ acknowledged | sent | waiting again | sent ]  [ built ]        pending  [ source batches ]
 *             sequences given, at most five                    not yet sent
 * </pre>
 *
 * <p>{@link WindowPhase} says what may be done with it, {@link InflightBatches} keeps the order of what is sent. Producer's
 * thread.
 */
final class PartitionWindow {
    /** The transaction of the shard, as a window sees it whose batches are part of transactions. */
    interface OpenTransaction {
        /** The transactional id. */
        String id();

        /** Whether the window may write something new now; if not, it gets its turn when it may. */
        boolean admits(PartitionWindow window);

        /** Whether batches are sent again to find out what became of them. */
        boolean findsOut();

        /** A batch was sent. */
        void sent(int batchBytes);

        /** What was written in it is to be written again. */
        void abort(String why, long nowNanos);

        /** Whether windows have waited for it for so long that they give their memory back. */
        boolean isHeldUp(long nowNanos, long sinceNanos);
    }

    private static final long NO_TRANSACTION = -1;

    private final int laneIndex;
    private final Partition partition;
    private final TopicView topic;
    private final ProducerIdentity identity;
    private final OffsetMap map;
    private final TopicPartition target;
    private final PendingBatch.Stock stock;
    private final DeliveryMode mode;

    /** {@code null} where batches are part of no transaction. */
    private final OpenTransaction transaction;

    private final Pacing pacing;
    private final ArrayDeque<PendingBatch> pending = new ArrayDeque<>();
    private final InflightBatches inflight;
    private final UncommittedBatches uncommitted = new UncommittedBatches();

    private WindowPhase phase;
    private int generation;

    /** The source offset after what came out of the ring last: nothing may be left out. */
    private long takenTo;

    /** Where the position was before it last skipped what the source had lost, and where it went; -1 for never. */
    private long skippedFrom = -1;

    private long skippedTo = -1;

    /** The number of the transaction that it joined last. */
    private long joined = NO_TRANSACTION;

    /** The most a batch may hold, after the target refused one that its settings seemed to allow. */
    private int maxBatchBytes = Integer.MAX_VALUE;

    /** Where the source's batch was found corrupt last, -1 when none was. */
    private long corruptOffset = -1;

    /**
     * A window of a shard.
     *
     * @param identity of the shard
     * @param mode of the shard
     * @param transaction of the shard; {@code null} where batches are part of no transaction
     */
    PartitionWindow(
            int laneIndex,
            Partition partition,
            TopicView topic,
            OffsetMap map,
            PendingBatch.Stock stock,
            ProducerIdentity identity,
            DeliveryMode mode,
            OpenTransaction transaction,
            long nowNanos) {
        this.laneIndex = laneIndex;
        this.partition = partition;
        this.topic = topic;
        this.identity = identity;
        this.map = map;
        this.target = new TopicPartition(partition.targetTopic(), partition.number());
        this.stock = stock;
        this.mode = mode;
        this.transaction = transaction;
        this.pacing = new Pacing(nowNanos);
        this.inflight = new InflightBatches(partition, identity);
        this.phase = mode.isFenced() ? WindowPhase.RECOVERING : WindowPhase.OPEN;
        this.takenTo = partition.position();
    }

    int laneIndex() {
        return laneIndex;
    }

    Partition partition() {
        return partition;
    }

    ProducerIdentity identity() {
        return identity;
    }

    DeliveryMode mode() {
        return mode;
    }

    OffsetMap map() {
        return map;
    }

    /** {@code null} where its batches are part of no transaction. */
    OpenTransaction transaction() {
        return transaction;
    }

    /** The topic and the number on the target. */
    TopicPartition target() {
        return target;
    }

    TopicView topic() {
        return topic;
    }

    int leader() {
        return topic.leader(partition.number());
    }

    Pacing pacing() {
        return pacing;
    }

    InflightBatches inflight() {
        return inflight;
    }

    UncommittedBatches uncommitted() {
        return uncommitted;
    }

    WindowPhase phase() {
        return phase;
    }

    /** Counts the restarts: batches of an earlier generation are dropped. */
    int generation() {
        return generation;
    }

    /** Whether nothing of the partition is on its way. */
    boolean isEmpty() {
        return pending.isEmpty() && inflight.isEmpty() && uncommitted.isEmpty();
    }

    /** Whether all that was ever sent is acknowledged and committed, and nothing is to be found out. */
    boolean rests() {
        return phase == WindowPhase.OPEN && isEmpty();
    }

    /** Whether everything that was fetched below an offset, which is to be fetched next, is acknowledged. */
    boolean standsAt(long fetchOffset) {
        return isEmpty() && takenTo == fetchOffset;
    }

    /** Whether all that the fetcher handed on before it left the partition is acknowledged, or was given up since. */
    boolean isFinished() {
        FetchEnd end = partition.fetchEnd();
        boolean hasTakenAll = end.offset() == takenTo || (end.offset() >= 0 && end.generation() != generation);
        return isEmpty() && hasTakenAll;
    }

    /** Whether there is something that is not on its way yet. */
    boolean hasUnsent() {
        return !pending.isEmpty() || inflight.hasUnsent();
    }

    /** Whether nothing is written for it any more: it was removed, or an operator must look first. */
    boolean isOver() {
        return phase == WindowPhase.OVER;
    }

    /** A recovery begins, before which nothing is written. */
    void beginRecovery() {
        phase = phase.recovering();
    }

    /** The recovery has found where the copy goes on. */
    void open() {
        phase = phase.opened();
    }

    /** Whether the target has a batch must be read from the target. */
    void leaveUnsure() {
        phase = phase.unsure();
    }

    /** Under the next grant the partition is fenced and read. */
    void readUnderNextGrant() {
        phase = phase.toBeRead();
    }

    /** Its shard is handed back: nothing new is written any more. */
    void release() {
        phase = phase.released();
    }

    /** From now on nothing is written; what is on its way is dropped as it is answered. */
    void end() {
        phase = WindowPhase.OVER;
        uncommitted.forget();
        dropSettled();
    }

    /** Of a partition that is over: drops what it holds, once nothing of it is on its way. */
    void dropSettled() {
        if (!inflight.hasSent()) {
            dropAll();
        }
    }

    /** Goes on at a later offset: what is below is no longer on the source. */
    void skipTo(long offset) {
        skippedFrom = map.position();
        skippedTo = offset;
        map.advance(offset);
        publishPosition();
    }

    /** Which leaders wrote what is acknowledged; of what was skipped nobody knows. */
    LeaderEpochs leaderEpochs() {
        LeaderEpochs read = partition.leaderEpochs().below(map.position());
        return map.position() == skippedTo ? read.with(LeaderEpochs.UNKNOWN, skippedFrom) : read;
    }

    /** Takes what came out of the ring; what belongs to an earlier generation is dropped. */
    void take(BatchSlot slot) {
        if (!phase.takes() || slot.generation != generation) {
            if (slot.buffer != null) {
                slot.buffer.release();
            }
            partition.released(slot.sizeInBytes);
            return;
        }
        if (slot.fromOffset != takenTo) {
            throw new IllegalStateException(
                    partition + ": after offset " + takenTo + " came a batch from " + slot.fromOffset);
        }
        takenTo = slot.nextOffset;
        if (slot.kind == BatchSlot.Kind.ADVANCE && pending.isEmpty() && phase != WindowPhase.RECOVERING) {
            advance(slot.nextOffset);
        } else {
            pending.add(stock.take(slot));
        }
    }

    /** The source offset after what came out of the ring last. */
    long takenTo() {
        return takenTo;
    }

    /** The first source batch that waits; {@code null} when none does. */
    PendingBatch firstPending() {
        return pending.peek();
    }

    /** Of the first source batch that waits, the target has what lies below a source offset. */
    void dropFirstPendingTo(long offset) {
        PendingBatch head = pending.peek();
        if (offset >= head.nextOffset) {
            release(pending.poll());
        } else if (offset > head.fromOffset) {
            head.beginAt(offset);
        }
    }

    /** Offsets up to {@code nextOffset} hold nothing to copy: true as soon as what is before them is acknowledged. */
    private void advance(long nextOffset) {
        if (!inflight.isEmpty()) {
            inflight.extendTo(nextOffset);
        } else if (!uncommitted.isEmpty()) {
            uncommitted.extendTo(nextOffset);
        } else {
            map.advance(nextOffset);
            publishPosition();
        }
    }

    /**
     * The batch to send next to a broker, shaped if need be.
     *
     * @return {@code null} when nothing may be sent now
     * @throws io.replicator.batch.CorruptBatchException when the next source batch is corrupt
     */
    HeldBatch next(TargetBroker broker, Shaper shaper, long nowNanos) {
        if (!phase.sends() || identity.isTaken() || identity.grants() == 0) {
            return null;
        }
        if (identity.isGranted()) {
            inflight.follow(identity.grants());
        }
        if (!inflight.maySendTo(broker.nodeId())) {
            return null;
        }
        HeldBatch next = inflight.firstUnsent();
        if (next == null && inflight.endsRefused()) {
            return null;
        }
        int places = inflight.places(nowNanos);
        boolean mayBegin = identity.isGranted() && (transaction == null || transaction.admits(this));
        if (next == null && inflight.size() < places && mayBegin) {
            next = shapeNext(broker, shaper, places - inflight.size(), nowNanos);
        }
        return next != null && (mayBegin || mayFindOut(next)) && inflight.hasPlaceFor(next, places) ? next : null;
    }

    private HeldBatch shapeNext(TargetBroker broker, Shaper shaper, int freePlaces, long nowNanos) {
        boolean isBoundByRoundTrips = broker.bindsByRoundTrips(pending.size(), freePlaces, nowNanos);
        while (!pending.isEmpty()) {
            PendingBatch head = pending.peek();
            if (head.kind == BatchSlot.Kind.ADVANCE) {
                advance(head.nextOffset);
                stock.giveBack(pending.poll());
                continue;
            }
            int before = inflight.size();
            int limit = Math.min(maxBatchBytes, partition.targetMaxBatchBytes());
            long nextOffset = shaper.shape(partition, pending, inflight, limit, isBoundByRoundTrips);
            if (inflight.size() > before) {
                return inflight.firstUnsent();
            }
            advance(nextOffset);
        }
        return null;
    }

    /** While nothing new may be written, what the target may have already must be found out all the same. */
    private boolean mayFindOut(HeldBatch next) {
        if (!next.is(HeldBatch.State.WAITING)) {
            return false;
        }
        return transaction == null ? next.mayBeWritten() : transaction.findsOut() && inflight.hasDoubt();
    }

    /** The batch goes to a node now. */
    void send(HeldBatch batch, int node, long nowNanos) {
        if (inflight.send(batch, node, nowNanos)) {
            BatchRewriter.rewrite(
                    batch.bytes(),
                    0,
                    identity.producerId(),
                    identity.epoch(),
                    batch.baseSequence(),
                    mode.isTransactional());
        }
        if (transaction != null) {
            transaction.sent(batch.bytes().remaining());
        }
    }

    /** It is in the shard's transaction of this number. */
    void join(long transactionNumber) {
        joined = transactionNumber;
    }

    boolean isIn(long transactionNumber) {
        return joined == transactionNumber;
    }

    /** The target takes no batches of this size, whatever its settings say. */
    void limitBatches(int refusedBytes) {
        maxBatchBytes = Math.max(1, Math.min(maxBatchBytes, refusedBytes / 2));
    }

    /** The limit that was found out need not hold any more. */
    void unlimitBatches() {
        maxBatchBytes = Integer.MAX_VALUE;
    }

    /** Where the source's batch was found corrupt last, -1 when none was. */
    long corruptOffset() {
        return corruptOffset;
    }

    /** The source's batch there is corrupt; -1 when it is not after all. */
    void markCorrupt(long offset) {
        corruptOffset = offset;
    }

    /** The transaction was aborted: what was written in it, and what was to be, is not on the target. */
    void rollBack() {
        uncommitted.rollBack();
        giveUp();
    }

    /** Drops all that is held or pending, none of which is on the target or on its way: the sequences it had are free. */
    void giveUp() {
        inflight.giveUp();
        dropPending();
    }

    /** The source offset after what is on the target, committed or not: from there on it is to be fetched. */
    long writtenTo() {
        return uncommitted.isEmpty() ? map.position() : uncommitted.nextOffset();
    }

    void publishPosition() {
        partition.publishPosition(map.position(), map.targetEnd());
        partition.extendTargetKnownTo(map.targetFloor());
    }

    /** Drops all that is held or pending. Nothing may be on its way. */
    void dropAll() {
        inflight.drop();
        dropPending();
    }

    /**
     * Drops what was never sent, to give memory back.
     *
     * @return the source offset from which it is to be fetched again
     */
    long dropUnsent() {
        inflight.dropUnsent();
        dropPending();
        return inflight.isEmpty() ? writtenTo() : inflight.nextOffset();
    }

    /** Of a partition that is handed back: drops also what has a sequence and is known not to have been written. */
    void dropUnwritten() {
        inflight.dropUnwritten();
        dropPending();
    }

    private void dropPending() {
        for (PendingBatch batch = pending.poll(); batch != null; batch = pending.poll()) {
            release(batch);
        }
    }

    private void release(PendingBatch batch) {
        if (batch.buffer != null) {
            batch.buffer.release();
        }
        partition.released(batch.sizeInBytes);
        stock.giveBack(batch);
    }

    /** Nothing changes but that the source's leader is asked again. */
    Restart question() {
        return Restart.question(laneIndex, generation);
    }

    /** Everything fetched so far is void; the fetcher is to begin again. */
    Restart restart(long offset, long notBeforeNanos) {
        generation++;
        takenTo = offset;
        return new Restart(laneIndex, generation, offset, notBeforeNanos);
    }
}
