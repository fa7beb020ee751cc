package io.replicator.positions;

import java.util.List;

/**
 * What moving a group did.
 *
 * @param plan what was to be done
 * @param written positions that were written; 0 when all of them stood there already
 * @param failures why it did not succeed, for a person; empty when all positions were read back as planned
 */
public record MigrationReport(MigrationPlan plan, int written, List<String> failures) {
    public MigrationReport {
        failures = List.copyOf(failures);
    }

    /** Whether the group stands on the target where the plan says. */
    public boolean isDone() {
        return failures.isEmpty();
    }
}
