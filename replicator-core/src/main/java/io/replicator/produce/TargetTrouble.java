package io.replicator.produce;

import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.wire.TopicView;
import org.apache.kafka.common.Uuid;

/** What a person is told when a partition cannot be written: what, where, and what would resume it. */
final class TargetTrouble {
    private TargetTrouble() {}

    /**
     * @param offset the source offset of the first record that could not be written
     * @param batchBytes the size of the batch that was refused
     * @param why the broker's words
     */
    static Health of(String cluster, Partition partition, Fault fault, long offset, int batchBytes, String why) {
        String place = partition + "@" + offset + ": ";
        String topic = partition.targetTopic();
        return switch (fault) {
            case RECORD_TOO_LARGE ->
                new Health(
                        PartitionState.FAILED,
                        place + "batch of " + batchBytes + " bytes, target topic " + topic + " allows "
                                + partition.targetMaxBatchBytes(),
                        "max.message.bytes of " + topic + " on " + cluster + " is raised to at least " + batchBytes
                                + ", or the topic is excluded");
            case RECORD_REFUSED ->
                new Health(
                        PartitionState.FAILED,
                        place + "target topic " + topic + " refuses the records: " + why,
                        "the settings of " + topic + " on " + cluster + " allow them, or the topic is excluded");
            case SOURCE_BATCH_CORRUPT ->
                new Health(
                        PartitionState.FAILED,
                        place + "the batch on the source is corrupt; it is not forwarded: " + why,
                        "the batch can be read again, for example after its leader moved to a replica with a good copy");
            case MEMORY_TOO_SMALL ->
                new Health(
                        PartitionState.FAILED,
                        place + "a batch on the source must be decoded and is too large for that: " + why,
                        "the topic is excluded, or its records are written again in smaller batches");
            case TARGET_NOT_AUTHORIZED ->
                new Health(
                        PartitionState.FAILED,
                        "target cluster " + cluster + " denies WRITE on topic " + topic + ": " + why,
                        "an ACL on " + cluster + " allows WRITE on topic " + topic);
            case TARGET_TOPIC_MISSING ->
                new Health(
                        PartitionState.WAITING,
                        "topic " + topic + " is no longer on the target, or was deleted and created again: " + why,
                        "the topic " + topic + " with id " + partition.targetTopicId() + " is back on " + cluster);
            case TARGET_TRUNCATED ->
                new Health(
                        PartitionState.FAILED,
                        place + "target topic " + topic + " lost records that it had acknowledged: " + why,
                        "the topic's progress is removed with the command forget, which makes the flow copy it again;"
                                + " verify says what the copy lacks");
            case FENCED ->
                new Health(
                        PartitionState.FAILED,
                        "another process took over shard " + partition.shard() + " of this flow",
                        "this daemon is started again, after the other one was stopped");
            case TARGET_STORAGE_ERROR ->
                new Health(
                        PartitionState.WAITING,
                        place + "the target broker cannot write (disk full or broken?): " + why,
                        "the disk of the broker that leads " + topic + "-" + partition.number()
                                + " can be written again");
            case TARGET_LACKS_REPLICAS, TARGET_LOST_REPLICAS ->
                new Health(
                        PartitionState.WAITING,
                        place + "target topic " + topic + " has fewer in-sync replicas than min.insync.replicas",
                        "replicas of " + topic + "-" + partition.number() + " come back");
            case TARGET_UNREACHABLE, TARGET_TIMED_OUT -> unreachable(cluster, why);
            default ->
                new Health(
                        PartitionState.WAITING,
                        place + "target cluster " + cluster + " answers " + why,
                        "the broker takes the batch");
        };
    }

    /**
     * The shard's transactional id was used by another instance, or may have been while this process did not look. The control
     * plane says the same, and takes the shard back where it is this instance's.
     */
    static Health taken(int shard) {
        return new Health(
                PartitionState.WAITING,
                "another instance took shard " + shard + " over, or may have",
                "the target's group coordinator says that the shard is this instance's");
    }

    static Health unreachable(String cluster, String why) {
        return new Health(
                PartitionState.WAITING,
                "target cluster " + cluster + ": " + why,
                "the brokers of " + cluster + " can be reached again");
    }

    static Health noLeader(Partition partition) {
        return new Health(
                PartitionState.WAITING,
                partition.targetTopic() + "-" + partition.number() + " has no leader on the target",
                "a replica of it comes back");
    }

    /**
     * What is missing where the identity has no transactional id. Brokers since 2.8 grant a producer id to whoever may write any
     * topic (KIP-679), older ones ask for a right of its own.
     *
     * @param why the broker's words
     */
    static Health noAnonymousIdentity(String cluster, Fault fault, String identity, String why) {
        if (fault == Fault.TARGET_NOT_AUTHORIZED) {
            return new Health(
                    PartitionState.FAILED,
                    "target cluster " + cluster + " denies " + identity + ", with which batches are written once: "
                            + why,
                    "an ACL on " + cluster
                            + " allows WRITE on the copied topics, and, where its brokers are older than 2.8,"
                            + " IDEMPOTENT_WRITE on the cluster");
        }
        if (fault == Fault.TARGET_LACKS_TRANSACTIONS) {
            return new Health(
                    PartitionState.FAILED,
                    "target cluster " + cluster + " cannot grant " + identity + ": " + why,
                    "the brokers of " + cluster
                            + " are replaced by ones that have idempotent producers (Kafka since 0.11)");
        }
        return notGranted(cluster, identity, why, "a broker of " + cluster + " grants it");
    }

    /**
     * @param identity the transactional id that was asked for
     * @param why the broker's words
     */
    static Health noIdentity(String cluster, Fault fault, String identity, String why) {
        if (fault == Fault.TARGET_NOT_AUTHORIZED) {
            return new Health(
                    PartitionState.FAILED,
                    "target cluster " + cluster + " denies WRITE on " + identity + ": " + why,
                    "an ACL on " + cluster + " allows WRITE on " + identity + ", or delivery = at-least-once is set");
        }
        if (fault == Fault.TARGET_LACKS_TRANSACTIONS) {
            return new Health(
                    PartitionState.FAILED,
                    "target cluster " + cluster + " has no transactions, so it cannot grant " + identity + ": " + why,
                    "delivery = at-least-once is set, or the brokers of " + cluster + " are replaced by ones that have"
                            + " transactions (Kafka since 0.11)");
        }
        return notGranted(cluster, identity, why, "the transaction coordinator of " + cluster + " answers");
    }

    private static Health notGranted(String cluster, String identity, String why, String resumesWhen) {
        return new Health(
                PartitionState.WAITING,
                "target cluster " + cluster + " did not grant " + identity + ": " + why,
                resumesWhen);
    }

    static Health noTransaction(String cluster, int shard, String why) {
        return new Health(
                PartitionState.WAITING,
                "target cluster " + cluster + " does not go on with the transaction of shard " + shard + ": " + why,
                "the transaction coordinator of " + cluster
                        + " answers, and every partition of the transaction has a leader");
    }

    /** Whether the topic on the target has another id than the one that is meant. */
    static boolean hasOtherId(TopicView topic, Partition partition) {
        Uuid meant = partition.targetTopicId();
        return !topic.id().equals(Uuid.ZERO_UUID)
                && !meant.equals(Uuid.ZERO_UUID)
                && !topic.id().equals(meant);
    }

    static Health recreated(String cluster, Partition partition, Uuid now) {
        return new Health(
                PartitionState.FAILED,
                "topic " + partition.targetTopic() + " was deleted and created again on the target " + cluster
                        + " (id was " + partition.targetTopicId() + ", is " + now + ")",
                "the topic's progress is removed with the command forget, which makes the flow copy it again, or the topic is"
                        + " excluded");
    }

    static Health mayNotRead(String cluster, Partition partition, String why) {
        String topic = partition.targetTopic();
        return new Health(
                PartitionState.FAILED,
                "target cluster " + cluster + " denies READ on topic " + topic
                        + ", which shows what was written before: " + why,
                "an ACL on " + cluster + " allows READ on topic " + topic + ", or delivery = at-least-once is set");
    }

    static Health unreadable(String cluster, Partition partition, String why) {
        return new Health(
                PartitionState.FAILED,
                "what was written to " + partition.targetTopic() + "-" + partition.number() + " on " + cluster
                        + " after the last saved progress cannot be read: " + why,
                "it can be read again, for example after its leader moved to a replica with a good copy");
    }

    /**
     * @param offset where the copy ended on the target, as was saved
     * @param logStart where the target's log begins now
     */
    static Health lostBehindUs(String cluster, Partition partition, long offset, long logStart) {
        String place = partition.targetTopic() + "-" + partition.number() + " on the target " + cluster;
        String what = logStart > offset
                ? place + " begins at offset " + logStart + ", but progress is saved up to " + offset
                        + ": records were deleted, and with them what tells where to go on"
                : place + " ends before offset " + offset
                        + ", up to which records had been written: its log was truncated, as by an unclean leader election";
        return new Health(
                PartitionState.FAILED,
                what,
                "the topic's progress is removed with the command forget, which makes the flow copy it again, or the topic is"
                        + " excluded");
    }
}
