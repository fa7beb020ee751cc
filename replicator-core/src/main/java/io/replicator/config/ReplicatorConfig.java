package io.replicator.config;

import io.replicator.Require;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Everything one process does.
 *
 * @param instance unique among the instances of a flow, stable over restarts
 * @param lanes fetcher and producer pairs of each flow
 * @param memoryBytes bound of all buffered batches of the process
 * @param progressInterval how often progress is saved
 * @param drainTimeout how long a clean stop waits for acknowledgements
 * @param sessionTimeout after what silence an instance counts as dead, so that others take over its shards
 * @param ownershipProtocol how instances share shards
 * @param flows at least one
 */
public record ReplicatorConfig(
        String instance,
        int lanes,
        long memoryBytes,
        Duration progressInterval,
        Duration drainTimeout,
        Duration sessionTimeout,
        OwnershipProtocol ownershipProtocol,
        List<FlowConfig> flows) {
    /** Shorter than a pause of the collector or of a busy machine would hand groups over for nothing. */
    private static final Duration MIN_SESSION_TIMEOUT = Duration.ofSeconds(1);

    /** The brokers' bound, unless they were told otherwise. */
    private static final Duration MAX_SESSION_TIMEOUT = Duration.ofMinutes(30);

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    /** Below this a single batch of the brokers' default size could not travel in each lane. */
    private static final long MIN_MEMORY_BYTES = 16L << 20;

    private static final int MAX_LANES = 256;

    /** What Kafka allows as the id of a group's member. */
    private static final Pattern INSTANCE = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    public ReplicatorConfig {
        flows = List.copyOf(flows);
        Require.that(
                INSTANCE.matcher(instance).matches(),
                "instance",
                instance,
                "must be 1 to 249 letters, digits, '.', '_' or '-'");
        Require.that(!flows.isEmpty(), "flows", flows, "must name at least one flow");
        Require.that(lanes >= 1 && lanes <= MAX_LANES, "lanes", lanes, "must be 1 to " + MAX_LANES);
        Require.that(memoryBytes >= MIN_MEMORY_BYTES, "memory", memoryBytes, "must be at least 16 MiB");
        Require.that(
                progressInterval.toMillis() >= 10, "progress-interval", progressInterval, "must be at least 10 ms");
        Require.that(!drainTimeout.isNegative(), "drain-timeout", drainTimeout, "must not be negative");
        Require.that(
                sessionTimeout.compareTo(MIN_SESSION_TIMEOUT) >= 0
                        && sessionTimeout.compareTo(MAX_SESSION_TIMEOUT) <= 0,
                "session-timeout",
                sessionTimeout,
                "must be 1 second to 30 minutes");
    }

    /** A process whose shards are taken over when it is silent for as long as usual. */
    public ReplicatorConfig(
            String instance,
            int lanes,
            long memoryBytes,
            Duration progressInterval,
            Duration drainTimeout,
            List<FlowConfig> flows) {
        this(
                instance,
                lanes,
                memoryBytes,
                progressInterval,
                drainTimeout,
                SESSION_TIMEOUT,
                OwnershipProtocol.AUTO,
                flows);
    }
}
