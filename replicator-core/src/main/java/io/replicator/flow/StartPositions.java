package io.replicator.flow;

import io.replicator.config.StartFrom;
import io.replicator.topics.ClusterAdmin;
import io.replicator.topics.UnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks a cluster for offsets: where partitions begin and end. Blocks, on the flow's thread. A partition that nobody leads
 * is left out: it must not hold up the others.
 */
final class StartPositions {
    /** For those that did not answer the last time: the thread has more to do than wait for them. */
    private static final int AGAIN_MILLIS = 1_000;

    private final ClusterAdmin cluster;

    /** Partitions that did not answer, and why. */
    private final Map<TopicPartition, String> silent = new HashMap<>();

    StartPositions(ClusterAdmin cluster) {
        this.cluster = cluster;
    }

    /** Where partitions are to begin, of those that say. */
    Map<TopicPartition, Long> of(Collection<TopicPartition> partitions, StartFrom from) throws InterruptedException {
        Map<TopicPartition, Long> found = list(partitions, specOf(from));
        Set<TopicPartition> beyond = new HashSet<>();
        found.forEach((partition, offset) -> {
            if (offset < 0) {
                beyond.add(partition);
            }
        });
        if (!beyond.isEmpty()) {
            // No record is as late as the time that was asked for.
            found.keySet().removeAll(beyond);
            found.putAll(list(beyond, OffsetSpec.latest()));
        }
        return found;
    }

    /** Why a partition did not answer when it was last asked about; empty when it did. */
    String silence(TopicPartition partition) {
        return silent.getOrDefault(partition, "");
    }

    private static OffsetSpec specOf(StartFrom from) {
        if (from instanceof StartFrom.At at) {
            return OffsetSpec.forTimestamp(at.time().toEpochMilli());
        }
        return from instanceof StartFrom.Latest ? OffsetSpec.latest() : OffsetSpec.earliest();
    }

    private Map<TopicPartition, Long> list(Collection<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> again = new HashMap<>();
        partitions.forEach(partition -> (silent.containsKey(partition) ? again : first).put(partition, spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        // Both are asked before either is waited for.
        ListOffsetsResult firstAnswer = cluster.admin().listOffsets(first);
        ListOffsetsResult againAnswer =
                cluster.admin().listOffsets(again, new ListOffsetsOptions().timeoutMs(AGAIN_MILLIS));
        take(first.keySet(), firstAnswer, offsets);
        take(again.keySet(), againAnswer, offsets);
        return offsets;
    }

    private void take(Set<TopicPartition> asked, ListOffsetsResult answer, Map<TopicPartition, Long> offsets)
            throws InterruptedException {
        for (TopicPartition partition : asked) {
            try {
                offsets.put(
                        partition,
                        cluster.await(answer.partitionResult(partition), "DESCRIBE", "partition " + partition)
                                .offset());
                silent.remove(partition);
            } catch (UnavailableException failure) {
                silent.put(partition, failure.getMessage());
            }
        }
    }
}
