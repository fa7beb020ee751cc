package io.replicator.cluster;

import java.util.Map;

/**
 * A topic to be created.
 *
 * @param replicas {@link #DEFAULT_REPLICAS} for the brokers' default, which they have since 2.4
 * @param settings by Kafka's names
 */
public record TopicRequest(String name, int partitions, short replicas, Map<String, String> settings) {
    public static final short DEFAULT_REPLICAS = -1;

    public TopicRequest {
        settings = Map.copyOf(settings);
    }
}
