package io.replicator.flow;

/** Something that another thread left for the control thread, which tells it the time. */
@FunctionalInterface
interface TimedMail {
    void deliver(long nowNanos);
}
