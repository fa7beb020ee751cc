package io.replicator.daemon.cli;

/** The demo. It needs Kafka brokers, which the daemon does not contain, so a service loader finds it on the class path. */
public interface Demo {
    /**
     * Runs it in the foreground.
     *
     * @return the process's exit code
     */
    int run() throws InterruptedException;
}
