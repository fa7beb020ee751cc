package io.replicator.daemon.cli;

import io.replicator.daemon.Daemon;
import io.replicator.daemon.service.ServiceNotifier;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGTERM and SIGINT into a clean stop with exit code 0, where a JVM would exit with 143. It is a shutdown hook, which
 * halts the JVM when everything is closed.
 */
final class CleanStop {
    private static final Logger LOG = LoggerFactory.getLogger(CleanStop.class);

    private final Daemon daemon;
    private final ServiceNotifier service;
    private final CountDownLatch requested = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");

    private CleanStop(Daemon daemon, ServiceNotifier service) {
        this.daemon = daemon;
        this.service = service;
    }

    static CleanStop install(Daemon daemon, ServiceNotifier service) {
        CleanStop stop = new CleanStop(daemon, service);
        Runtime.getRuntime().addShutdownHook(stop.hook);
        return stop;
    }

    /** Waits for a signal; true when one came. */
    boolean awaitRequest(long timeoutNanos) throws InterruptedException {
        return requested.await(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    /** Removes the hook, so that the JVM exits as usual; false when a signal came first. */
    boolean remove() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return false;
        }
    }

    private void stop() {
        int exitCode = ExitCode.OK;
        requested.countDown();
        try {
            service.stopping();
            LOG.info("Stopping.");
            daemon.close();
            LOG.info("Stopped.");
        } catch (RuntimeException e) {
            LOG.error("The daemon did not stop cleanly.", e);
            exitCode = ExitCode.INTERNAL;
        }
        System.err.flush();
        System.out.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
