package io.replicator.demo;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import java.util.List;

/** The sums over a topic's partitions. */
record TopicSum(int partitions, long records, long bytes, long lagRecords) {
    static TopicSum of(FlowStatus flow, DemoTopic topic) {
        return of(flow.partitions().stream()
                .filter(partition -> partition.topic().equals(topic.topic()))
                .toList());
    }

    static TopicSum of(List<PartitionStatus> partitions) {
        return new TopicSum(
                partitions.size(),
                partitions.stream().mapToLong(PartitionStatus::records).sum(),
                partitions.stream().mapToLong(PartitionStatus::bytes).sum(),
                partitions.stream().mapToLong(PartitionStatus::lagRecords).sum());
    }
}
