package io.replicator.config;

import io.replicator.Require;
import java.util.Map;
import java.util.TreeSet;

/**
 * A Kafka cluster and how to speak to it.
 *
 * @param name the name in the configuration, also used for topics such as {@code <source>.checkpoints.internal}
 * @param bootstrapServers comma-separated {@code host:port}
 * @param client any kafka-clients property: security, socket buffers, {@code client.rack}; values may be secrets
 */
public record ClusterConfig(String name, String bootstrapServers, Map<String, String> client) {
    public ClusterConfig {
        Require.that(!name.isBlank(), "clusters", name, "must have a name");
        Require.that(!bootstrapServers.isBlank(), name + ".bootstrap-servers", bootstrapServers, "must not be empty");
        client = Map.copyOf(client);
    }

    /** Names the client's keys but none of their values: one of them may be a password. */
    @Override
    public String toString() {
        return "ClusterConfig[name=" + name + ", bootstrapServers=" + bootstrapServers + ", client="
                + new TreeSet<>(client.keySet()) + "]";
    }
}
