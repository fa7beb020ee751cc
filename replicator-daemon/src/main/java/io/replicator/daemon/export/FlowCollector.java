package io.replicator.daemon.export;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.replicator.daemon.Version;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * All of the engine's metrics from one snapshot per scrape. Names and tags are a promise. With partitions folded, the
 * series of a topic are sums, its lag in seconds is the worst partition's.
 */
final class FlowCollector implements MultiCollector {
    private static final double MILLIS_PER_SECOND = TimeUnit.SECONDS.toMillis(1);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<List<FlowStatus>> flows;
    private final Function<String, GroupsStatus> groups;
    private final boolean perPartition;
    private final Version version;
    private final TopicFold recordsFold = new TopicFold(PartitionStatus::records);
    private final TopicFold bytesFold = new TopicFold(PartitionStatus::bytes);
    private final TopicFold gapFold = new TopicFold(PartitionStatus::gapRecords);
    private final TopicFold truncatedFold = new TopicFold(PartitionStatus::truncatedRecords);
    private final TopicFold recreationsFold = new TopicFold(PartitionStatus::recreations);

    FlowCollector(
            Supplier<List<FlowStatus>> flows,
            Function<String, GroupsStatus> groups,
            boolean perPartition,
            Version version) {
        this.flows = flows;
        this.groups = groups;
        this.perPartition = perPartition;
        this.version = version;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        List<FlowStatus> now = flows.get();
        List<MetricSnapshot> all = new ArrayList<>(perPartition ? partitions(now) : topics(now));
        all.addAll(lanes(now));
        all.add(gauge("replicator_flow_state", "1 for the state that the flow is in.", flowStates(now)));
        all.add(gauge(
                "replicator_shards_owned",
                "Shards that this instance owns.",
                now.stream()
                        .map(flow -> new Point(
                                Labels.of("flow", flow.name()),
                                flow.ownedShards().size()))));
        all.addAll(groups(now));
        all.add(latency(
                "replicator_replication_latency_seconds",
                "From a record's timestamp to its acknowledgement by the target.",
                now,
                flow -> flow.latencies().replicationMicros()));
        all.add(latency(
                "replicator_hop_latency_seconds",
                "From a record's arrival in this process to its acknowledgement by the target.",
                now,
                flow -> flow.latencies().inProcessMicros()));
        all.add(buildInformation());
        return new MetricSnapshots(all);
    }

    private static final String RECORDS = "Records copied by this process.";
    private static final String BYTES = "Bytes copied by this process, as stored in the source's batches.";
    private static final String GAP_RECORDS = "Offsets lost on the source before they could be copied.";
    private static final String TRUNCATED_RECORDS = "Copied records that the source lost afterwards.";
    private static final String RECREATIONS = "Source topics made anew and copied on, by partition.";
    private static final String LAG_RECORDS = "Records between the position and the source's end.";
    private static final String LAG_SECONDS = "Age of the last copied record while records are waiting.";
    private static final String STATES = "Partitions in each state.";

    private static List<MetricSnapshot> partitions(List<FlowStatus> flows) {
        return List.of(
                counter("replicator_records", RECORDS, eachPartition(flows, p -> (double) p.records())),
                counter("replicator_bytes", BYTES, eachPartition(flows, p -> (double) p.bytes())),
                counter("replicator_gap_records", GAP_RECORDS, eachPartition(flows, p -> (double) p.gapRecords())),
                counter("replicator_truncated_records", TRUNCATED_RECORDS, eachPartition(flows, p ->
                        (double) p.truncatedRecords())),
                counter("replicator_recreations", RECREATIONS, eachPartition(flows, p -> (double) p.recreations())),
                gauge("replicator_lag_records", LAG_RECORDS, eachPartition(flows, p -> (double) p.lagRecords())),
                gauge(
                        "replicator_lag_seconds",
                        LAG_SECONDS,
                        eachPartition(flows, p -> p.lagMillis() / MILLIS_PER_SECOND)),
                gauge("replicator_partition_state", STATES, partitionStates(flows)));
    }

    private static Stream<Point> eachPartition(List<FlowStatus> flows, ToDoubleFunction<PartitionStatus> value) {
        return flows.stream().flatMap(flow -> flow.partitions().stream()
                .map(partition -> new Point(labels(flow, partition), value.applyAsDouble(partition))));
    }

    private static Labels labels(FlowStatus flow, PartitionStatus partition) {
        return Labels.of(
                "flow", flow.name(), "topic", partition.topic(), "partition", Integer.toString(partition.partition()));
    }

    private static Stream<Point> flowStates(List<FlowStatus> flows) {
        return flows.stream().flatMap(flow -> Arrays.stream(FlowState.values())
                .map(state -> new Point(
                        Labels.of("flow", flow.name(), "state", state.name()), flow.state() == state ? 1 : 0)));
    }

    private static Stream<Point> partitionStates(List<FlowStatus> flows) {
        return flows.stream().flatMap(flow -> flow.partitions().stream().flatMap(partition -> Arrays.stream(
                        PartitionState.values())
                .map(state -> new Point(
                        labels(flow, partition).add("state", state.name()), partition.state() == state ? 1 : 0))));
    }

    private List<MetricSnapshot> topics(List<FlowStatus> flows) {
        return List.of(
                counter("replicator_records", RECORDS, folded(recordsFold.fold(flows))),
                counter("replicator_bytes", BYTES, folded(bytesFold.fold(flows))),
                counter("replicator_gap_records", GAP_RECORDS, folded(gapFold.fold(flows))),
                counter("replicator_truncated_records", TRUNCATED_RECORDS, folded(truncatedFold.fold(flows))),
                counter("replicator_recreations", RECREATIONS, folded(recreationsFold.fold(flows))),
                gauge("replicator_lag_records", LAG_RECORDS, eachTopic(flows, partitions -> partitions.stream()
                        .mapToLong(PartitionStatus::lagRecords)
                        .sum())),
                gauge("replicator_lag_seconds", LAG_SECONDS, eachTopic(flows, partitions -> partitions.stream()
                        .mapToDouble(p -> p.lagMillis() / MILLIS_PER_SECOND)
                        .max()
                        .orElse(0))),
                gauge("replicator_partition_state", STATES, topicStates(flows)));
    }

    private static Stream<Point> folded(Map<TopicFold.Key, Long> sums) {
        return sums.entrySet().stream()
                .map(sum -> new Point(
                        Labels.of(
                                "flow",
                                sum.getKey().flow(),
                                "topic",
                                sum.getKey().topic()),
                        (double) sum.getValue()));
    }

    private static Stream<Point> eachTopic(List<FlowStatus> flows, ToDoubleFunction<List<PartitionStatus>> value) {
        return flows.stream().flatMap(flow -> byTopic(flow).entrySet().stream()
                .map(topic -> new Point(
                        Labels.of("flow", flow.name(), "topic", topic.getKey()),
                        value.applyAsDouble(topic.getValue()))));
    }

    private static Map<String, List<PartitionStatus>> byTopic(FlowStatus flow) {
        return flow.partitions().stream().collect(Collectors.groupingBy(PartitionStatus::topic));
    }

    private static Stream<Point> topicStates(List<FlowStatus> flows) {
        return Arrays.stream(PartitionState.values())
                .flatMap(state -> eachTopic(flows, partitions -> partitions.stream()
                                .filter(partition -> partition.state() == state)
                                .count())
                        .map(point -> new Point(point.labels.add("state", state.name()), point.value)));
    }

    private static List<MetricSnapshot> lanes(List<FlowStatus> flows) {
        Stream<Point> batches = Stream.of(
                        ways(flows, "pass", LaneStatus::passedBatches),
                        ways(flows, "coalesce", LaneStatus::coalescedBatches),
                        ways(flows, "rebuild", LaneStatus::rebuiltBatches))
                .flatMap(way -> way);
        return List.of(
                counter("replicator_batches", "Source batches written, by the way they took.", batches),
                counter(
                        "replicator_recovered_records",
                        "Records that an earlier life had written after its last saved progress, found again.",
                        lane(flows, LaneStatus::recoveredRecords)),
                counter(
                        "replicator_recovered_ambiguous",
                        "Partitions in which those were looked for one by one, for the source has changed since.",
                        lane(flows, LaneStatus::recoveredAmbiguous)),
                gauge("replicator_ring_occupied", "Slots of the ring in use.", lane(flows, LaneStatus::ringOccupied)),
                gauge("replicator_ring_slots", "Slots of the ring.", lane(flows, LaneStatus::ringSlots)),
                gauge(
                        "replicator_memory_used_bytes",
                        "Receive and merge buffers in use.",
                        lane(flows, LaneStatus::memoryUsedBytes)),
                gauge(
                        "replicator_memory_limit_bytes",
                        "Bound of the receive and merge buffers.",
                        lane(flows, LaneStatus::memoryLimitBytes)),
                gauge(
                        "replicator_inflight_requests",
                        "Produce requests without an answer.",
                        lane(flows, LaneStatus::inflightRequests)),
                counter("replicator_errors", "Faults, by cause.", errors(flows)),
                counter("replicator_throttle_seconds", "Time the lane was made to wait, by reason.", throttles(flows)));
    }

    private static Stream<Point> lane(List<FlowStatus> flows, ToDoubleFunction<LaneStatus> value) {
        return flows.stream().flatMap(flow -> flow.lanes().stream()
                .map(lane -> new Point(labels(flow, lane), value.applyAsDouble(lane))));
    }

    private static Labels labels(FlowStatus flow, LaneStatus lane) {
        return Labels.of("flow", flow.name(), "lane", Integer.toString(lane.lane()));
    }

    private static Stream<Point> ways(List<FlowStatus> flows, String way, ToDoubleFunction<LaneStatus> value) {
        return lane(flows, value).map(point -> new Point(point.labels.add("way", way), point.value));
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

    /** Of the flows whose groups are looked after here. */
    private List<MetricSnapshot> groups(List<FlowStatus> flows) {
        Map<String, GroupsStatus> known = new LinkedHashMap<>();
        flows.forEach(flow -> known.put(flow.name(), groups.apply(flow.name())));
        known.values().removeIf(status -> !status.isKnown());
        long nowMillis = System.currentTimeMillis();
        return List.of(
                gauge(
                        "replicator_group_offset_lag_records",
                        "Source offsets between what a group's positions on the target stand for and where it stands.",
                        known.entrySet().stream().flatMap(flow -> flow.getValue().lagRecords().entrySet().stream()
                                .map(group ->
                                        new Point(Labels.of("flow", flow.getKey(), "group", group.getKey()), (double)
                                                group.getValue())))),
                gauge(
                        "replicator_group_positions",
                        "Positions of consumer groups in each state.",
                        known.entrySet().stream().flatMap(flow -> positionStates(flow.getKey(), flow.getValue()))),
                gauge(
                        "replicator_group_sync_age_seconds",
                        "Since all groups were last looked at.",
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
                .help("What runs here.")
                .dataPoint(new InfoSnapshot.InfoDataPointSnapshot(labels))
                .build();
    }

    /**
     * One value of a series.
     *
     * @param labels the series' tags
     * @param value now
     */
    private record Point(Labels labels, double value) {}

    private static MetricSnapshot counter(String name, String help, Stream<Point> points) {
        return new CounterSnapshot(
                new MetricMetadata(name, help),
                points.map(point -> new CounterDataPointSnapshot(point.value, point.labels, null, 0L))
                        .toList());
    }

    private static MetricSnapshot gauge(String name, String help, Stream<Point> points) {
        return new GaugeSnapshot(
                new MetricMetadata(name, help),
                points.map(point -> new GaugeDataPointSnapshot(point.value, point.labels, null))
                        .toList());
    }
}
