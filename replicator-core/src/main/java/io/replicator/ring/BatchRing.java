package io.replicator.ring;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.util.function.Predicate;

/**
 * A lane's ring of preallocated slots. The fetcher fills them, the producer's thread takes them; neither ever waits in it.
 * A full ring is back-pressure: the fetcher sends no requests until it has room.
 */
public final class BatchRing {
    private final RingBuffer<BatchSlot> ring;
    private final EventPoller<BatchSlot> poller;

    /** One object for all calls: {@link #poll} is called every turn. */
    private final EventPoller.Handler<BatchSlot> handler = this::hand;

    /** The taker of the call of {@link #poll} that is under way. Producer's thread. */
    private Predicate<BatchSlot> taker;

    /** Written by the fetcher. */
    private long claimed = -1;

    /**
     * @param slots a power of two
     */
    public BatchRing(int slots) {
        // No thread waits in the ring, so the strategy is never used.
        this.ring = RingBuffer.createSingleProducer(BatchSlot::new, slots, new YieldingWaitStrategy());
        this.poller = ring.newPoller();
        ring.addGatingSequences(poller.getSequence());
    }

    /**
     * The fetcher: the next slot to fill, to be followed by {@link #publish}.
     *
     * @return {@code null} when the ring is full
     */
    public BatchSlot claim() {
        if (!ring.hasAvailableCapacity(1)) {
            return null;
        }
        claimed = ring.next();
        return ring.get(claimed);
    }

    /** The fetcher: the claimed slot is filled. */
    public void publish() {
        ring.publish(claimed);
    }

    /** The fetcher: slots that can be claimed. */
    public long free() {
        return ring.remainingCapacity();
    }

    /**
     * The producer's thread: takes filled slots.
     *
     * @param newTaker copies what it needs, because the slot is reused; false ends the call after this slot
     * @return whether there was one
     */
    public boolean poll(Predicate<BatchSlot> newTaker) {
        taker = newTaker;
        try {
            return poller.poll(handler) == EventPoller.PollState.PROCESSING;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean hand(BatchSlot slot, long sequence, boolean endOfBatch) {
        boolean goOn = taker.test(slot);
        slot.clear();
        return goOn;
    }

    /** Any thread: slots in use. */
    public long occupied() {
        return slots() - ring.remainingCapacity();
    }

    public long slots() {
        return ring.getBufferSize();
    }
}
