package io.replicator.daemon.export;

import static io.replicator.daemon.export.Series.counter;
import static io.replicator.daemon.export.Series.gauge;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.replicator.daemon.export.Series.Point;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.partition.PartitionState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Metrics of partitions. Without series per partition, the series of a topic is the sum of its partitions, and its lag in
 * seconds is the largest one. Guarded by its caller.
 */
final class PartitionMetrics {
    private static final double MILLIS_PER_SECOND = TimeUnit.SECONDS.toMillis(1);

    private static final String RECORDS = "Records copied by this process.";
    private static final String BYTES = "Bytes copied by this process, as stored in the source's batches.";
    private static final String GAP_RECORDS = "Offsets that the source deleted before they were copied.";
    private static final String TRUNCATED_RECORDS =
            "Copied records that the source lost later, as by an unclean leader election.";
    private static final String RECREATIONS =
            "Recreations of a source topic after which the copy continued, counted in each partition.";
    private static final String LAG_RECORDS = "Records between the position and the end of the source partition.";
    private static final String LAG_SECONDS =
            "Age of the last copied record while records wait to be copied, otherwise 0.";
    private static final String STATES = "Number of partitions in each state.";

    private final boolean perPartition;
    private final TopicFold recordsFold = new TopicFold(PartitionStatus::records);
    private final TopicFold bytesFold = new TopicFold(PartitionStatus::bytes);
    private final TopicFold gapFold = new TopicFold(PartitionStatus::gapRecords);
    private final TopicFold truncatedFold = new TopicFold(PartitionStatus::truncatedRecords);
    private final TopicFold recreationsFold = new TopicFold(PartitionStatus::recreations);

    PartitionMetrics(boolean perPartition) {
        this.perPartition = perPartition;
    }

    List<MetricSnapshot> of(List<FlowStatus> flows) {
        return perPartition ? partitions(flows) : topics(flows);
    }

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
                        .map(point -> point.with("state", state.name())));
    }
}
