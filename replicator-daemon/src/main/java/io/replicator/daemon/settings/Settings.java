package io.replicator.daemon.settings;

import io.replicator.config.ReplicatorConfig;
import java.util.List;

/**
 * The settings of the daemon.
 *
 * @param replicator what the engine does
 * @param adminHost the address the admin HTTP server listens on
 * @param adminPort its port; 0 for any free one
 * @param metricsPerPartition whether metrics have a partition label, or are summed by topic
 * @param warnings what may be wrong, one line each, for the log
 */
public record Settings(
        ReplicatorConfig replicator,
        String adminHost,
        int adminPort,
        boolean metricsPerPartition,
        List<String> warnings) {
    public Settings {
        warnings = List.copyOf(warnings);
    }
}
