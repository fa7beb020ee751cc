package io.replicator.daemon.document;

import java.util.List;

/**
 * {@code /health/live} and {@code /health/ready}.
 *
 * @param ok whether there is no reason against it
 * @param reasons for a person; empty when ok
 */
public record HealthDocument(boolean ok, List<String> reasons) {
    public static HealthDocument of(List<String> reasons) {
        return new HealthDocument(reasons.isEmpty(), List.copyOf(reasons));
    }
}
