package io.replicator.agent;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * What other threads want from an agent, in the order in which it was put. For commands, which are rare: an empty mailbox
 * costs one read.
 *
 * @param <T> the kind of message
 */
public final class Mailbox<T> {
    private final ConcurrentLinkedQueue<T> messages = new ConcurrentLinkedQueue<>();
    private final Doorbell doorbell;

    /**
     * @param doorbell of the agent that empties the mailbox
     */
    public Mailbox(Doorbell doorbell) {
        this.doorbell = doorbell;
    }

    /** Any thread. */
    public void put(T message) {
        messages.add(message);
        doorbell.ring();
    }

    /**
     * The agent: handles what is there.
     *
     * @param handler of each message
     * @param limit the most messages of one call
     * @return how many were handled
     */
    public int drain(Consumer<T> handler, int limit) {
        int handled = 0;
        while (handled < limit) {
            T message = messages.poll();
            if (message == null) {
                break;
            }
            handler.accept(message);
            handled++;
        }
        return handled;
    }
}
