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
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition on its way to the target: source batches that wait, and the batches made of them whose fate is open.
 *
 * <pre>
 *   held      [ acknowledged | sent | waiting again | sent ]  [ built ]        pending  [ source batches ]
 *             sequences given, at most five                    not yet sent
 * </pre>
 *
 * <p>Invariants. Batches are acknowledged to the offset map from the head on, in order. A batch is sent only when no
 * batch before it waits to be sent again and no batch behind it is on its way; so a batch that was refused for being out
 * of order is sent again behind the one that caused it, with the sequence it had. Until the first acknowledgement under
 * an identity one batch is on its way at a time: a broker that does not know the producer takes any first sequence, also
 * one that leaves out a batch.
 */
final class PartitionWindow {
    /**
     * After so long without an acknowledgement the broker may have forgotten the producer, as it does when a producer's last
     * record is old. It takes any sequence then, also one that leaves a refused batch out.
     */
    private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The broker knows a repeated batch again among the last five of a producer. */
    static final int MAX_IN_FLIGHT = 5;

    private static final int NO_NODE = -1;

    private final int laneIndex;
    private final Partition partition;
    private final TopicView topic;
    private final ProducerIdentity identity;
    private final OffsetMap map;
    private final TopicPartition target;
    private final PendingBatch.Stock stock;

    /** What its batches are part of; {@code null} where they are part of no transaction. */
    private final ShardTransaction transaction;

    private final ArrayDeque<PendingBatch> pending = new ArrayDeque<>();
    private final ArrayDeque<HeldBatch> held = new ArrayDeque<>();

    /** What is on the target and waits for its transaction to be committed, without bytes. */
    private final ArrayDeque<HeldBatch> uncommitted = new ArrayDeque<>();

    private long uncommittedEnd = -1;

    private int generation;

    /** The source offset after what came out of the ring last: nothing may be left out. */
    private long takenTo;

    /** Where the position was before it last skipped what the source had lost, and where it went; -1 for never. */
    private long skippedFrom = -1;

    private long skippedTo = -1;

    private int grant = -1;
    private int nextSequence;
    private boolean isKnownToBroker;
    private int sent;
    private boolean over;
    private int sentTo = NO_NODE;

    /** What must be done before anything is written; {@code null} when it is done, as nearly always. */
    PartitionRecovery opening;

    /** The transaction that it has joined last, by number; kept by ShardTransaction. */
    long joined;

    /**
     * Whether the target does not tell what became of a batch, not even when it is sent again: nothing is sent any more until
     * all that is on its way is answered, and then the target is read; kept by ProduceOutcomes.
     */
    boolean unsure;

    /** Whether the target is to be read under the next grant before anything is written. */
    boolean mustBeRead;

    /** Whether its shard is handed back: nothing new is written any more. */
    boolean releasing;

    // Kept by BatchProducer.
    boolean queued;
    boolean retrying;

    int failures;

    /** How often in a row it gave memory back without getting anything written. */
    int sheds;

    long firstFailureNanos;
    long notBeforeNanos;
    long lastProgressNanos;

    /** The most a batch may hold, after the target refused one that its settings seemed to allow. */
    int maxBatchBytes = Integer.MAX_VALUE;

    /** Where the source's batch was found corrupt last, -1 when none was. */
    long corruptOffset = -1;

    PartitionWindow(
            int laneIndex,
            Partition partition,
            TopicView topic,
            ProducerIdentity identity,
            OffsetMap map,
            PendingBatch.Stock stock,
            ShardTransaction transaction) {
        this.laneIndex = laneIndex;
        this.partition = partition;
        this.topic = topic;
        this.identity = identity;
        this.map = map;
        this.target = new TopicPartition(partition.targetTopic(), partition.number());
        this.stock = stock;
        this.transaction = transaction;
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

    OffsetMap map() {
        return map;
    }

    /** {@code null} where its batches are part of no transaction. */
    ShardTransaction transaction() {
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

    /** Whether nothing of the partition is on its way. */
    boolean isEmpty() {
        return pending.isEmpty() && held.isEmpty() && uncommitted.isEmpty();
    }

    /** Whether all that was ever sent is acknowledged and committed, and nothing is to be found out. */
    boolean rests() {
        return !over && opening == null && !unsure && !mustBeRead && isEmpty();
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

    /** Whether there is something that is not on its way yet. */
    boolean hasUnsent() {
        return !pending.isEmpty() || sent < held.size();
    }

    /** Whether nothing is written for it any more: it was removed, or an operator must look first. */
    boolean isOver() {
        return over;
    }

    /** From now on nothing is written; what is on its way is dropped as it is answered. */
    void end() {
        over = true;
        uncommitted.clear();
        dropSettled();
    }

    /** Of a partition that is over: drops what it holds, once nothing of it is on its way. */
    void dropSettled() {
        if (sent == 0) {
            dropAll();
        }
    }

    boolean hasSent() {
        return sent > 0;
    }

    /** Takes what came out of the ring; what belongs to an earlier generation is dropped. */
    void take(BatchSlot slot) {
        if (isOver() || releasing || slot.generation != generation) {
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
        if (slot.kind == BatchSlot.Kind.ADVANCE && pending.isEmpty() && opening == null) {
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

    /** The first source batch that waits is on the target already. */
    void dropFirstPending() {
        release(pending.poll());
    }

    /** Offsets up to {@code nextOffset} hold nothing to copy: true as soon as what is before them is acknowledged. */
    private void advance(long nextOffset) {
        if (!held.isEmpty()) {
            held.peekLast().nextOffset = nextOffset;
        } else if (!uncommitted.isEmpty()) {
            uncommitted.peekLast().nextOffset = nextOffset;
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
        if (unsure || !isIdentityUsable() || (sent > 0 && sentTo != broker.nodeId)) {
            return null;
        }
        HeldBatch next = firstUnsent();
        if (next == null && !held.isEmpty() && held.peekLast().state == HeldBatch.State.REFUSED) {
            return null;
        }
        if (sent == 0 && nowNanos - lastProgressNanos > KNOWN_NANOS) {
            isKnownToBroker = false;
        }
        int room = isKnownToBroker ? MAX_IN_FLIGHT : 1;
        boolean mayBegin = identity.isGranted() && (transaction == null || transaction.admits(this));
        if (next == null && held.size() < room && mayBegin) {
            boolean isBound = broker.bindsByRoundTrips(pending.size(), room - held.size(), nowNanos);
            next = shapeNext(shaper, isBound);
        }
        return next != null && sent < room && maySend(next, room, mayBegin) ? next : null;
    }

    private boolean isIdentityUsable() {
        if (identity.isTaken() || opening != null) {
            return false;
        }
        if (identity.isGranted() && grant != identity.grants()) {
            beginSequences();
        }
        return identity.grants() > 0;
    }

    /** Under a new grant all sequences begin anew; nothing of the partition is on its way then, see ProducerIdentity. */
    private void beginSequences() {
        grant = identity.grants();
        nextSequence = 0;
        isKnownToBroker = false;
        for (HeldBatch batch : held) {
            if (batch.state == HeldBatch.State.WAITING) {
                batch.state = HeldBatch.State.BUILT;
            }
        }
    }

    private HeldBatch firstUnsent() {
        for (HeldBatch batch : held) {
            if (batch.state == HeldBatch.State.REFUSED) {
                return null;
            }
            if (batch.state == HeldBatch.State.WAITING || batch.state == HeldBatch.State.BUILT) {
                return batch;
            }
        }
        return null;
    }

    private HeldBatch shapeNext(Shaper shaper, boolean isBoundByRoundTrips) {
        while (!pending.isEmpty()) {
            PendingBatch head = pending.peek();
            if (head.kind == BatchSlot.Kind.ADVANCE) {
                advance(head.nextOffset);
                stock.giveBack(pending.poll());
                continue;
            }
            int before = held.size();
            int limit = Math.min(maxBatchBytes, partition.targetMaxBatchBytes());
            long nextOffset = shaper.shape(this, pending, held, limit, isBoundByRoundTrips);
            if (held.size() > before) {
                return firstUnsent();
            }
            advance(nextOffset);
        }
        return null;
    }

    /** @param mayBegin whether something new may be written; what may be written already must be found out all the same */
    private boolean maySend(HeldBatch next, int room, boolean mayBegin) {
        boolean isAgain = next.state == HeldBatch.State.WAITING;
        if (!mayBegin && !(isAgain && mayFindOut(next))) {
            return false;
        }
        int index = 0;
        boolean reached = false;
        for (HeldBatch batch : held) {
            if (batch == next) {
                reached = true;
            } else if (reached) {
                if (batch.state == HeldBatch.State.SENT) {
                    return false;
                }
            } else {
                index++;
            }
        }
        return index < Math.max(room, isAgain ? MAX_IN_FLIGHT : 0);
    }

    private boolean mayFindOut(HeldBatch next) {
        if (transaction == null) {
            return next.mayBeWritten;
        }
        return transaction.findsOut() && held.stream().anyMatch(batch -> batch.mayBeWritten);
    }

    /** The batch goes to a node now: it gets its sequence, unless it had one. */
    void send(HeldBatch batch, int node, long nowNanos) {
        if (batch.state == HeldBatch.State.BUILT) {
            batch.grant = grant;
            batch.baseSequence = nextSequence;
            nextSequence = (nextSequence + batch.recordCount) & Integer.MAX_VALUE;
            BatchRewriter.rewrite(
                    batch.bytes(), 0, identity.producerId(), identity.epoch(), batch.baseSequence, transaction != null);
        }
        if (transaction != null) {
            transaction.sent(batch.bytes().remaining());
        }
        if (!batch.mayBeWritten) {
            identity.sent();
            batch.doubtSinceNanos = nowNanos;
        }
        batch.mayBeWrittenEarlier = batch.mayBeWritten;
        batch.mayBeWritten = true;
        batch.state = HeldBatch.State.SENT;
        sent++;
        sentTo = node;
    }

    /** The batch is on the target. */
    void acknowledged(HeldBatch batch, long targetOffset) {
        answered(batch);
        settled(batch);
        batch.state = HeldBatch.State.ACKNOWLEDGED;
        batch.targetOffset = targetOffset;
        isKnownToBroker = true;
    }

    /**
     * The batch must be sent again.
     *
     * @param mayBeWritten whether this try may have put it on the target all the same
     */
    void sendAgain(HeldBatch batch, boolean mayBeWritten) {
        answered(batch);
        if (!mayBeWritten && !batch.mayBeWrittenEarlier) {
            settled(batch);
        }
        batch.state = HeldBatch.State.WAITING;
        batch.failures++;
    }

    /** None of the batches that wait to be sent again is on the target. */
    void settleWaiting() {
        for (HeldBatch batch : held) {
            if (batch.state == HeldBatch.State.WAITING) {
                settled(batch);
            }
        }
    }

    /** The batch is not on the target and must not be sent as it is. */
    void refused(HeldBatch batch) {
        answered(batch);
        settled(batch);
        batch.state = HeldBatch.State.REFUSED;
    }

    private void answered(HeldBatch batch) {
        if (batch.state != HeldBatch.State.SENT) {
            throw new IllegalStateException(partition + ": an answer to a batch that is " + batch.state);
        }
        sent--;
    }

    private void settled(HeldBatch batch) {
        if (batch.mayBeWritten) {
            batch.mayBeWritten = false;
            identity.resolved();
        }
    }

    /** Whether a batch before this one has not been acknowledged, so that a refusal is but the consequence of that. */
    boolean isBehindAnother(HeldBatch batch) {
        for (HeldBatch before : held) {
            if (before == batch) {
                return false;
            }
            if (before.state != HeldBatch.State.ACKNOWLEDGED) {
                return true;
            }
        }
        throw new IllegalStateException(partition + ": a batch that is not held");
    }

    /** Takes the head, if it was acknowledged; {@code null} otherwise. */
    HeldBatch takeAcknowledged() {
        HeldBatch head = held.peek();
        return head != null && head.state == HeldBatch.State.ACKNOWLEDGED ? held.poll() : null;
    }

    /** The head, if it was refused and the fate of everything behind it is known; {@code null} otherwise. */
    HeldBatch refusedHead() {
        HeldBatch head = held.peek();
        return head != null && head.state == HeldBatch.State.REFUSED && sent == 0 ? head : null;
    }

    /** After a refused head was dropped, its sequence is the next one again: the broker took none from there on. */
    void rewindSequence(HeldBatch refused) {
        if (refused.grant == grant) {
            nextSequence = refused.baseSequence;
        }
    }

    /**
     * The batch is on the target, and its transaction not committed yet.
     *
     * @return false when it stands below what was written before
     */
    boolean awaitsCommit(HeldBatch batch) {
        if (batch.targetOffset >= 0) {
            if (batch.targetOffset < Math.max(map.targetEnd(), uncommittedEnd)) {
                return false;
            }
            uncommittedEnd = batch.targetOffset + batch.recordCount;
        }
        uncommitted.add(batch);
        return true;
    }

    /** Takes the first batch that waited for its transaction, which was committed; {@code null} when none does. */
    HeldBatch takeCommitted() {
        return uncommitted.poll();
    }

    /** The transaction was aborted: what was written in it, and what was to be, is not on the target. */
    void rollBack() {
        uncommitted.clear();
        uncommittedEnd = -1;
        giveUpHeld();
    }

    /** Drops all that is held or pending, none of which is on the target or on its way: the sequences it had are free. */
    void giveUpHeld() {
        HeldBatch first = held.peek();
        if (first != null && first.state != HeldBatch.State.BUILT) {
            rewindSequence(first);
        }
        dropAll();
    }

    /** The source offset after what is on the target, committed or not: from there on it is to be fetched. */
    long writtenTo() {
        return uncommitted.isEmpty() ? map.position() : uncommitted.peekLast().nextOffset;
    }

    void publishPosition() {
        partition.publishPosition(map.position(), map.targetEnd());
        partition.extendTargetKnownTo(map.targetFloor());
    }

    /** A source batch was let go of without being sent. */
    void releasedUnsent(long bytes) {
        partition.released(bytes);
    }

    /** Drops all that is held or pending. Nothing may be on its way. */
    void dropAll() {
        for (HeldBatch batch : held) {
            settled(batch);
            batch.release();
            partition.released(batch.sourceBytes);
        }
        held.clear();
        dropPending();
    }

    /**
     * Drops what was never sent, to give memory back.
     *
     * @return the source offset from which it is to be fetched again
     */
    long dropUnsent() {
        for (Iterator<HeldBatch> last = held.descendingIterator(); last.hasNext(); ) {
            HeldBatch batch = last.next();
            if (batch.state != HeldBatch.State.BUILT || batch.mayBeWritten) {
                break;
            }
            last.remove();
            batch.release();
            partition.released(batch.sourceBytes);
        }
        dropPending();
        return held.isEmpty() ? writtenTo() : held.peekLast().nextOffset;
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

    /** Of a partition that is handed back: drops also what has a sequence and is known not to have been written. */
    void dropUnwritten() {
        while (!held.isEmpty() && isUnwritten(held.peekLast())) {
            HeldBatch batch = held.pollLast();
            batch.release();
            partition.released(batch.sourceBytes);
        }
        dropPending();
    }

    private static boolean isUnwritten(HeldBatch batch) {
        boolean isUnsent = batch.state == HeldBatch.State.BUILT || batch.state == HeldBatch.State.WAITING;
        return isUnsent && !batch.mayBeWritten;
    }

    /** Nothing changes but that the source's leader is asked again. */
    Restart question() {
        return Restart.question(laneIndex, generation);
    }

    /** Everything fetched so far is void; the fetcher is to begin again. */
    Restart restart(long offset, long notBeforeNanos) {
        generation++;
        takenTo = offset;
        if (opening != null) {
            opening.beginsAgain();
        }
        return new Restart(laneIndex, generation, offset, notBeforeNanos);
    }

    /** Moves batches that wait to be sent again to memory of their own. */
    void detachWaiting() {
        for (HeldBatch batch : held) {
            if (batch.state == HeldBatch.State.WAITING) {
                batch.detach();
            }
        }
    }
}
