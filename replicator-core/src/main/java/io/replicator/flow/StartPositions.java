package io.replicator.flow;

import io.replicator.config.StartFrom;
import io.replicator.topics.ClusterAdmin;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Asks the source for offsets: where partitions begin and end. Blocks, on the flow's thread. */
final class StartPositions {
    private final ClusterAdmin source;

    StartPositions(ClusterAdmin source) {
        this.source = source;
    }

    /**
     * Where partitions are to begin.
     *
     * @throws io.replicator.topics.UnavailableException when the source does not say
     */
    Map<TopicPartition, Long> of(Collection<TopicPartition> partitions, StartFrom from) throws InterruptedException {
        Map<TopicPartition, Long> found = list(partitions, specOf(from));
        Map<TopicPartition, Long> beyond = new HashMap<>();
        found.forEach((partition, offset) -> {
            if (offset < 0) {
                beyond.put(partition, offset);
            }
        });
        if (!beyond.isEmpty()) {
            // No record is as late as the time that was asked for.
            found.putAll(list(beyond.keySet(), OffsetSpec.latest()));
        }
        return found;
    }

    private static OffsetSpec specOf(StartFrom from) {
        if (from instanceof StartFrom.At at) {
            return OffsetSpec.forTimestamp(at.time().toEpochMilli());
        }
        return from instanceof StartFrom.Latest ? OffsetSpec.latest() : OffsetSpec.earliest();
    }

    private Map<TopicPartition, Long> list(Collection<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        ListOffsetsResult answer = source.admin().listOffsets(asked);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : asked.keySet()) {
            offsets.put(
                    partition,
                    source.await(answer.partitionResult(partition), "DESCRIBE", "topic " + partition.topic())
                            .offset());
        }
        return offsets;
    }
}
