package io.replicator.daemon.export;

import static io.replicator.daemon.export.Series.counter;
import static io.replicator.daemon.export.Series.gauge;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.replicator.daemon.export.Series.Point;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Metrics of lanes. */
final class LaneMetrics {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private LaneMetrics() {}

    static List<MetricSnapshot> of(List<FlowStatus> flows) {
        Stream<Point> batches = Stream.of(
                        ways(flows, "pass", LaneStatus::passedBatches),
                        ways(flows, "coalesce", LaneStatus::coalescedBatches),
                        ways(flows, "rebuild", LaneStatus::rebuiltBatches))
                .flatMap(way -> way);
        return List.of(
                counter("replicator_batches", "Source batches written, by the way in which they were copied.", batches),
                counter(
                        "replicator_recovered_records",
                        "Records that were already on the target, written before a restart and after the last saved progress.",
                        lane(flows, LaneStatus::recoveredRecords)),
                counter(
                        "replicator_recovered_ambiguous",
                        "Partitions in which such records were compared one by one, because the source had changed.",
                        lane(flows, LaneStatus::recoveredAmbiguous)),
                gauge(
                        "replicator_ring_occupied",
                        "Slots of the ring buffer in use.",
                        lane(flows, LaneStatus::ringOccupied)),
                gauge("replicator_ring_slots", "Slots of the ring buffer.", lane(flows, LaneStatus::ringSlots)),
                gauge(
                        "replicator_memory_used_bytes",
                        "Receive and merge buffers in use.",
                        lane(flows, LaneStatus::memoryUsedBytes)),
                gauge(
                        "replicator_memory_limit_bytes",
                        "Limit of the receive and merge buffers.",
                        lane(flows, LaneStatus::memoryLimitBytes)),
                gauge(
                        "replicator_inflight_requests",
                        "Produce requests that wait for a response.",
                        lane(flows, LaneStatus::inflightRequests)),
                counter("replicator_errors", "Errors, by cause.", errors(flows)),
                counter(
                        "replicator_throttle_seconds",
                        "Time for which the lane was throttled, by reason.",
                        throttles(flows)));
    }

    private static Stream<Point> lane(List<FlowStatus> flows, ToDoubleFunction<LaneStatus> value) {
        return flows.stream().flatMap(flow -> flow.lanes().stream()
                .map(lane -> new Point(labels(flow, lane), value.applyAsDouble(lane))));
    }

    private static Labels labels(FlowStatus flow, LaneStatus lane) {
        return Labels.of("flow", flow.name(), "lane", Integer.toString(lane.lane()));
    }

    private static Stream<Point> ways(List<FlowStatus> flows, String way, ToDoubleFunction<LaneStatus> value) {
        return lane(flows, value).map(point -> point.with("way", way));
    }

    private static Stream<Point> errors(List<FlowStatus> flows) {
        return flows.stream().flatMap(flow -> flow.lanes().stream().flatMap(lane -> lane.errors().entrySet().stream()
                .map(error ->
                        new Point(labels(flow, lane).add("cause", error.getKey().name()), error.getValue()))));
    }

    private static Stream<Point> throttles(List<FlowStatus> flows) {
        return flows.stream()
                .flatMap(flow -> flow.lanes().stream().flatMap(lane -> lane.throttleNanos().entrySet().stream()
                        .map(wait -> new Point(
                                labels(flow, lane).add("reason", wait.getKey()), wait.getValue() / NANOS_PER_SECOND))));
    }
}
