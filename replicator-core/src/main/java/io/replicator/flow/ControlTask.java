package io.replicator.flow;

/**
 * One thing that the control plane does again and again. Its turn never blocks: what may wait for a cluster is asked for at
 * a {@link CallQueue}, at most one call at a time, and the answer says how to continue.
 */
interface ControlTask {
    /** For messages. */
    String name();

    /** Whether only the instance that owns shard 0 does it, on behalf of all instances of the flow. */
    default boolean isForOneInstance() {
        return false;
    }

    /**
     * When the next turn is due.
     *
     * @return nanoseconds from now, 0 or less for at once, {@link Long#MAX_VALUE} while it waits for an answer or an event
     */
    long dueInNanos(long nowNanos);

    /**
     * Does what is due.
     *
     * @return how much was done, 0 for nothing
     */
    int turn(long nowNanos);
}
