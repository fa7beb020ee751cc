package io.replicator.daemon.export;

import static io.replicator.daemon.export.Series.gauge;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.replicator.daemon.export.Series.Point;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** Metrics of consumer groups, for the flows whose groups this instance syncs. */
final class GroupMetrics {
    private static final double MILLIS_PER_SECOND = TimeUnit.SECONDS.toMillis(1);

    private GroupMetrics() {}

    /**
     * The metrics of a snapshot.
     *
     * @param groups the consumer groups of a flow, by its name
     */
    static List<MetricSnapshot> of(List<FlowStatus> flows, Function<String, GroupsStatus> groups) {
        Map<String, GroupsStatus> known = new LinkedHashMap<>();
        flows.forEach(flow -> known.put(flow.name(), groups.apply(flow.name())));
        known.values().removeIf(status -> !status.isKnown());
        long nowMillis = System.currentTimeMillis();
        return List.of(
                gauge(
                        "replicator_group_offset_lag_records",
                        "Source offsets by which the group's positions on the target are behind its positions on the source.",
                        known.entrySet().stream().flatMap(flow -> flow.getValue().lagRecords().entrySet().stream()
                                .map(group ->
                                        new Point(Labels.of("flow", flow.getKey(), "group", group.getKey()), (double)
                                                group.getValue())))),
                gauge(
                        "replicator_group_positions",
                        "Number of consumer group positions in each state.",
                        known.entrySet().stream().flatMap(flow -> positionStates(flow.getKey(), flow.getValue()))),
                gauge(
                        "replicator_group_sync_age_seconds",
                        "Time since the consumer groups were last read.",
                        known.entrySet().stream()
                                .map(flow -> new Point(
                                        Labels.of("flow", flow.getKey()),
                                        Math.max(0, nowMillis - flow.getValue().lookedAtMillis())
                                                / MILLIS_PER_SECOND))));
    }

    private static Stream<Point> positionStates(String flow, GroupsStatus status) {
        Map<PositionState, Integer> counts = status.counts();
        return Arrays.stream(PositionState.values())
                .map(state -> new Point(Labels.of("flow", flow, "state", state.name()), counts.getOrDefault(state, 0)));
    }
}
