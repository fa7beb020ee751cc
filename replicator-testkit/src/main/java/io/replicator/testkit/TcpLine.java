package io.replicator.testkit;

import java.time.Duration;

/** The state of a proxy's line, asked by every connection for every piece it carries. */
final class TcpLine {
    private long delayNanos;
    private boolean stalled;

    synchronized void delay(Duration oneWay) {
        delayNanos = oneWay.toNanos();
    }

    /** When a piece read now is due at the other end. */
    synchronized long dueNanos() {
        return System.nanoTime() + delayNanos;
    }

    synchronized void stall() {
        stalled = true;
    }

    synchronized void flow() {
        stalled = false;
        notifyAll();
    }

    synchronized void awaitFlow() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }
}
