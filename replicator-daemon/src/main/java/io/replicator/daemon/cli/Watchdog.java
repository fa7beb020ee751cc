package io.replicator.daemon.cli;

import io.replicator.daemon.Daemon;
import io.replicator.daemon.service.ServiceNotifier;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the service manager that the engine is alive, as long as it is: a stuck one shall be started anew. */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** The manager expects a sign in half of its time. */
    private static final int SIGNS_PER_PERIOD = 2;

    private final ServiceNotifier service;
    private long lastNanos;
    private boolean isStuck;

    Watchdog(ServiceNotifier service, long nowNanos) {
        this.service = service;
        this.lastNanos = nowNanos;
    }

    void turn(Daemon daemon, long nowNanos) {
        List<String> stuck = daemon.stuckThreads();
        if (!stuck.isEmpty() && !isStuck) {
            LOG.error("Threads do not turn; see their stacks with jstack. threads={}", stuck);
        }
        isStuck = !stuck.isEmpty();
        boolean isDue =
                service.watchdogNanos() > 0 && nowNanos - lastNanos >= service.watchdogNanos() / SIGNS_PER_PERIOD;
        if (isDue && !isStuck) {
            service.alive();
            lastNanos = nowNanos;
        }
    }
}
