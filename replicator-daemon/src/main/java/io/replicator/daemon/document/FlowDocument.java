package io.replicator.daemon.document;

import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.List;
import java.util.Set;

/**
 * One flow of {@link StatusDocument}.
 *
 * @param etaSeconds until the flow has caught up; -1 when it does not move
 * @param reason why the flow is not RUNNING, or what is wrong with a RUNNING one; null when all is well
 * @param source the source cluster's name
 * @param target the target cluster's name
 * @param shards null from a daemon that does not report them
 * @param groups null from a daemon that does not report them
 */
public record FlowDocument(
        String name,
        String state,
        boolean caughtUp,
        long lagRecords,
        double recordsPerSecond,
        double bytesPerSecond,
        long etaSeconds,
        List<PartitionDocument> partitions,
        String reason,
        String source,
        String target,
        Shards shards,
        GroupsSummaryDocument groups) {
    public FlowDocument {
        partitions = partitions == null ? List.of() : List.copyOf(partitions);
    }

    /**
     * The shards of this instance.
     *
     * @param owned by this instance
     * @param total how many the flow has
     */
    public record Shards(Set<Integer> owned, int total) {
        public Shards {
            owned = owned == null ? Set.of() : owned;
        }
    }

    static FlowDocument of(FlowStatus flow, GroupsStatus groups) {
        return new FlowDocument(
                flow.name(),
                flow.state().name(),
                flow.isCaughtUp(),
                flow.lagRecords(),
                flow.recordsPerSecond(),
                flow.bytesPerSecond(),
                flow.etaSeconds(),
                flow.partitions().stream().map(PartitionDocument::of).toList(),
                Unknown.asNull(flow.reason()),
                flow.source(),
                flow.target(),
                new Shards(flow.ownedShards(), flow.shards()),
                GroupsSummaryDocument.of(groups));
    }
}
