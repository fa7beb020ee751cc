package io.replicator.positions;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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

    /** Whether this instance looks after the groups and has done so at least once. */
    public boolean isKnown() {
        return lookedAtMillis >= 0;
    }

    /** How many groups there are. */
    public int groups() {
        return (int) positions.stream().map(GroupPosition::group).distinct().count();
    }

    /** How many positions are in each state; those that none is in are left out. */
    public Map<PositionState, Integer> counts() {
        Map<PositionState, Integer> counts = new EnumMap<>(PositionState.class);
        positions.forEach(position -> counts.merge(position.state(), 1, Integer::sum));
        return counts;
    }

    /** What each group's positions on the target lag behind, in source offsets, all its partitions together. */
    public SortedMap<String, Long> lagRecords() {
        SortedMap<String, Long> lags = new TreeMap<>();
        positions.forEach(position -> lags.merge(position.group(), Math.max(0, position.lagRecords()), Long::sum));
        return lags;
    }
}
