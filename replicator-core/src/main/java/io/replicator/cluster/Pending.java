package io.replicator.cluster;

/** An answer on its way, so that two clusters can be asked at the same time. */
@FunctionalInterface
public interface Pending<T> {
    /**
     * Waits for the answer.
     *
     * @throws UnavailableException when there is none
     */
    T await() throws InterruptedException;
}
