package io.replicator.flow;

/** A part of a flow's life. Control thread; no method blocks. */
interface Phase {
    /** Nothing is left to do but to close. */
    Phase OVER = new Phase() {
        @Override
        public int turn(long nowNanos) {
            return 0;
        }

        @Override
        public long dueInNanos(long nowNanos) {
            return Long.MAX_VALUE;
        }

        @Override
        public Phase next(long nowNanos) {
            return this;
        }

        @Override
        public Phase stopping(long nowNanos) {
            return this;
        }
    };

    /**
     * Does what is due.
     *
     * @return how much was done
     */
    int turn(long nowNanos);

    /** How long until the next turn is due although nothing happens. */
    long dueInNanos(long nowNanos);

    /** The phase that comes next, once this one is over; this one until then. */
    Phase next(long nowNanos);

    /** The phase that ends the flow in good order. */
    Phase stopping(long nowNanos);

    /** Looks at the topics soon, if this phase does. */
    default void look() {}
}
