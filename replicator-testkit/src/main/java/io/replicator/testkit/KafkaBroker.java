package io.replicator.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One broker of a {@link KafkaCluster}, and everything bad that can happen to it. */
public interface KafkaBroker {

    /** The node id, from 0. */
    int id();

    /** Where clients of this listener reach the broker. */
    String host(String listener);

    /** The port clients of this listener reach the broker at; the same after {@link #start()}. */
    int port(String listener);

    /** Host and port, as clients write it. */
    default String address(String listener) {
        return host(listener) + ":" + port(listener);
    }

    /** The proxy in front of {@link KafkaCluster#CLIENT}, when the cluster was built with proxies. */
    Optional<TcpProxy> proxy();

    /**
     * Shuts the broker down cleanly: leaders move first. A broker that cannot end cleanly, because too few controllers
     * are left to let it go, is killed after a while.
     */
    void stop();

    /** Ends the broker at once (SIGKILL). */
    void kill();

    /** Freezes the broker (SIGSTOP): its connections stay open, nothing is answered. */
    void pause();

    /** Lets a paused broker go on (SIGCONT). */
    void resume();

    /**
     * Starts a stopped or killed broker again, on the same ports and the same log, and waits until it serves. While too
     * few brokers run for a quorum it does not wait: {@link KafkaCluster#awaitReady()} does, when enough are started.
     */
    void start();

    /** Whether the broker's process exists, paused or not. */
    boolean isRunning();

    /** The broker's process, when it runs on this machine as one of its own: to measure what it costs. */
    Optional<ProcessHandle> process();

    /** What the broker has logged so far. */
    List<Path> logs();
}
