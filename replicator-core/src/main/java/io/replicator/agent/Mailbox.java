package io.replicator.agent;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Messages of other threads to an agent, in the order in which they were put. For commands, which are rare: an empty mailbox
 * costs one read.
 *
 * <p>It is bounded: {@link #put} fails when the agent has left {@link #MAX_MESSAGES} untaken. Senders cannot wait, because
 * agents never wait for each other, and they must not lose a command. They put a few messages for each partition at most,
 * so only an agent that has been stuck for a long time gets there; its lane must then be given up anyway.
 *
 * @param <T> the kind of message
 */
public final class Mailbox<T> {
    /** Several times the partitions that one lane can have; about 64 MiB of messages. */
    static final int MAX_MESSAGES = 1 << 20;

    private final ConcurrentLinkedQueue<T> messages = new ConcurrentLinkedQueue<>();

    /** Counted before a message is added and after it was taken: never less than the messages that are there. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final Doorbell doorbell;

    /**
     * @param doorbell of the agent that empties the mailbox
     */
    public Mailbox(Doorbell doorbell) {
        this.doorbell = doorbell;
    }

    /**
     * Any thread: leaves a message and wakes the agent.
     *
     * @throws IllegalStateException when the mailbox is full
     */
    public void put(T message) {
        if (waiting.incrementAndGet() > MAX_MESSAGES) {
            waiting.decrementAndGet();
            throw new IllegalStateException(
                    "an agent has not taken its last " + MAX_MESSAGES + " messages; the next is " + message);
        }
        messages.add(message);
        doorbell.ring();
    }

    /**
     * The agent: handles the messages that are there.
     *
     * @param handler of each message
     * @param limit the most messages of one call
     * @return how many were handled
     */
    public int drain(Consumer<T> handler, int limit) {
        if (waiting.get() == 0) {
            return 0;
        }
        int handled = 0;
        while (handled < limit) {
            T message = messages.poll();
            if (message == null) {
                break;
            }
            waiting.decrementAndGet();
            handler.accept(message);
            handled++;
        }
        return handled;
    }
}
