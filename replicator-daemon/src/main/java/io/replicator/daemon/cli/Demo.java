package io.replicator.daemon.cli;

/** The demonstration, found on the class path: it needs Kafka brokers, which the daemon does not carry. */
public interface Demo {
    /**
     * Runs it in the foreground.
     *
     * @return the process's exit code
     */
    int run() throws InterruptedException;
}
