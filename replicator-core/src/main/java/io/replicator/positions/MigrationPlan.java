package io.replicator.positions;

import java.util.List;

/**
 * What moving one group would do, and what stands in its way.
 *
 * @param group its name on the source
 * @param targetGroup its name on the target
 * @param positions ordered by topic and partition
 * @param sourceMembers who is in the group on the source
 * @param targetMembers who is in it on the target
 * @param refusals why it is not done, for a person, those of single positions among them; empty when it can be done
 * @param isPassing whether all that stands in the way passes by itself, or when the group is stopped on the source
 */
public record MigrationPlan(
        String group,
        String targetGroup,
        List<PlannedPosition> positions,
        List<GroupMember> sourceMembers,
        List<GroupMember> targetMembers,
        List<String> refusals,
        boolean isPassing) {
    public MigrationPlan {
        positions = List.copyOf(positions);
        sourceMembers = List.copyOf(sourceMembers);
        targetMembers = List.copyOf(targetMembers);
        refusals = List.copyOf(refusals);
    }

    /** Whether it can be done. */
    public boolean isAllowed() {
        return refusals.isEmpty();
    }
}
