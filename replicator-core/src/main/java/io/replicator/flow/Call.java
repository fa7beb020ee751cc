package io.replicator.flow;

/**
 * Work that may wait long for a cluster. It runs on a thread of its {@link CallQueue}.
 *
 * @param <T> what it finds out
 */
@FunctionalInterface
interface Call<T> {
    /**
     * Does the work.
     *
     * @param nowNanos the time when it begins, which may be long after it was asked for
     */
    T make(long nowNanos) throws InterruptedException;
}
