package io.replicator.flow;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.LogBounds;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.LossPolicy;
import io.replicator.partition.Divergence;
import io.replicator.partition.Health;
import io.replicator.partition.LeaderEpochs;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.topics.TopicsPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about partitions whose source no longer has what was to be read next, or what was read before: retention
 * passed the position, or the log was truncated below it. Each is logged once, counted, and handled as the flow's policy
 * says. After each plan. Control thread.
 *
 * <p>A partition continues, or stops, only when nothing of it is on its way any more; until then the fetcher finds the same
 * again, after a pause, and it is looked at again.
 */
final class SourceLosses implements ControlTask, Planning.FollowUp {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLosses.class);

    /** An election may show a log for a moment as it is not; after so many looks it is what it seems. */
    private static final int LOOKS_TO_BELIEVE = 5;

    private final FlowConfig flow;
    private final Lanes lanes;
    private final Copies copies;
    private final GracefulRemovals removals;
    private final Cluster source;
    private final CallQueue clusters;

    /** Up to which source offset losses were counted. */
    private final Map<Log, Long> gapsCountedTo = new HashMap<>();

    /** How often in a row an offset was refused that lies within the log. */
    private final Map<Log, Integer> contradictions = new HashMap<>();

    private final PlannedLook look = new PlannedLook();

    /** A partition as long as its topic is not recreated. */
    private record Log(TopicPartition source, Uuid topicId) {
        static Log of(Partition partition) {
            return new Log(partition.source(), partition.sourceTopicId());
        }
    }

    /** A copy whose fetcher was refused an offset. */
    private record OutOfRange(Copy copy, long offset) {
        static OutOfRange of(Copy copy) {
            return new OutOfRange(copy, copy.partition().outOfRangeOffset());
        }

        TopicPartition source() {
            return copy.partition().source();
        }
    }

    /**
     * @param source used by calls alone
     */
    SourceLosses(
            FlowConfig flow,
            Lanes lanes,
            Copies copies,
            GracefulRemovals removals,
            Cluster source,
            CallQueue clusters) {
        this.flow = flow;
        this.lanes = lanes;
        this.copies = copies;
        this.removals = removals;
        this.source = source;
        this.clusters = clusters;
    }

    @Override
    public String name() {
        return "source losses";
    }

    @Override
    public void followed(TopicsPlan plan) {
        look.want();
    }

    @Override
    public long dueInNanos(long nowNanos) {
        return look.dueInNanos();
    }

    /** Looks at what fetchers found, and lets each partition continue or stops it. */
    @Override
    public int turn(long nowNanos) {
        look.begin();
        removals.continueAll();
        forgetEnded();
        List<Copy> served = copies.served();
        for (Copy copy : served) {
            if (copy.partition().divergence().isKnown()) {
                resolveDivergence(copy, copy.partition().divergence());
            }
        }
        List<OutOfRange> outOfRange = served.stream()
                .map(OutOfRange::of)
                .filter(each -> each.offset() >= 0)
                .toList();
        if (!outOfRange.isEmpty()) {
            List<TopicPartition> partitions =
                    outOfRange.stream().map(OutOfRange::source).toList();
            clusters.ask(
                    "where the source begins and ends",
                    now -> source.bounds(partitions, Isolation.READ_UNCOMMITTED),
                    look.asking((outcome, now) -> resolve(outOfRange, outcome)));
        }
        copies.publish();
        return 1;
    }

    /** What is known of partitions that are not copied any more. */
    private void forgetEnded() {
        Set<Log> copied =
                copies.all().stream().map(copy -> Log.of(copy.partition())).collect(Collectors.toSet());
        gapsCountedTo.keySet().retainAll(copied);
        contradictions.keySet().retainAll(copied);
    }

    private void resolve(List<OutOfRange> asked, Outcome<Answers<TopicPartition, LogBounds>> outcome) {
        Answers<TopicPartition, LogBounds> found;
        try {
            found = outcome.orThrow();
        } catch (UnavailableException failure) {
            LOG.debug("the source does not say where it begins; asked again flow={}", flow.name(), failure);
            return;
        }
        for (OutOfRange each : asked) {
            LogBounds bounds = found.found().get(each.source());
            // A copy that ended or continued since is left alone.
            if (bounds != null
                    && copies.has(each.copy())
                    && OutOfRange.of(each.copy()).equals(each)) {
                resolveOutOfRange(each.copy(), bounds.start(), bounds.end());
            }
        }
        copies.publish();
    }

    private void resolveDivergence(Copy copy, Divergence found) {
        Partition partition = copy.partition();
        long partsAt =
                Math.min(found.offset(), partition.leaderEpochs().differsFrom(found.sourceEpoch(), found.sourceEnd()));
        if (flow.sourceChanges().onTruncation() == LossPolicy.STOP) {
            copies.fetchNoLonger(
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

    private void resolveOutOfRange(Copy copy, long start, long end) {
        Partition partition = copy.partition();
        long position = partition.outOfRangeOffset();
        if (position < start) {
            resolveGap(copy, position, start);
        } else if (position > end) {
            resolveShorter(copy, position, end);
        } else {
            resolveContradiction(copy, position);
            return;
        }
        contradictions.remove(Log.of(partition));
        partition.publishOutOfRange(-1);
    }

    private void resolveGap(Copy copy, long position, long start) {
        Partition partition = copy.partition();
        if (flow.sourceChanges().onGap() == LossPolicy.STOP) {
            copies.fetchNoLonger(
                    copy,
                    new Health(
                            PartitionState.FAILED,
                            partition + ": offsets " + position + " to " + (start - 1)
                                    + " were deleted on the source before they could be copied, " + (start - position)
                                    + " in all",
                            "the flow's on-gap is set to continue and the daemon is started again: it then continues at"
                                    + " the first offset that is left"));
        } else {
            countGap(partition, position, start);
            copy.skip(lanes, position, start);
        }
    }

    /** Logs and counts what was lost, once, however often the same offset is asked for. */
    private void countGap(Partition partition, long position, long start) {
        long from = Math.max(position, gapsCountedTo.getOrDefault(Log.of(partition), position));
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
        gapsCountedTo.put(Log.of(partition), start);
    }

    /** Brokers before 2.7 do not tell where logs part, and old formats have no epochs: the end is all there is to see. */
    private void resolveShorter(Copy copy, long position, long end) {
        if (flow.sourceChanges().onTruncation() == LossPolicy.STOP) {
            copies.fetchNoLonger(
                    copy,
                    truncated(copy.partition() + ": the source ends at offset " + end + ", but was copied up to "
                            + position + ": its log was truncated"));
        } else {
            rewind(copy, position, end, "no known leader epoch");
        }
    }

    private void resolveContradiction(Copy copy, long position) {
        Partition partition = copy.partition();
        int looks = contradictions.merge(Log.of(partition), 1, Integer::sum);
        int epoch = partition.leaderEpochs().before(position);
        if (looks >= LOOKS_TO_BELIEVE && epoch != LeaderEpochs.UNKNOWN) {
            contradictions.remove(Log.of(partition));
            copies.fetchNoLonger(
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
        copy.rewind(
                lanes,
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
}
