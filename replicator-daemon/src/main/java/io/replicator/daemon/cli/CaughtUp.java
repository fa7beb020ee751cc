package io.replicator.daemon.cli;

import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the moment at which every flow has copied up to the end offsets that it saw at its start. These are the ends in the
 * first snapshot in which the flow runs and this instance owns a shard of it. Partitions that appear later do not count, even
 * if another instance owned them before. A partition that disappears, or that another instance takes over, is dropped.
 */
final class CaughtUp {
    /** The end of a partition whose source end is not known yet. */
    private static final long UNKNOWN = -1;

    private final Map<String, Map<TopicPartition, Long>> endsByFlow = new HashMap<>();

    /** Looks at a new snapshot; true when the moment has come. */
    boolean update(List<FlowStatus> flows) {
        boolean reached = !flows.isEmpty();
        for (FlowStatus flow : flows) {
            reached &= update(flow);
        }
        return reached;
    }

    private boolean update(FlowStatus flow) {
        Map<TopicPartition, Long> ends = endsByFlow.get(flow.name());
        if (ends == null) {
            if (flow.state() != FlowState.RUNNING || flow.ownedShards().isEmpty()) {
                return false;
            }
            ends = flow.partitions().stream().collect(Collectors.toMap(CaughtUp::key, partition -> UNKNOWN));
            endsByFlow.put(flow.name(), ends);
        }
        Map<TopicPartition, PartitionStatus> now =
                flow.partitions().stream().collect(Collectors.toMap(CaughtUp::key, partition -> partition));
        ends.keySet().retainAll(now.keySet());
        ends.replaceAll((key, end) -> end == UNKNOWN ? now.get(key).sourceEnd() : end);
        return ends.entrySet().stream().allMatch(end -> hasCopied(now.get(end.getKey()), end.getValue()));
    }

    /** In these states the target may have lost acknowledged records, whatever the position is. */
    private static boolean hasCopied(PartitionStatus partition, long end) {
        boolean isCertain = partition.state() != PartitionState.STARTING && partition.state() != PartitionState.FAILED;
        return isCertain && end != UNKNOWN && partition.position() >= end;
    }

    private static TopicPartition key(PartitionStatus partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }
}
