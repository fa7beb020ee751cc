package io.replicator.verify;

import io.replicator.config.ClusterConfig;
import org.apache.kafka.common.errors.RetriableException;

/** Says what a cluster did not do. */
final class Failures {
    private Failures() {}

    static VerificationException of(ClusterConfig cluster, String what, Throwable cause) {
        boolean isUnreachable =
                cause instanceof RetriableException || cause instanceof java.util.concurrent.TimeoutException;
        String message = cluster.name() + " (" + cluster.bootstrapServers() + "): " + what;
        return new VerificationException(
                cause.getMessage() == null ? message : message + ": " + cause.getMessage(), cause, isUnreachable);
    }
}
