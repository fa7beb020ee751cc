package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;
import java.util.List;

/**
 * Everything one process does.
 *
 * @param instance unique among the instances of a flow, stable over restarts
 * @param lanes fetcher and producer pairs of each flow
 * @param memoryBytes bound of all buffered batches of the process
 * @param progressInterval how often progress is saved
 * @param drainTimeout how long a clean stop waits for acknowledgements
 * @param flows at least one
 */
public record ReplicatorConfig(
        String instance,
        int lanes,
        long memoryBytes,
        Duration progressInterval,
        Duration drainTimeout,
        List<FlowConfig> flows) {
    /** Below this a single batch of the brokers' default size could not travel in each lane. */
    private static final long LEAST_MEMORY_BYTES = 16L << 20;

    private static final int MOST_LANES = 256;

    public ReplicatorConfig {
        flows = List.copyOf(flows);
        Require.that(!flows.isEmpty(), "flows", flows, "must name at least one flow");
        Require.that(lanes >= 1 && lanes <= MOST_LANES, "lanes", lanes, "must be 1 to " + MOST_LANES);
        Require.that(memoryBytes >= LEAST_MEMORY_BYTES, "memory", memoryBytes, "must be at least 16 MiB");
        Require.that(
                progressInterval.toMillis() >= 10, "progress-interval", progressInterval, "must be at least 10 ms");
        Require.that(!drainTimeout.isNegative(), "drain-timeout", drainTimeout, "must not be negative");
    }
}
