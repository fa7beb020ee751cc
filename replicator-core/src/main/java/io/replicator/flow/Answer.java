package io.replicator.flow;

/**
 * What the control plane does with the outcome of a {@link Call}. Control thread.
 *
 * <p>Time has passed since the call was asked for: shards may have come and gone, partitions may have ended. Each answer is
 * checked against what holds now before anything is done with it.
 *
 * @param <T> what the call finds out
 */
@FunctionalInterface
interface Answer<T> {
    void take(Outcome<T> outcome, long nowNanos);
}
