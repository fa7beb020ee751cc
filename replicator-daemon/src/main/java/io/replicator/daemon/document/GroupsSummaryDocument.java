package io.replicator.daemon.document;

import io.replicator.positions.GroupsStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A summary of a flow's consumer groups within {@link FlowDocument}; {@link GroupsDocument} has each position.
 *
 * @param lookedAt when the groups were last read; null on an instance that does not sync them
 * @param trouble why they could not be read lately; null when all is well
 * @param groups how many there are
 * @param lagRecords of all of them together
 * @param positions how many are in each state; states without a position are left out
 */
public record GroupsSummaryDocument(
        String lookedAt, String trouble, int groups, long lagRecords, Map<String, Integer> positions) {
    public GroupsSummaryDocument {
        positions = positions == null ? Map.of() : positions;
    }

    static GroupsSummaryDocument of(GroupsStatus status) {
        Map<String, Integer> positions = new LinkedHashMap<>();
        status.counts().forEach((state, count) -> positions.put(state.name(), count));
        return new GroupsSummaryDocument(
                Unknown.timeOrNull(status.lookedAtMillis()),
                Unknown.asNull(status.trouble()),
                status.groups(),
                status.lagRecords().values().stream().mapToLong(Long::longValue).sum(),
                positions);
    }
}
