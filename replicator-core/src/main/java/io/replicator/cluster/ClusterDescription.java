package io.replicator.cluster;

import java.util.List;

/**
 * A cluster as it describes itself.
 *
 * @param id empty where the brokers have none
 * @param brokers the ids of those that are alive
 */
public record ClusterDescription(String id, List<Integer> brokers) {
    public ClusterDescription {
        brokers = List.copyOf(brokers);
    }
}
