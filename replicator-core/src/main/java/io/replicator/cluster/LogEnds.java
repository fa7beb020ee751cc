package io.replicator.cluster;

import io.replicator.config.StartFrom;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks a cluster for offsets: where partitions begin and end. Blocks, on the flow's thread; but only a little for partitions
 * that did not answer before, or one that nobody leads would hold up all others.
 */
public final class LogEnds {
    /** For those that did not answer the last time: the thread has more to do than wait for them. */
    private static final int AGAIN_MILLIS = 1_000;

    private final ClusterAdmin cluster;

    /** Partitions that did not answer when they were last asked about. */
    private final Set<TopicPartition> silent = new HashSet<>();

    public LogEnds(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /**
     * What a cluster said. One partition without a leader says nothing of the others.
     *
     * @param offsets where partitions stand
     * @param failures why others do not say
     */
    public record Found(Map<TopicPartition, Long> offsets, Map<TopicPartition, String> failures) {
        public long offset(TopicPartition partition) {
            return offsets.get(partition);
        }

        public Optional<String> whyNot(TopicPartition partition) {
            return Optional.ofNullable(failures.get(partition));
        }

        /** Both together. */
        public Found and(Found other) {
            Map<TopicPartition, Long> allOffsets = new HashMap<>(offsets);
            allOffsets.putAll(other.offsets);
            Map<TopicPartition, String> allFailures = new HashMap<>(failures);
            allFailures.putAll(other.failures);
            return new Found(allOffsets, allFailures);
        }
    }

    /** Where partitions are to begin. */
    public Found of(Collection<TopicPartition> partitions, StartFrom from) throws InterruptedException {
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
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> again = new HashMap<>();
        partitions.forEach(partition -> (silent.contains(partition) ? again : first).put(partition, spec));
        Found found = new Found(new HashMap<>(), new HashMap<>());
        // Both are asked before either is waited for.
        ListOffsetsResult firstAnswer = cluster.admin().listOffsets(first);
        ListOffsetsResult againAnswer =
                cluster.admin().listOffsets(again, new ListOffsetsOptions().timeoutMs(AGAIN_MILLIS));
        take(first.keySet(), firstAnswer, found);
        take(again.keySet(), againAnswer, found);
        return found;
    }

    private void take(Set<TopicPartition> asked, ListOffsetsResult answer, Found found) throws InterruptedException {
        for (TopicPartition partition : asked) {
            try {
                long offset = cluster.await(answer.partitionResult(partition), "DESCRIBE", "topic " + partition.topic())
                        .offset();
                found.offsets().put(partition, offset);
                silent.remove(partition);
            } catch (UnavailableException failure) {
                found.failures().put(partition, failure.getMessage());
                silent.add(partition);
            }
        }
    }
}
