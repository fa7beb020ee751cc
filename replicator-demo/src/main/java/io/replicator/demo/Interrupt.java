package io.replicator.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Turns Ctrl-C and SIGTERM into an interrupt of the demo's thread, and keeps the JVM running until that has cleaned up. */
final class Interrupt {
    private static final long PATIENCE_SECONDS = 20;

    private final Thread demo;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "demo-stop");

    private Interrupt(Thread demo) {
        this.demo = demo;
    }

    /** Interrupts the calling thread from now on. */
    static Interrupt install() {
        Interrupt interrupt = new Interrupt(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(interrupt.hook);
        return interrupt;
    }

    private void interrupt() {
        System.err.println("Interrupted: removing the clusters and their files.");
        demo.interrupt();
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println(
                        "The demo did not end in " + PATIENCE_SECONDS + " s; its brokers will end by themselves.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything is cleaned up: the JVM may exit. */
    void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook is running already.
            return;
        }
    }
}
