package io.replicator.flow;

import io.replicator.agent.AgentThread;
import io.replicator.config.FlowConfig;
import io.replicator.measure.LatencyHistograms;
import io.replicator.measure.LatencyRecorder;
import io.replicator.topics.TopicProblem;
import java.util.ArrayList;
import java.util.List;

/** How a flow looks: reads what its control thread and its lanes publish, and changes nothing. Any thread. */
final class FlowReport {
    private final FlowConfig config;
    private final FlowCondition condition;
    private final RunningLanes lanes;
    private final HealthLog healthLog;
    private final Rate recordRate = new Rate();
    private final Rate byteRate = new Rate();

    // Written by the pulse.
    private volatile double recordsPerSecond;
    private volatile double bytesPerSecond;
    private volatile LatencyHistograms latencies =
            new LatencyHistograms(LatencyRecorder.empty(), LatencyRecorder.empty());

    FlowReport(FlowConfig config, FlowCondition condition, RunningLanes lanes) {
        this.config = config;
        this.condition = condition;
        this.lanes = lanes;
        this.healthLog = new HealthLog(config.name());
    }

    /** Once a second, on the process's pulse: rates, latencies, and what partitions have to say. */
    void pulse(long nowNanos) {
        long records = 0;
        long bytes = 0;
        List<Copy> all = condition.copies();
        for (Copy copy : all) {
            records += copy.partition().records();
            bytes += copy.partition().bytes();
        }
        recordsPerSecond = recordRate.sample(records, nowNanos);
        bytesPerSecond = byteRate.sample(bytes, nowNanos);
        latencies = lanes.latencies();
        healthLog.look(all);
    }

    /** The flow as it looks now. */
    FlowStatus status(long nowMillis) {
        // Before its partitions: a flow that ends meanwhile does not look as if they ran.
        FlowState state = condition.state();
        String reason = condition.reason();
        List<PartitionStatus> partitions = partitions(nowMillis);
        if (state == FlowState.FAILED) {
            partitions.replaceAll(partition -> partition.failed(
                    reason, (condition.mayRestart() ? "" : "that is put right, and ") + "the daemon is started again"));
        }
        return new FlowStatus(
                config.name(),
                config.source().name(),
                config.target().name(),
                state,
                reason,
                recordsPerSecond,
                bytesPerSecond,
                partitions,
                lanes.status(),
                latencies,
                condition.ownedShards(),
                config.shards(),
                condition.mayRestart());
    }

    private List<PartitionStatus> partitions(long nowMillis) {
        List<PartitionStatus> partitions = new ArrayList<>();
        for (Copy copy : condition.copies()) {
            partitions.add(PartitionStatuses.of(copy, nowMillis));
        }
        condition.unbegun().forEach(partition -> partitions.add(PartitionStatuses.of(partition)));
        for (TopicProblem problem : condition.problems()) {
            if (partitions.stream().noneMatch(partition -> partition.topic().equals(problem.topic()))) {
                partitions.add(PartitionStatuses.of(problem));
            }
        }
        return partitions;
    }

    /** The threads of lanes that did not turn lately. */
    List<String> stuckLanes(long stuckNanos) {
        return lanes.threads().stream()
                .filter(thread -> thread.nanosSinceLastTurn() > stuckNanos)
                .map(AgentThread::name)
                .toList();
    }
}
