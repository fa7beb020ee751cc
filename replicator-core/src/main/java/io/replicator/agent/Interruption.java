package io.replicator.agent;

/** An interruption that a client wrapped into an exception of its own, unwrapped again. */
public final class Interruption {
    private Interruption() {}

    /**
     * What is to be thrown instead. The client has set the thread's flag again, which whoever catches this does not expect:
     * it is cleared.
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
