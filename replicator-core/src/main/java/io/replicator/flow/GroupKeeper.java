package io.replicator.flow;

/** Keeps the positions of consumer groups for one term of owning shard 0. */
interface GroupKeeper extends AutoCloseable {
    /**
     * Does what is due; in a call of the positions' queue.
     *
     * @return when the next turn is due
     */
    long turn(long nowNanos) throws InterruptedException;

    /** The term is over: a turn that is being made ends as soon as it can, and fails in silence. Control thread. */
    void stop();

    /** Frees its clients; not during a turn. Calling it again does nothing. */
    @Override
    void close();

    /** Makes keepers. */
    @FunctionalInterface
    interface Opener {
        /** Whether there is anything to keep. */
        default boolean isWanted() {
            return true;
        }

        /** Connects to nothing yet; control thread. */
        GroupKeeper open();
    }
}
