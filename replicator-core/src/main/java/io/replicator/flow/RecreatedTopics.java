package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.config.LossPolicy;
import io.replicator.offsets.SavedProgress;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics that were deleted and created again on the source. Where the flow continues by itself, the former topic's copy is
 * finished first, and the new one begins at its start, behind it. Control thread.
 */
final class RecreatedTopics {
    private static final Logger LOG = LoggerFactory.getLogger(RecreatedTopics.class);

    private final FlowConfig flow;
    private final GracefulRemovals removals;

    /** From where the new copies of partitions continue to count. */
    private final Map<TopicPartition, Counts> counts = new HashMap<>();

    private record Counts(long recreations, long gapRecords, long truncatedRecords) {}

    RecreatedTopics(FlowConfig flow, GracefulRemovals removals) {
        this.flow = flow;
        this.removals = removals;
    }

    /** Whether the flow continues with a topic that was recreated. */
    boolean continues() {
        return flow.sourceChanges().onRecreation() == LossPolicy.CONTINUE;
    }

    /** The health of a topic that was recreated on the source, when the flow does not continue with it. */
    static Health stopped(String topic, Uuid known, Uuid now) {
        return new Health(
                PartitionState.FAILED,
                "topic " + topic + " was deleted and created again on the source (id was " + known + ", is " + now
                        + "): to continue would mix two topics",
                "the flow's on-recreation is set to continue and the daemon is started again: the new topic then comes"
                        + " behind what was copied of the former; or the topic is excluded");
    }

    /**
     * Finishes the copy of a former topic.
     *
     * @return whether nothing of it is on its way any more, so that the new one may begin
     */
    boolean finish(Copy copy) {
        boolean isFinished = removals.remove(copy);
        if (!isFinished) {
            copy.partition().publishControlHealth(finishing(copy.partition()));
        }
        return isFinished;
    }

    private static Health finishing(Partition partition) {
        return new Health(
                PartitionState.WAITING,
                "topic " + partition.source().topic() + " was deleted and created again on the source: what was fetched"
                        + " of the former one is written first",
                "all of it is on the target");
    }

    /** Says that a copy ended with its topic, and what of that topic was not copied. */
    void ended(Partition former, Uuid now) {
        long lostRecords = Math.max(0, former.sourceEnd() - former.position());
        say(former.source(), former.sourceTopicId(), now, former.position());
        if (lostRecords > 0) {
            LOG.warn(
                    "lost on the source before they could be copied, with their topic: offsets {} to {} of {} flow={}"
                            + " records={}",
                    former.position(),
                    former.sourceEnd() - 1,
                    former,
                    flow.name(),
                    lostRecords);
        }
        counts.put(
                former.source(),
                new Counts(former.recreations() + 1, former.gapRecords() + lostRecords, former.truncatedRecords()));
    }

    /** The same for a topic that was recreated while the flow was stopped; nothing new where its copy ended here. */
    void found(SavedProgress former, Uuid now) {
        TopicPartition source = former.pair().source();
        if (!counts.containsKey(source)) {
            say(source, former.pair().sourceTopicId(), now, former.position());
            counts.put(source, new Counts(1, 0, 0));
        }
    }

    private void say(TopicPartition source, Uuid known, Uuid now, long position) {
        LOG.warn(
                "the topic of {} was deleted and created again on the source; the new one is copied from its start, behind"
                        + " what was copied of the former flow={} formerId={} id={} copiedUpTo={}",
                source,
                flow.name(),
                known,
                now,
                position);
    }

    /** A new copy continues to count where the former one stopped. */
    void begins(Partition partition) {
        Counts before = counts.remove(partition.source());
        if (before != null) {
            partition.continueCounts(before.recreations(), before.gapRecords(), before.truncatedRecords());
        }
    }
}
