package io.replicator.flow;

import io.replicator.measure.LatencyHistograms;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One flow as it looks now.
 *
 * @param name the flow's name
 * @param source the source cluster's name
 * @param target the target cluster's name
 * @param state what the flow is doing
 * @param reason why it is not RUNNING, or which cluster a RUNNING one does not reach or why it cannot save its progress,
 *     for a person; empty when all is well
 * @param recordsPerSecond copied, over the last few seconds
 * @param bytesPerSecond copied, over the last few seconds
 * @param partitions ordered by topic and number
 * @param lanes ordered by number
 * @param latencies since the flow's start
 * @param ownedShards the shards of this instance, whose partitions are those above; none when it stands by
 * @param shards how many the flow has
 * @param mayRestart whether a FAILED flow was not refused but broke off, so that it may continue when it is started again as it is
 */
public record FlowStatus(
        String name,
        String source,
        String target,
        FlowState state,
        String reason,
        double recordsPerSecond,
        double bytesPerSecond,
        List<PartitionStatus> partitions,
        List<LaneStatus> lanes,
        LatencyHistograms latencies,
        Set<Integer> ownedShards,
        int shards,
        boolean mayRestart) {
    public FlowStatus {
        partitions = List.copyOf(partitions);
        lanes = List.copyOf(lanes);
        ownedShards = Collections.unmodifiableSortedSet(new TreeSet<>(ownedShards));
    }

    /** Whether every partition's position stands at its source's end as last seen. */
    public boolean isCaughtUp() {
        return state == FlowState.RUNNING && partitions.stream().allMatch(PartitionStatus::isCaughtUp);
    }

    public long lagRecords() {
        return partitions.stream().mapToLong(PartitionStatus::lagRecords).sum();
    }

    /** Seconds until the flow has caught up at its present rate: 0 when it has, -1 when it does not move. */
    public long etaSeconds() {
        long lag = lagRecords();
        if (lag == 0) {
            return 0;
        }
        return recordsPerSecond < 1 ? -1 : (long) Math.ceil(lag / recordsPerSecond);
    }
}
