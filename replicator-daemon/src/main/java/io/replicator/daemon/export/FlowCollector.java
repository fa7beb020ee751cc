package io.replicator.daemon.export;

import static io.replicator.daemon.export.Series.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.replicator.daemon.Version;
import io.replicator.daemon.export.Series.Point;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.positions.GroupsStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * All metrics of the engine, from one snapshot per scrape. Their names and labels are a promise.
 */
final class FlowCollector implements MultiCollector {
    private final Supplier<List<FlowStatus>> flows;
    private final Function<String, GroupsStatus> groups;
    private final PartitionMetrics partitions;
    private final Version version;

    FlowCollector(
            Supplier<List<FlowStatus>> flows,
            Function<String, GroupsStatus> groups,
            boolean perPartition,
            Version version) {
        this.flows = flows;
        this.groups = groups;
        this.partitions = new PartitionMetrics(perPartition);
        this.version = version;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        List<FlowStatus> now = flows.get();
        List<MetricSnapshot> all = new ArrayList<>(partitions.of(now));
        all.addAll(LaneMetrics.of(now));
        all.add(gauge(
                "replicator_flow_state", "1 for the current state of the flow, 0 for the others.", flowStates(now)));
        all.add(gauge(
                "replicator_shards_owned",
                "Shards that this instance owns.",
                now.stream()
                        .map(flow -> new Point(
                                Labels.of("flow", flow.name()),
                                flow.ownedShards().size()))));
        all.addAll(GroupMetrics.of(now, groups));
        all.add(latency(
                "replicator_replication_latency_seconds",
                "Time from a record's timestamp to its acknowledgement by the target.",
                now,
                flow -> flow.latencies().replicationMicros()));
        all.add(latency(
                "replicator_hop_latency_seconds",
                "Time from a record's arrival in this process to its acknowledgement by the target.",
                now,
                flow -> flow.latencies().inProcessMicros()));
        all.add(buildInformation());
        return new MetricSnapshots(all);
    }

    private static Stream<Point> flowStates(List<FlowStatus> flows) {
        return flows.stream().flatMap(flow -> Arrays.stream(FlowState.values())
                .map(state -> new Point(
                        Labels.of("flow", flow.name(), "state", state.name()), flow.state() == state ? 1 : 0)));
    }

    private static MetricSnapshot latency(
            String name, String help, List<FlowStatus> flows, Function<FlowStatus, Histogram> micros) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(name).help(help);
        flows.forEach(
                flow -> histogram.dataPoint(LatencyBuckets.of(micros.apply(flow), Labels.of("flow", flow.name()))));
        return histogram.build();
    }

    private MetricSnapshot buildInformation() {
        Labels labels = Labels.of(
                "version", version.number(), "commit", version.commit(), "kafka_clients", version.kafkaClients());
        return InfoSnapshot.builder()
                .name("replicator_build")
                .help("Versions of the running program.")
                .dataPoint(new InfoSnapshot.InfoDataPointSnapshot(labels))
                .build();
    }
}
