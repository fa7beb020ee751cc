package io.replicator.flow;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.topics.TopicsPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Target partitions that no longer have what was acknowledged there: their log ends below it, or begins above it. A write
 * would show the first, and only until somebody else has written as much; a partition without anything to copy shows
 * neither. So all are looked at now and then, with a request or two for each broker. Control thread.
 */
final class TargetLosses implements ControlTask, Planning.FollowUp {
    private static final Logger LOG = LoggerFactory.getLogger(TargetLosses.class);

    private static final String RESUMES =
            "the topic's progress is removed with the command forget, which makes the flow copy it again, or the topic is"
                    + " copied by a flow of another name; verify says what the copy lacks";

    /** Of a partition that nobody leads now: as if nothing were wrong. */
    private static final LogBounds UNKNOWN = new LogBounds(0, Long.MAX_VALUE);

    /** The target is looked at this seldom, in plans; after each one while something looks wrong. */
    private static final int PLANS_PER_LOOK = 6;

    private final Lanes lanes;
    private final Copies copies;
    private final Cluster target;
    private final CallQueue clusters;

    /** What looked wrong the last time: a leader that was just elected may not know all yet. */
    private Set<TopicPartition> suspects = new HashSet<>();

    private int plans;
    private final PlannedLook look = new PlannedLook();

    /** A copy, and where its target ended as far as was acknowledged when the target was asked. */
    private record Asked(Copy copy, long end) {}

    /**
     * @param target used by calls alone
     */
    TargetLosses(Lanes lanes, Copies copies, Cluster target, CallQueue clusters) {
        this.lanes = lanes;
        this.copies = copies;
        this.target = target;
        this.clusters = clusters;
    }

    @Override
    public String name() {
        return "target losses";
    }

    @Override
    public void followed(TopicsPlan plan) {
        plans++;
        if (plans % PLANS_PER_LOOK == 0 || !suspects.isEmpty()) {
            look.want();
        }
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return look.dueInNanos();
    }

    /** Looks at all copies, and stops those whose target has lost records at two looks in a row. */
    @Override
    public int turn(long nowNanos) {
        look.begin();
        Map<TopicPartition, Asked> asked = new HashMap<>();
        for (Copy copy : copies.served()) {
            Partition partition = copy.partition();
            if (Math.max(partition.targetEnd(), partition.targetKnownTo()) >= 0) {
                // Before the target is asked: what is acknowledged meanwhile must not look as if it were missing.
                asked.put(
                        new TopicPartition(partition.targetTopic(), partition.number()),
                        new Asked(copy, partition.targetEnd()));
            }
        }
        if (!asked.isEmpty()) {
            Set<TopicPartition> places = Set.copyOf(asked.keySet());
            clusters.ask(
                    "where the target begins and ends",
                    now -> target.bounds(places, Isolation.READ_UNCOMMITTED),
                    look.asking((outcome, now) -> judge(asked, outcome)));
        }
        return 1;
    }

    private void judge(Map<TopicPartition, Asked> asked, Outcome<Answers<TopicPartition, LogBounds>> outcome) {
        Map<TopicPartition, LogBounds> bounds;
        try {
            bounds = outcome.orThrow().found();
        } catch (UnavailableException failure) {
            LOG.debug("the target does not say where it ends; asked again cluster={}", target.name(), failure);
            return;
        }
        Set<TopicPartition> found = new HashSet<>();
        asked.forEach((place, each) -> {
            LogBounds log = bounds.getOrDefault(place, UNKNOWN);
            if (copies.has(each.copy()) && hasLost(place, each, log)) {
                found.add(place);
            }
        });
        suspects = found;
        copies.publish();
    }

    private boolean hasLost(TopicPartition place, Asked asked, LogBounds log) {
        long logStart = log.start();
        long logEnd = log.end();
        Copy copy = asked.copy();
        copy.partition().publishTargetStart(logStart);
        long end = asked.end();
        long knownTo = Math.max(end, copy.partition().targetKnownTo());
        if (end >= 0 && (logEnd < end || logStart > knownTo)) {
            if (suspects.contains(place)) {
                copies.stop(copy, logEnd < end ? truncated(place, end, logEnd) : deleted(place, knownTo, logStart));
            }
            return true;
        }
        if (logEnd > knownTo && logEnd < Long.MAX_VALUE) {
            copy.targetEndsAt(lanes, logEnd);
        }
        return false;
    }

    private Health truncated(TopicPartition place, long end, long logEnd) {
        return new Health(
                PartitionState.FAILED,
                "target partition " + place + " on " + target.name() + " ends at offset " + logEnd
                        + ", but records up to " + end
                        + " were acknowledged: it lost them, as by an unclean leader election",
                RESUMES);
    }

    private Health deleted(TopicPartition place, long knownTo, long logStart) {
        return new Health(
                PartitionState.FAILED,
                "target partition " + place + " on " + target.name() + " begins at offset " + logStart
                        + ", above all that was copied, which ends at " + knownTo + ": records were deleted there",
                RESUMES);
    }
}
