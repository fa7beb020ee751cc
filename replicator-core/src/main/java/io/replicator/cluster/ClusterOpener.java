package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;

/** Opens clusters: {@link KafkaCluster#open}, or one that a simulation provides. */
@FunctionalInterface
public interface ClusterOpener {
    /**
     * Opens a cluster; it connects with the first question.
     *
     * @param clientId as the brokers' logs and quotas know it
     * @param timeout of each call, unless the cluster's client properties say otherwise
     * @throws RefusedException when the client properties are wrong
     * @throws UnavailableException when no bootstrap server has an address
     */
    Cluster open(ClusterConfig config, String clientId, Duration timeout);
}
