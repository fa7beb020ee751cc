package io.replicator.daemon.export;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Sums a counter over the partitions of a topic. A plain sum would decrease when a partition moves to another instance, and
 * Prometheus would take that for a restart. So this one adds by how much each partition increased since the last scrape. It
 * drops topics that no longer exist. Guarded by its caller.
 */
final class TopicFold {
    /**
     * A topic of a flow.
     *
     * @param flow the flow's name
     * @param topic the source topic
     */
    record Key(String flow, String topic) {}

    private static final class Sum {
        private final Map<Integer, Long> lastSeen = new HashMap<>();
        private long total;

        void add(int partition, long now) {
            long last = lastSeen.getOrDefault(partition, 0L);
            total += now >= last ? now - last : now;
            lastSeen.put(partition, now);
        }
    }

    private final ToLongFunction<PartitionStatus> counter;
    private final Map<Key, Sum> sums = new HashMap<>();

    TopicFold(ToLongFunction<PartitionStatus> counter) {
        this.counter = counter;
    }

    /** The sums after a new snapshot. */
    Map<Key, Long> fold(List<FlowStatus> flows) {
        for (FlowStatus flow : flows) {
            for (PartitionStatus partition : flow.partitions()) {
                sums.computeIfAbsent(new Key(flow.name(), partition.topic()), key -> new Sum())
                        .add(partition.partition(), counter.applyAsLong(partition));
            }
        }
        sums.keySet().retainAll(present(flows));
        return sums.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, sum -> sum.getValue().total));
    }

    private static Set<Key> present(List<FlowStatus> flows) {
        return flows.stream()
                .flatMap(flow -> flow.partitions().stream().map(p -> new Key(flow.name(), p.topic())))
                .collect(Collectors.toSet());
    }
}
