package io.replicator.flow;

import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.topics.TopicProblem;

/** Makes the status of partitions that are copied, of those that could not begin, and of topics that cannot be copied. */
final class PartitionStatuses {
    private static final int UNKNOWN = -1;

    private PartitionStatuses() {}

    static PartitionStatus of(Copy copy, long nowMillis) {
        Partition partition = copy.partition();
        long position = partition.position();
        long sourceEnd = partition.sourceEnd();
        boolean isBehind = sourceEnd > position;
        long lagMillis =
                isBehind && partition.lastTimestamp() >= 0 ? Math.max(0, nowMillis - partition.lastTimestamp()) : 0;
        return new PartitionStatus(
                partition.source().topic(),
                partition.number(),
                partition.targetTopic(),
                partition.health().state(),
                partition.health().reason(),
                partition.health().resumesWhen(),
                partition.sourceStart(),
                sourceEnd,
                position,
                partition.targetEnd(),
                lagMillis,
                copy.lane(),
                partition.records(),
                partition.bytes(),
                partition.gapRecords(),
                partition.truncatedRecords(),
                partition.recreations());
    }

    static PartitionStatus of(UnbegunPartition partition) {
        return unbegun(
                partition.source().topic(),
                partition.source().partition(),
                partition.targetTopic(),
                partition.health());
    }

    /** A topic that cannot be copied shows as one partition that has no number. */
    static PartitionStatus of(TopicProblem problem) {
        return unbegun(
                problem.topic(),
                UNKNOWN,
                "",
                new Health(PartitionState.WAITING, problem.reason(), problem.resumesWhen()));
    }

    private static PartitionStatus unbegun(String topic, int number, String targetTopic, Health health) {
        return new PartitionStatus(
                topic,
                number,
                targetTopic,
                health.state(),
                health.reason(),
                health.resumesWhen(),
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                UNKNOWN,
                0,
                UNKNOWN,
                0,
                0,
                0,
                0,
                0);
    }
}
