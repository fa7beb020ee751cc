package io.replicator.positions;

import java.util.List;

/**
 * A flow's consumer groups as they were last looked at.
 *
 * @param positions ordered by group, topic and partition; empty on an instance that does not look after the groups
 * @param trouble why they could not be looked at lately, for a person; empty when all is well
 * @param lookedAtMillis when the last look ended, in milliseconds since 1970; -1 for never
 */
public record GroupsStatus(List<GroupPosition> positions, String trouble, long lookedAtMillis) {
    /** Nobody looks after the groups here. */
    public static final GroupsStatus NONE = new GroupsStatus(List.of(), "", -1);

    public GroupsStatus {
        positions = List.copyOf(positions);
    }
}
