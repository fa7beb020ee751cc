package io.replicator.daemon.cli;

import io.replicator.daemon.Daemon;
import io.replicator.daemon.service.ServiceNotifier;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies the service manager while no thread is stuck; without notifications it restarts the process. */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** systemd recommends to send at half of its timeout. */
    private static final int SIGNALS_PER_TIMEOUT = 2;

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
            LOG.error("Threads are stuck; jstack shows their stacks. threads={}", stuck);
        }
        isStuck = !stuck.isEmpty();
        boolean isDue =
                service.watchdogNanos() > 0 && nowNanos - lastNanos >= service.watchdogNanos() / SIGNALS_PER_TIMEOUT;
        if (isDue && !isStuck) {
            service.alive();
            lastNanos = nowNanos;
        }
    }
}
