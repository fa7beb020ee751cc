package io.replicator.preflight;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Collects what a preflight finds. */
final class Findings {
    private final List<Finding> found = new ArrayList<>();

    void add(Finding.Severity severity, Finding.Kind kind, String cluster, String message) {
        var finding = new Finding(severity, kind, cluster, message);
        if (!found.contains(finding)) {
            found.add(finding);
        }
    }

    /** What a cluster does not do, or does not allow. */
    void add(String cluster, UnavailableException failure) {
        add(Finding.Severity.ERROR, kindOf(failure), cluster, failure.getMessage());
    }

    void addRefusal(String cluster, RefusedException refusal) {
        add(Finding.Severity.ERROR, Finding.Kind.CONFIGURATION, cluster, refusal.getMessage());
    }

    /**
     * Why a topic of the flow's own could not be created. Where brokers have no default for the number of replicas, or one
     * they cannot keep, the flow asks for fewer when it creates the topic.
     */
    void addRefusedCreation(String cluster, Map<String, UnavailableException> failures) {
        failures.values().stream()
                .filter(failure -> failure.error() != ClusterError.INVALID_REPLICATION_FACTOR
                        && failure.error() != ClusterError.NOT_SUPPORTED)
                .forEach(failure -> add(cluster, failure));
    }

    void addMissingRight(String cluster, String operation, String resource, String toDo) {
        add(
                Finding.Severity.ERROR,
                Finding.Kind.PERMISSION,
                cluster,
                "cluster " + cluster + " denies " + operation + " on " + resource + "; " + toDo);
    }

    List<Finding> worstFirst() {
        return found.stream().sorted(Comparator.comparing(Finding::severity)).toList();
    }

    private static Finding.Kind kindOf(UnavailableException failure) {
        return switch (failure.reason()) {
            case UNREACHABLE, NOT_AUTHENTICATED -> Finding.Kind.UNREACHABLE;
            case DENIED -> Finding.Kind.PERMISSION;
            case REFUSED -> Finding.Kind.TOPIC;
        };
    }
}
