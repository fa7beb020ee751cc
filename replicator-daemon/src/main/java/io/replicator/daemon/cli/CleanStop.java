package io.replicator.daemon.cli;

import io.replicator.daemon.Daemon;
import io.replicator.daemon.service.ServiceNotifier;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGTERM and SIGINT into a clean stop and exit code 0; a JVM would end with 143. Runs as a shutdown hook, and
 * halts the JVM when all is closed.
 */
final class CleanStop {
    private static final Logger LOG = LoggerFactory.getLogger(CleanStop.class);

    private final Daemon daemon;
    private final ServiceNotifier service;
    private final CountDownLatch asked = new CountDownLatch(1);
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

    /** Waits for a signal; true when it came. */
    boolean awaitAsked(long timeoutNanos) throws InterruptedException {
        return asked.await(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    /** Lets the JVM end as usual; false when a signal came first. */
    boolean remove() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return false;
        }
    }

    private void stop() {
        int exitCode = ExitCode.OK;
        asked.countDown();
        try {
            service.stopping();
            LOG.info("Stopping.");
            daemon.close();
            LOG.info("Stopped.");
        } catch (RuntimeException e) {
            LOG.error("The stop was not clean.", e);
            exitCode = ExitCode.INTERNAL;
        }
        System.err.flush();
        System.out.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
