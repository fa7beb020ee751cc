package io.replicator.flow;

import io.replicator.cluster.LogEnds;
import io.replicator.config.FlowConfig;
import io.replicator.config.LossPolicy;
import io.replicator.config.StartFrom;
import io.replicator.partition.Divergence;
import io.replicator.partition.Health;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about partitions whose source no longer has what was to be read next, or what was read before: retention
 * passed the position, or the log was truncated below it. Each is said once, counted, and handled as the flow's policy
 * says. Control thread.
 *
 * <p>A partition goes on, or stops, only when nothing of it is on its way any more; until then the fetcher finds the same
 * again, after a pause, and it is looked at again.
 */
final class SourceLosses {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLosses.class);
    private static final StartFrom EARLIEST = new StartFrom.Earliest();
    private static final StartFrom LATEST = new StartFrom.Latest();

    /** An election may show a log for a moment as it is not; after so many looks it is what it seems. */
    private static final int LOOKS_TO_BELIEVE = 5;

    private final FlowConfig flow;
    private final Lanes lanes;
    private final LogEnds positions;

    /** Up to which source offset losses were counted. */
    private final Map<TopicPartition, Long> gapsCountedTo = new HashMap<>();

    /** How often in a row an offset was refused that lies within the log. */
    private final Map<TopicPartition, Integer> contradictions = new HashMap<>();

    SourceLosses(FlowConfig flow, Lanes lanes, LogEnds positions) {
        this.flow = flow;
        this.lanes = lanes;
        this.positions = positions;
    }

    /** What becomes of a copy that must stop. */
    interface Stop {
        /** Nothing more of it is fetched; what was fetched is still written, and saved. */
        void stop(Copy copy, Health health);
    }

    /** Looks at what fetchers found, and goes on with each partition or stops it. */
    void resolve(Collection<Copy> served, Stop stop) throws InterruptedException {
        for (Copy copy : served) {
            if (copy.partition().divergence().isKnown()) {
                resolveDivergence(copy, copy.partition().divergence(), stop);
            }
        }
        List<Copy> outOfRange = served.stream()
                .filter(copy -> copy.partition().outOfRangeOffset() >= 0)
                .toList();
        if (outOfRange.isEmpty()) {
            return;
        }
        List<TopicPartition> partitions =
                outOfRange.stream().map(copy -> copy.partition().source()).toList();
        LogEnds.Found starts = positions.of(partitions, EARLIEST);
        LogEnds.Found ends = positions.of(partitions, LATEST);
        for (Copy copy : outOfRange) {
            TopicPartition source = copy.partition().source();
            if (starts.whyNot(source).or(() -> ends.whyNot(source)).isEmpty()) {
                resolveOutOfRange(copy, starts.offset(source), ends.offset(source), stop);
            }
        }
    }

    private void resolveDivergence(Copy copy, Divergence found, Stop stop) {
        Partition partition = copy.partition();
        long partsAt =
                Math.min(found.offset(), partition.leaderEpochs().partsAt(found.sourceEpoch(), found.sourceEnd()));
        if (flow.sourceChanges().onTruncation() == LossPolicy.STOP) {
            stop.stop(
                    copy,
                    truncated(
                            partition + ": the source's log was truncated at offset " + partsAt + " (its leader epoch "
                                    + found.sourceEpoch() + " ends at offset " + found.sourceEnd()
                                    + "), but was copied up to " + found.offset() + ", last of leader epoch "
                                    + found.epoch()));
        } else {
            rewind(copy, found.offset(), partsAt, "leader epoch " + found.epoch());
        }
        partition.publishDivergence(Divergence.NONE);
    }

    private void resolveOutOfRange(Copy copy, long start, long end, Stop stop) {
        Partition partition = copy.partition();
        long position = partition.outOfRangeOffset();
        if (position < start) {
            resolveGap(copy, position, start, stop);
        } else if (position > end) {
            resolveShorter(copy, position, end, stop);
        } else {
            resolveContradiction(copy, position, stop);
            return;
        }
        contradictions.remove(partition.source());
        partition.publishOutOfRange(-1);
    }

    private void resolveGap(Copy copy, long position, long start, Stop stop) {
        Partition partition = copy.partition();
        if (flow.sourceChanges().onGap() == LossPolicy.STOP) {
            stop.stop(
                    copy,
                    new Health(
                            PartitionState.FAILED,
                            partition + ": offsets " + position + " to " + (start - 1)
                                    + " were deleted on the source before they could be copied, " + (start - position)
                                    + " in all",
                            "the flow's on-gap is set to continue and the daemon is started again: it then goes on at"
                                    + " the first offset that is left"));
        } else {
            countGap(partition, position, start);
            lanes.lane(copy.lane()).skip(copy.laneIndex(), position, start);
        }
    }

    /** Says and counts what was lost, once, however often the same offset is asked for. */
    private void countGap(Partition partition, long position, long start) {
        long from = Math.max(position, gapsCountedTo.getOrDefault(partition.source(), position));
        if (from >= start) {
            return;
        }
        LOG.warn(
                "lost on the source before they could be copied: offsets {} to {} of {} flow={} records={}",
                from,
                start - 1,
                partition,
                flow.name(),
                start - from);
        partition.addGap(start - from);
        gapsCountedTo.put(partition.source(), start);
    }

    /** Brokers before 2.7 do not tell where logs part, and old formats have no epochs: the end is all there is to see. */
    private void resolveShorter(Copy copy, long position, long end, Stop stop) {
        if (flow.sourceChanges().onTruncation() == LossPolicy.STOP) {
            stop.stop(
                    copy,
                    truncated(copy.partition() + ": the source ends at offset " + end + ", but was copied up to "
                            + position + ": its log was truncated"));
        } else {
            rewind(copy, position, end, "no known leader epoch");
        }
    }

    private void resolveContradiction(Copy copy, long position, Stop stop) {
        Partition partition = copy.partition();
        int looks = contradictions.merge(partition.source(), 1, Integer::sum);
        int epoch = partition.leaderEpochs().before(position);
        if (looks >= LOOKS_TO_BELIEVE && epoch != LeaderEpochs.UNKNOWN) {
            contradictions.remove(partition.source());
            stop.stop(
                    copy,
                    new Health(
                            PartitionState.FAILED,
                            partition + ": the source does not know leader epoch " + epoch
                                    + ", with which the record before offset " + position
                                    + " was read: its log is another one, as after a restore",
                            "the copy was checked with verify and the topic is copied by a flow of another name"));
        }
        partition.publishOutOfRange(-1);
    }

    private static Health truncated(String what) {
        return new Health(
                PartitionState.FAILED,
                what + ", as by an unclean leader election",
                "the flow's on-truncation is set to continue and the daemon is started again: what the source has now is"
                        + " then copied behind what it lost");
    }

    private void rewind(Copy copy, long from, long partsAt, String epoch) {
        Partition partition = copy.partition();
        lanes.lane(copy.lane())
                .rewind(
                        copy.laneIndex(),
                        from,
                        partsAt,
                        lostRecords -> LOG.warn(
                                "truncated on the source after they had been copied: offsets {} to {} of {} ({}); the"
                                        + " target keeps them, and what the source has in their place is copied behind"
                                        + " them flow={} records={}",
                                partsAt,
                                from - 1,
                                partition,
                                epoch,
                                flow.name(),
                                lostRecords));
    }

    /** A topic was made anew on the source: nothing that is known of its partition holds. */
    void forget(TopicPartition source) {
        gapsCountedTo.remove(source);
        contradictions.remove(source);
    }
}
