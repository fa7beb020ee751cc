package io.replicator.produce;

import io.replicator.delivery.ProducerIdentity;
import io.replicator.partition.Partition;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * The batches of one partition that were shaped and whose fate is open, and the sequences that the target's broker expects.
 *
 * <pre>
 *   [ acknowledged | sent | waiting again | sent ]  [ built ]
 *    sequences given, at most five                   not yet sent
 * </pre>
 *
 * <p>Invariants. Batches leave from the head on, in order, once they are acknowledged. A batch is sent only when no batch
 * before it waits to be sent again and no batch behind it is on its way; so a batch that was refused for being out of order
 * is sent again behind the one that caused it, with the sequence it had. Until the first acknowledgement under an identity
 * one batch is on its way at a time: a broker that does not know the producer takes any first sequence, also one that leaves
 * out a batch. All that is on its way goes to one broker.
 */
final class InflightBatches {
    /** The broker recognizes a repeated batch among the last five of a producer. */
    static final int MAX_IN_FLIGHT = 5;

    /**
     * After so long without an acknowledgement the broker may have forgotten the producer, as it does when a producer's last
     * record is old. It takes any sequence then, also one that leaves a refused batch out.
     */
    private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int NO_NODE = -1;

    private final Partition partition;
    private final ProducerIdentity identity;
    private final ArrayDeque<HeldBatch> held = new ArrayDeque<>();

    private int grant = -1;
    private int nextSequence;
    private boolean isKnownToBroker;
    private long acknowledgedNanos;
    private int sent;
    private int sentTo = NO_NODE;

    /**
     * @param partition is told of source bytes that are no longer needed
     * @param identity is told of batches whose fate is open
     */
    InflightBatches(Partition partition, ProducerIdentity identity) {
        this.partition = partition;
        this.identity = identity;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    int size() {
        return held.size();
    }

    /** Whether a batch was sent and not answered. */
    boolean hasSent() {
        return sent > 0;
    }

    /** Whether a batch is not on its way. */
    boolean hasUnsent() {
        return sent < held.size();
    }

    /** Whether a batch may be sent to the node: not while another one owes answers. */
    boolean maySendTo(int node) {
        return sent == 0 || sentTo == node;
    }

    /** Whether the last batch was refused, so that nothing follows it before that is settled. */
    boolean endsRefused() {
        return !held.isEmpty() && held.peekLast().is(HeldBatch.State.REFUSED);
    }

    /** Whether some batch may be on the target although nobody said so. */
    boolean hasDoubt() {
        for (HeldBatch batch : held) {
            if (batch.mayBeWritten()) {
                return true;
            }
        }
        return false;
    }

    /** The source offset after the last batch. */
    long nextOffset() {
        return held.peekLast().nextOffset();
    }

    /** What follows the last batch up to this source offset holds nothing to copy. */
    void extendTo(long offset) {
        held.peekLast().extendTo(offset);
    }

    /** A new batch, behind all others. */
    void add(HeldBatch batch) {
        held.add(batch);
    }

    /** Sequences begin again under a new grant. Nothing is on its way then, see ProducerIdentity. */
    void follow(int latestGrant) {
        if (grant == latestGrant) {
            return;
        }
        grant = latestGrant;
        nextSequence = 0;
        isKnownToBroker = false;
        held.forEach(HeldBatch::unnumber);
    }

    /** How many batches may be on their way at a time. */
    int places(long nowNanos) {
        if (sent == 0 && nowNanos - acknowledgedNanos > KNOWN_NANOS) {
            isKnownToBroker = false;
        }
        return isKnownToBroker ? MAX_IN_FLIGHT : 1;
    }

    /** The first batch that is not on its way; {@code null} when there is none, or a refused one stands before it. */
    HeldBatch firstUnsent() {
        // As nearly always all are on their way but perhaps the last one: it is found without an iterator.
        int others = held.size() - sent;
        if (others == 0) {
            return null;
        }
        if (others == 1 && held.peekLast().is(HeldBatch.State.BUILT)) {
            return held.peekLast();
        }
        for (HeldBatch batch : held) {
            if (batch.is(HeldBatch.State.REFUSED)) {
                return null;
            }
            if (batch.is(HeldBatch.State.WAITING) || batch.is(HeldBatch.State.BUILT)) {
                return batch;
            }
        }
        return null;
    }

    /** Whether the batch finds a free place, and none behind it is on its way. */
    boolean hasPlaceFor(HeldBatch next, int places) {
        int numbered = next.is(HeldBatch.State.WAITING) ? MAX_IN_FLIGHT : 0;
        if (sent >= places) {
            return false;
        }
        if (next == held.peekLast()) {
            return held.size() - 1 < Math.max(places, numbered);
        }
        int before = 0;
        boolean isReached = false;
        for (HeldBatch batch : held) {
            if (batch == next) {
                isReached = true;
            } else if (!isReached) {
                before++;
            } else if (batch.is(HeldBatch.State.SENT)) {
                return false;
            }
        }
        return before < Math.max(places, numbered);
    }

    /**
     * The batch goes to a node now: it gets its sequence, unless it has one.
     *
     * @return whether it got its sequence, so that its header must be written
     */
    boolean send(HeldBatch batch, int node, long nowNanos) {
        boolean isFirstTry = batch.is(HeldBatch.State.BUILT);
        if (isFirstTry) {
            batch.number(grant, nextSequence);
            nextSequence = (nextSequence + batch.recordCount()) & Integer.MAX_VALUE;
        }
        if (!batch.mayBeWritten()) {
            identity.sent();
        }
        batch.sent(nowNanos);
        sent++;
        sentTo = node;
        return isFirstTry;
    }

    /** The batch is on the target. */
    void acknowledged(HeldBatch batch, long targetOffset, long nowNanos) {
        answered(batch);
        settle(batch);
        batch.acknowledged(targetOffset);
        isKnownToBroker = true;
        acknowledgedNanos = nowNanos;
    }

    /**
     * The batch must be sent again.
     *
     * @param mayBeWritten whether this try may have put it on the target all the same
     */
    void sendAgain(HeldBatch batch, boolean mayBeWritten) {
        answered(batch);
        if (!mayBeWritten && !batch.mayBeWrittenEarlier()) {
            settle(batch);
        }
        batch.sendAgain();
    }

    /** The batch is not on the target and must not be sent as it is. */
    void refused(HeldBatch batch) {
        answered(batch);
        settle(batch);
        batch.refused();
    }

    /** None of the batches that wait to be sent again is on the target. */
    void settleWaiting() {
        for (HeldBatch batch : held) {
            if (batch.is(HeldBatch.State.WAITING)) {
                settle(batch);
            }
        }
    }

    private void answered(HeldBatch batch) {
        if (!batch.is(HeldBatch.State.SENT)) {
            throw new IllegalStateException(partition + ": an answer to a batch that is " + batch.state());
        }
        sent--;
    }

    private void settle(HeldBatch batch) {
        if (batch.mayBeWritten()) {
            batch.settle();
            identity.resolved();
        }
    }

    /** Whether a batch before this one has not been acknowledged, so that a refusal is but the consequence of that. */
    boolean isBehindAnother(HeldBatch batch) {
        for (HeldBatch before : held) {
            if (before == batch) {
                return false;
            }
            if (!before.is(HeldBatch.State.ACKNOWLEDGED)) {
                return true;
            }
        }
        throw new IllegalStateException(partition + ": a batch that is not held");
    }

    /** Takes the head, if it was acknowledged; {@code null} otherwise. */
    HeldBatch takeAcknowledged() {
        HeldBatch head = held.peek();
        return head != null && head.is(HeldBatch.State.ACKNOWLEDGED) ? held.poll() : null;
    }

    /** The head, if it was refused and the fate of everything behind it is known; {@code null} otherwise. */
    HeldBatch refusedHead() {
        HeldBatch head = held.peek();
        return head != null && head.is(HeldBatch.State.REFUSED) && sent == 0 ? head : null;
    }

    /** After a refused head was dropped, its sequence is the next one again: the broker took none from there on. */
    void rewindSequence(HeldBatch refused) {
        if (refused.grant() == grant) {
            nextSequence = refused.baseSequence();
        }
    }

    /** Drops all, none of which is on the target or on its way: the sequences that were given are free again. */
    void giveUp() {
        HeldBatch first = held.peek();
        if (first != null && !first.is(HeldBatch.State.BUILT)) {
            rewindSequence(first);
        }
        drop();
    }

    /** Drops all. Nothing may be on its way. */
    void drop() {
        for (HeldBatch batch : held) {
            settle(batch);
            letGo(batch);
        }
        held.clear();
    }

    /** Drops the batches at the end that were never sent, to give memory back. */
    void dropUnsent() {
        for (Iterator<HeldBatch> last = held.descendingIterator(); last.hasNext(); ) {
            HeldBatch batch = last.next();
            if (!batch.is(HeldBatch.State.BUILT) || batch.mayBeWritten()) {
                break;
            }
            last.remove();
            letGo(batch);
        }
    }

    /** Drops the batches at the end that are known not to be on the target, sent or not. */
    void dropUnwritten() {
        while (!held.isEmpty() && isUnwritten(held.peekLast())) {
            letGo(held.pollLast());
        }
    }

    private static boolean isUnwritten(HeldBatch batch) {
        boolean isUnsent = batch.is(HeldBatch.State.BUILT) || batch.is(HeldBatch.State.WAITING);
        return isUnsent && !batch.mayBeWritten();
    }

    /** The batch's bytes are no longer needed. */
    void letGo(HeldBatch batch) {
        batch.release();
        partition.released(batch.span().bytes());
    }

    /** Moves batches that wait to be sent again to memory of their own. */
    void detachWaiting() {
        for (HeldBatch batch : held) {
            if (batch.is(HeldBatch.State.WAITING)) {
                batch.detach();
            }
        }
    }
}
