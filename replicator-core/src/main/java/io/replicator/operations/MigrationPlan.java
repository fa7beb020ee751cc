package io.replicator.operations;

import io.replicator.cluster.GroupMember;
import java.util.List;

/**
 * What moving one group would do, and what prevents it.
 *
 * @param group its name on the source
 * @param targetGroup its name on the target
 * @param positions ordered by topic and partition
 * @param sourceMembers the group's members on the source
 * @param targetMembers its members on the target
 * @param refusals why it cannot be done, for a person, including the reasons of single positions; empty when it can be done
 * @param isPassing whether all of that passes by itself, or when the group is stopped on the source
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

    /** The same plan with other positions, and with more refusals: those do not pass. */
    MigrationPlan with(List<PlannedPosition> newPositions, List<String> newRefusals) {
        return new MigrationPlan(
                group,
                targetGroup,
                newPositions,
                sourceMembers,
                targetMembers,
                newRefusals,
                isPassing && newRefusals.size() == refusals.size());
    }

    /** Whether it can be done. */
    public boolean isAllowed() {
        return refusals.isEmpty();
    }
}
