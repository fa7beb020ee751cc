package io.replicator.testkit;

import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/** The Docker engine, if there is one. */
final class ContainerEngine {
    private ContainerEngine() {}

    static Optional<String> whyUnavailable() {
        return DockerClientFactory.instance().isDockerAvailable()
                ? Optional.empty()
                : Optional.of("no Docker engine answers, and " + ClusterBuilder.CLUSTERS_PROPERTY
                        + "=testcontainers asks for clusters in containers");
    }
}
