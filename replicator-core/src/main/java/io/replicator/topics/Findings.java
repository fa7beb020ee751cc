package io.replicator.topics;

import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
