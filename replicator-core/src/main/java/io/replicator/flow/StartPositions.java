package io.replicator.flow;

import io.replicator.config.StartFrom;
import io.replicator.topics.ClusterAdmin;
import io.replicator.topics.UnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Asks a cluster for offsets: where partitions begin and end. Blocks, on the flow's thread. */
final class StartPositions {
    private final ClusterAdmin cluster;

    StartPositions(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /**
     * What a cluster said. One partition without a leader says nothing of the others.
     *
     * @param offsets where partitions stand
     * @param failures why others do not say
     */
    record Found(Map<TopicPartition, Long> offsets, Map<TopicPartition, String> failures) {
        long offset(TopicPartition partition) {
            return offsets.get(partition);
        }

        Optional<String> whyNot(TopicPartition partition) {
            return Optional.ofNullable(failures.get(partition));
        }

        /** Both together. */
        Found and(Found other) {
            Map<TopicPartition, Long> allOffsets = new HashMap<>(offsets);
            allOffsets.putAll(other.offsets);
            Map<TopicPartition, String> allFailures = new HashMap<>(failures);
            allFailures.putAll(other.failures);
            return new Found(allOffsets, allFailures);
        }
    }

    /**
     * Where partitions are to begin.
     *
     * @throws UnavailableException when the cluster says nothing of any of them
     */
    Found of(Collection<TopicPartition> partitions, StartFrom from) throws InterruptedException {
        Found found = list(partitions, specOf(from));
        List<TopicPartition> beyond = partitions.stream()
                .filter(partition -> found.offsets().getOrDefault(partition, 0L) < 0)
                .toList();
        // No record of these is as late as the time that was asked for.
        return beyond.isEmpty() ? found : found.and(list(beyond, OffsetSpec.latest()));
    }

    private static OffsetSpec specOf(StartFrom from) {
        if (from instanceof StartFrom.At at) {
            return OffsetSpec.forTimestamp(at.time().toEpochMilli());
        }
        return from instanceof StartFrom.Latest ? OffsetSpec.latest() : OffsetSpec.earliest();
    }

    private Found list(Collection<TopicPartition> partitions, OffsetSpec spec) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, String> failures = new HashMap<>();
        if (asked.isEmpty()) {
            return new Found(offsets, failures);
        }
        ListOffsetsResult answer = cluster.admin().listOffsets(asked);
        UnavailableException last = null;
        for (TopicPartition partition : asked.keySet()) {
            try {
                offsets.put(
                        partition,
                        cluster.await(answer.partitionResult(partition), "DESCRIBE", "topic " + partition.topic())
                                .offset());
            } catch (UnavailableException failure) {
                failures.put(partition, failure.getMessage());
                last = failure;
            }
        }
        if (offsets.isEmpty()) {
            throw last;
        }
        return new Found(offsets, failures);
    }
}
