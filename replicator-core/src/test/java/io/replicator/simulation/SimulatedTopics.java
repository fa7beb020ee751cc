package io.replicator.simulation;

import io.replicator.cluster.TopicRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/** The topics of a simulated cluster as its controller makes them, and as its brokers show them, which is a little later. */
final class SimulatedTopics {
    private static final int MAX_PROPAGATION_MILLIS = 400;

    private final SimulatedCluster cluster;
    private final Faults faults;
    private final SimulatedCompactedLogs logs;
    private final Consumer<SimulatedPartition> onCreated;

    /** When brokers show a partition. */
    private final Map<SimulatedPartition, Long> visibleFromMillis = new HashMap<>();

    private final Map<String, Long> numbers = new LinkedHashMap<>();

    /** @param onCreated called with each partition that the control plane creates */
    SimulatedTopics(SimulatedCluster cluster, Faults faults, Consumer<SimulatedPartition> onCreated) {
        this.cluster = cluster;
        this.faults = faults;
        this.logs = new SimulatedCompactedLogs(cluster.toString(), faults);
        this.onCreated = onCreated;
    }

    SimulatedCluster cluster() {
        return cluster;
    }

    SimulatedCompactedLogs logs() {
        return logs;
    }

    boolean exists(String topic) {
        return logs.names().contains(topic)
                || cluster.partitions.stream().anyMatch(partition -> partition.topic.equals(topic));
    }

    /** A topic with a cleanup policy is one of those that hold state; the others hold records. */
    void create(TopicRequest request) {
        if (request.name().startsWith("replicator.")) {
            logs.create(request.name(), request.partitions());
        } else {
            grow(request.name(), request.partitions());
        }
    }

    /** Adds what partitions are missing. */
    void grow(String topic, int count) {
        for (int number = (int) size(topic); number < count; number++) {
            SimulatedPartition partition = cluster.addPartition(topic, number(topic), number);
            visibleFromMillis.put(partition, cluster.nowMillis() + faults.upTo(MAX_PROPAGATION_MILLIS));
            onCreated.accept(partition);
        }
    }

    private long number(String topic) {
        return numbers.computeIfAbsent(topic, ignored -> (long) numbers.size());
    }

    private long size(String topic) {
        return cluster.partitions.stream()
                .filter(partition -> partition.topic.equals(topic))
                .count();
    }

    /** The partitions of each topic that brokers show now. */
    Map<String, List<SimulatedPartition>> visible() {
        Map<String, List<SimulatedPartition>> visible = new TreeMap<>();
        for (SimulatedPartition partition : cluster.partitions) {
            if (visibleFromMillis.getOrDefault(partition, 0L) <= cluster.nowMillis()) {
                visible.computeIfAbsent(partition.topic, ignored -> new ArrayList<>())
                        .add(partition);
            }
        }
        return visible;
    }

    SimulatedPartition partition(TopicPartition name) {
        return cluster.partitions.stream()
                .filter(each -> each.topic.equals(name.topic()) && each.number == name.partition())
                .findFirst()
                .orElse(null);
    }

    /** The smallest limit of a topic's partitions, or a larger one: the control plane's knowledge may be out of date. */
    int knownBatchLimit(List<SimulatedPartition> partitions) {
        return partitions.stream()
                .mapToInt(partition -> partition.maxBatchBytes)
                .min()
                .orElseThrow();
    }
}
