package io.replicator.operations;

import java.util.List;

/**
 * What moving a group did.
 *
 * @param plan what was planned
 * @param written how many positions were written; 0 when the target had all of them already
 * @param failures why it did not succeed, for a person; empty when all positions were read back as planned
 */
public record MigrationReport(MigrationPlan plan, int written, List<String> failures) {
    public MigrationReport {
        failures = List.copyOf(failures);
    }

    /** Whether the group has the planned positions on the target. */
    public boolean isDone() {
        return failures.isEmpty();
    }
}
