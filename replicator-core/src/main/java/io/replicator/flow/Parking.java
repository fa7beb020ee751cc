package io.replicator.flow;

import java.util.concurrent.locks.LockSupport;

/** Lets the control thread wait until somebody wakes it or the time is up. */
final class Parking {
    /** {@code null} before the thread waits for the first time. */
    private volatile Thread parked;

    /** The control thread: waits, unless it was woken since it waited last. */
    void park(long mostNanos) {
        parked = Thread.currentThread();
        if (mostNanos > 0) {
            LockSupport.parkNanos(this, mostNanos);
        }
    }

    /** Any thread. */
    void unpark() {
        LockSupport.unpark(parked);
    }
}
