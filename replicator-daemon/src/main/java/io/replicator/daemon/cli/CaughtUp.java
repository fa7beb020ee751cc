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
 * Watches for the moment at which every flow has copied up to the end offsets seen at its start: those of the first
 * look at which it runs and this instance owns a share of it. Partitions that appear later do not count, also when they
 * come from another instance; one that is gone, or another's by now, is not waited for.
 */
final class CaughtUp {
    /** Of a partition whose source end is not known yet. */
    private static final long UNKNOWN = -1;

    private final Map<String, Map<TopicPartition, Long>> endsByFlow = new HashMap<>();

    /** Whether that moment has come, by a new look. */
    boolean isReached(List<FlowStatus> flows) {
        boolean reached = !flows.isEmpty();
        for (FlowStatus flow : flows) {
            reached &= isReached(flow);
        }
        return reached;
    }

    private boolean isReached(FlowStatus flow) {
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
        return ends.entrySet().stream().allMatch(end -> isThere(now.get(end.getKey()), end.getValue()));
    }

    /** A target that lost what was acknowledged has not got it, wherever the position stands. */
    private static boolean isThere(PartitionStatus partition, long end) {
        boolean isSure = partition.state() != PartitionState.STARTING && partition.state() != PartitionState.FAILED;
        return isSure && end != UNKNOWN && partition.position() >= end;
    }

    private static TopicPartition key(PartitionStatus partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }
}
