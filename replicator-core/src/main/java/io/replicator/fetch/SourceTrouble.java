package io.replicator.fetch;

import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;

/** The health of a partition that cannot be fetched: what happened, where, and what would resume it. */
final class SourceTrouble {
    private SourceTrouble() {}

    static Health unreachable(String cluster, String why) {
        return new Health(
                PartitionState.WAITING,
                "source cluster " + cluster + ": " + why,
                "the brokers of " + cluster + " can be reached again");
    }

    static Health topicMissing(Partition partition) {
        return new Health(
                PartitionState.WAITING,
                "topic " + partition.source().topic() + " is no longer on the source, or was deleted and created again",
                "the topic " + partition.source().topic() + " with id " + partition.sourceTopicId() + " is back");
    }

    static Health notAuthorized(String cluster, Partition partition) {
        String topic = partition.source().topic();
        return new Health(
                PartitionState.FAILED,
                "source cluster " + cluster + " denies READ or DESCRIBE on topic " + topic,
                "an ACL on " + cluster + " allows READ and DESCRIBE on topic " + topic);
    }

    static Health noLeader(Partition partition) {
        return new Health(
                PartitionState.WAITING,
                partition + " has no leader on the source",
                "a replica of " + partition + " comes back");
    }

    /**
     * @param why what the broker answered
     * @param offset the source offset of the request
     */
    static Health of(String cluster, Partition partition, Fault fault, String why, long offset) {
        return switch (fault) {
            case SOURCE_TOPIC_MISSING -> topicMissing(partition);
            case SOURCE_NOT_AUTHORIZED -> notAuthorized(cluster, partition);
            case SOURCE_UNREACHABLE -> unreachable(cluster, why);
            case SOURCE_BATCH_CORRUPT ->
                new Health(
                        PartitionState.FAILED,
                        partition + "@" + offset + ": the batch on the source is corrupt (" + why
                                + "); it is not forwarded",
                        "the batch can be read again, for example after its leader moved to a replica with a good copy");
            case SOURCE_OFFSET_OUT_OF_RANGE ->
                new Health(
                        PartitionState.WAITING,
                        partition + "@" + offset + ": the source no longer has this offset",
                        "the control plane found where to go on");
            case SOURCE_TRUNCATED ->
                new Health(
                        PartitionState.WAITING,
                        partition + "@" + offset + ": the source's log was truncated: " + why,
                        "the control plane found where both logs part");
            default ->
                new Health(
                        PartitionState.WAITING,
                        partition + ": source cluster " + cluster + " answers " + why,
                        "the broker answers again");
        };
    }
}
