package io.replicator.testkit;

/** Turns an interruption into an unchecked exception, with the thread's mark put back. */
final class Interruption {
    private Interruption() {}

    static IllegalStateException of(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for a cluster", cause);
    }
}
