package io.replicator.flow;

import io.replicator.cluster.LogEnds;
import io.replicator.config.StartFrom;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Target partitions that no longer have what was acknowledged there: their log ends below it, or begins above it. A write
 * would show the first, and only until somebody else has written as much; a partition without anything to copy shows
 * neither. So all are looked at now and then, with a request or two for each broker. Control thread.
 */
final class TargetLosses {
    private static final StartFrom EARLIEST = new StartFrom.Earliest();
    private static final StartFrom LATEST = new StartFrom.Latest();

    private static final String RESUMES =
            "the topic's progress is removed with the command forget, which makes the flow copy it anew, or the topic is"
                    + " copied by a flow of another name; verify says what the copy lacks";

    private final String cluster;
    private final LogEnds target;

    /** What looked wrong the last time: a leader that was just elected may not know all yet. */
    private Set<TopicPartition> suspects = new HashSet<>();

    TargetLosses(String cluster, LogEnds target) {
        this.cluster = cluster;
        this.target = target;
    }

    /** Is told where a target partition ends that has more than is known of it. */
    interface Ends {
        void endsAt(Copy copy, long offset);
    }

    /** Looks at all copies, and stops those whose target has lost records at two looks in a row. */
    void look(Collection<Copy> copies, Ends known, SourceLosses.Stop stop) throws InterruptedException {
        Map<TopicPartition, Copy> byTarget = new HashMap<>();
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Copy copy : copies) {
            Partition partition = copy.partition();
            if (copy.laneIndex() >= 0 && Math.max(partition.targetEnd(), partition.targetKnownTo()) >= 0) {
                TopicPartition place = new TopicPartition(partition.targetTopic(), partition.number());
                byTarget.put(place, copy);
                // Before the target is asked: what is acknowledged meanwhile must not look as if it were missing.
                ends.put(place, partition.targetEnd());
            }
        }
        if (byTarget.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> logStarts = target.of(ends.keySet(), EARLIEST).offsets();
        Map<TopicPartition, Long> logEnds = target.of(ends.keySet(), LATEST).offsets();
        Set<TopicPartition> found = new HashSet<>();
        ends.forEach((place, end) -> {
            long logStart = logStarts.getOrDefault(place, 0L);
            long logEnd = logEnds.getOrDefault(place, Long.MAX_VALUE);
            Copy copy = byTarget.get(place);
            copy.partition().publishTargetStart(logStart);
            long knownTo = Math.max(end, copy.partition().targetKnownTo());
            if (end >= 0 && (logEnd < end || logStart > knownTo)) {
                found.add(place);
                if (suspects.contains(place)) {
                    stop.stop(copy, logEnd < end ? truncated(place, end, logEnd) : deleted(place, knownTo, logStart));
                }
            } else if (logEnd > knownTo && logEnd < Long.MAX_VALUE) {
                known.endsAt(copy, logEnd);
            }
        });
        suspects = found;
    }

    private Health truncated(TopicPartition place, long end, long logEnd) {
        return new Health(
                PartitionState.FAILED,
                "target partition " + place + " on " + cluster + " ends at offset " + logEnd + ", but records up to "
                        + end + " were acknowledged: it lost them, as by an unclean leader election",
                RESUMES);
    }

    private Health deleted(TopicPartition place, long knownTo, long logStart) {
        return new Health(
                PartitionState.FAILED,
                "target partition " + place + " on " + cluster + " begins at offset " + logStart
                        + ", above all that was copied, which ends at " + knownTo + ": records were deleted there",
                RESUMES);
    }

    /** Whether another look should follow soon. */
    boolean suspectsSomething() {
        return !suspects.isEmpty();
    }
}
