package io.replicator.agent;

/** Unwraps the interruption of a thread that a client wrapped into an exception of its own. */
public final class Interruption {
    private Interruption() {}

    /**
     * The exception to throw instead. Clears the thread's interrupt flag, which the client has set again: a thread that
     * throws {@code InterruptedException} does not have it set.
     *
     * @param wrapped the client's exception, such as Kafka's {@code InterruptException}
     */
    public static InterruptedException of(RuntimeException wrapped) {
        Thread.interrupted();
        InterruptedException thrown = new InterruptedException(wrapped.getMessage());
        thrown.initCause(wrapped);
        return thrown;
    }
}
