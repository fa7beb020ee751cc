package io.replicator.positions;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A flow's consumer groups as they were in the last round.
 *
 * @param positions ordered by group, topic and partition; empty on an instance that does not own shard 0
 * @param trouble why the last round failed, for a person; empty when it did not
 * @param lookedAtMillis when the last successful round started, in milliseconds since 1970; -1 for never
 */
public record GroupsStatus(List<GroupPosition> positions, String trouble, long lookedAtMillis) {
    /** This instance does not own shard 0. */
    public static final GroupsStatus NONE = new GroupsStatus(List.of(), "", -1);

    public GroupsStatus {
        positions = List.copyOf(positions);
    }

    /** Whether this instance has completed a round. */
    public boolean isKnown() {
        return lookedAtMillis >= 0;
    }

    /** How many groups there are. */
    public int groups() {
        return (int) positions.stream().map(GroupPosition::group).distinct().count();
    }

    /** How many positions are in each state; states without a position are left out. */
    public Map<PositionState, Integer> counts() {
        Map<PositionState, Integer> counts = new EnumMap<>(PositionState.class);
        positions.forEach(position -> counts.merge(position.state(), 1, Integer::sum));
        return counts;
    }

    /** How far each group's positions on the target are behind, in source offsets, summed over its partitions. */
    public SortedMap<String, Long> lagRecords() {
        SortedMap<String, Long> lags = new TreeMap<>();
        positions.forEach(position -> lags.merge(position.group(), Math.max(0, position.lagRecords()), Long::sum));
        return lags;
    }
}
