package io.replicator.preflight;

import java.util.List;

/**
 * What would be replicated by a flow and what is wrong.
 *
 * @param flow its name
 * @param topics ordered by name; empty when a cluster cannot be reached
 * @param findings the worst first
 */
public record PreflightReport(String flow, List<TopicLine> topics, List<Finding> findings) {
    public PreflightReport {
        topics = List.copyOf(topics);
        findings = List.copyOf(findings);
    }
}
