package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedState;
import io.replicator.partition.Health;
import io.replicator.partition.Partition;
import io.replicator.partition.PartitionState;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that the flow copies, brought in line with each new plan: new ones begin where they stopped or where the
 * configuration says, those whose topic went away end, those whose topic is another one now stop. Control thread; the
 * list of copies is read by whoever reports.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final StartFrom EARLIEST = new StartFrom.Earliest();
    private static final Comparator<Copy> BY_NAME = Comparator.<Copy, String>comparing(
                    copy -> copy.partition().source().topic())
            .thenComparing(copy -> copy.partition().number());

    private final FlowConfig flow;
    private final Lanes lanes;
    private final StartPositions positions;
    private final InitialProgress initial;
    private final PartitionGroups groups;
    private final Map<TopicPartition, SavedProgress> saved;
    private final Map<TopicPartition, Copy> copies = new HashMap<>();

    /** Source topics of which something was copied, now or earlier. */
    private final Set<String> started = new HashSet<>();

    /** Up to which source offset losses were counted. */
    private final Map<TopicPartition, Long> gapsCountedTo = new HashMap<>();

    private volatile List<Copy> published = List.of();
    private boolean firstPlan = true;

    Copies(FlowConfig flow, Lanes lanes, StartPositions positions, InitialProgress initial, SavedState saved) {
        this.flow = flow;
        this.lanes = lanes;
        this.positions = positions;
        this.initial = initial;
        this.groups = new PartitionGroups(flow.partitionGroups());
        this.saved = new HashMap<>(saved.partitions());
        this.saved.keySet().forEach(partition -> started.add(partition.topic()));
    }

    /** Source topics of which something was copied, now or earlier. */
    Set<String> started() {
        return Set.copyOf(started);
    }

    /** Every copy, ordered by topic and number. Any thread. */
    List<Copy> all() {
        return published;
    }

    /** Brings the copies in line with what can be copied now. */
    void follow(TopicsPlan plan) throws InterruptedException {
        Set<String> named = new HashSet<>();
        Map<TopicPartition, CopiedTopic> fresh = new HashMap<>();
        for (CopiedTopic topic : plan.topics()) {
            named.add(topic.name());
            for (int number = 0; number < topic.partitions(); number++) {
                TopicPartition partition = new TopicPartition(topic.name(), number);
                Copy copy = copies.get(partition);
                if (copy == null) {
                    fresh.put(partition, topic);
                } else {
                    follow(copy, topic);
                }
            }
        }
        plan.problems().forEach(problem -> {
            named.add(problem.topic());
            tell(problem);
        });
        begin(fresh);
        endAllBut(named);
        firstPlan = false;
        publish();
    }

    private void follow(Copy copy, CopiedTopic topic) {
        Partition partition = copy.partition();
        partition.targetMaxBatchBytesIs(topic.targetMaxMessageBytes());
        if (isAnother(partition.sourceTopicId(), topic.sourceId())) {
            stop(copy, recreated("source", partition.source().topic(), partition.sourceTopicId(), topic.sourceId()));
        } else if (isAnother(partition.targetTopicId(), topic.targetId())) {
            stop(copy, recreated("target", partition.targetTopic(), partition.targetTopicId(), topic.targetId()));
        } else if (copy.slot() >= 0) {
            partition.controlHealthIs(Health.RUNNING);
        }
    }

    private void tell(TopicProblem problem) {
        Health health = new Health(PartitionState.WAITING, problem.reason(), problem.resumesWhen());
        copies.values().stream()
                .filter(copy -> copy.partition().source().topic().equals(problem.topic()))
                .forEach(copy -> copy.partition().controlHealthIs(health));
    }

    private static boolean isAnother(Uuid known, Uuid now) {
        return !known.equals(Uuid.ZERO_UUID) && !now.equals(Uuid.ZERO_UUID) && !known.equals(now);
    }

    private static Health recreated(String side, String topic, Uuid known, Uuid now) {
        return new Health(
                PartitionState.FAILED,
                "topic " + topic + " was deleted and created again on the " + side + " (id was " + known + ", is " + now
                        + "): going on would mix two topics",
                "the topic is excluded, or copied by a flow of another name, which begins anew");
    }

    /** Takes a copy from its lane for good; it stays listed, with the reason. */
    private void stop(Copy copy, Health health) {
        copy.partition().controlHealthIs(health);
        if (copy.slot() >= 0) {
            lanes.lane(copy.lane()).remove(copy.slot());
            copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), -1));
        }
    }

    private void begin(Map<TopicPartition, CopiedTopic> fresh) throws InterruptedException {
        Map<TopicPartition, OffsetMap> beginnings = initial.saved(starts(fresh.keySet()), fresh, groups);
        new TreeMap<>(byName(fresh))
                .values()
                .forEach(partition -> begin(partition, fresh.get(partition), beginnings.get(partition)));
        fresh.keySet().forEach(partition -> started.add(partition.topic()));
        if (!fresh.isEmpty()) {
            LOG.info(
                    "copying flow={} newPartitions={} partitions={} topics={}",
                    flow.name(),
                    fresh.size(),
                    copies.size(),
                    started.size());
        }
    }

    private static Map<String, TopicPartition> byName(Map<TopicPartition, CopiedTopic> fresh) {
        Map<String, TopicPartition> byName = new HashMap<>();
        fresh.keySet()
                .forEach(partition ->
                        byName.put(String.format("%s-%09d", partition.topic(), partition.partition()), partition));
        return byName;
    }

    private Map<TopicPartition, Long> starts(Collection<TopicPartition> fresh) throws InterruptedException {
        List<TopicPartition> asConfigured = new ArrayList<>();
        List<TopicPartition> fromEarliest = new ArrayList<>();
        for (TopicPartition partition : fresh) {
            if (!saved.containsKey(partition)) {
                // What appears while the flow runs is copied whole, or records written before it was seen were lost.
                boolean appeared = !firstPlan || started.contains(partition.topic());
                (appeared ? fromEarliest : asConfigured).add(partition);
            }
        }
        Map<TopicPartition, Long> starts = new HashMap<>();
        if (!asConfigured.isEmpty()) {
            starts.putAll(positions.of(asConfigured, flow.topics().start()));
        }
        if (!fromEarliest.isEmpty()) {
            starts.putAll(positions.of(fromEarliest, EARLIEST));
        }
        return starts;
    }

    private void begin(TopicPartition source, CopiedTopic topic, OffsetMap beginning) {
        SavedProgress progress = saved.get(source);
        OffsetMap map = progress == null ? beginning : progress.toOffsetMap();
        int group = groups.of(source);
        Partition partition = new Partition(
                source,
                progress == null ? topic.sourceId() : progress.pair().sourceTopicId(),
                topic.targetName(),
                progress == null ? topic.targetId() : progress.pair().targetTopicId(),
                group,
                map.position(),
                map.targetEnd(),
                topic.targetMaxMessageBytes());
        Copy copy = new Copy(partition, map, group % lanes.count(), -1);
        copies.put(source, copy);
        if (isAnother(partition.sourceTopicId(), topic.sourceId())
                || isAnother(partition.targetTopicId(), topic.targetId())) {
            follow(copy, topic);
        } else {
            serve(copy);
        }
    }

    private void serve(Copy copy) {
        int slot = lanes.nextSlot(copy.lane());
        lanes.lane(copy.lane()).add(slot, copy.partition(), copy.map());
        copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), slot));
    }

    private void endAllBut(Set<String> named) {
        List<Copy> gone = copies.values().stream()
                .filter(copy -> !named.contains(copy.partition().source().topic()))
                .toList();
        Set<String> topics = new HashSet<>();
        for (Copy copy : gone) {
            if (copy.slot() >= 0) {
                lanes.lane(copy.lane()).remove(copy.slot());
            }
            copies.remove(copy.partition().source());
            topics.add(copy.partition().source().topic());
        }
        if (!topics.isEmpty()) {
            LOG.warn(
                    "topics are no longer on the source, or DESCRIBE on them is denied; their copies stay as they are flow={} topics={}",
                    flow.name(),
                    topics);
        }
    }

    /** After a lane was replaced: its partitions go on where their maps end. */
    void reassign(int lane) {
        for (Copy copy : List.copyOf(copies.values())) {
            if (copy.lane() == lane && copy.slot() >= 0) {
                // What the dead lane had handed out to be saved died with it.
                copy.map().handOutAnew();
                serve(new Copy(continued(copy), copy.map(), lane, -1));
            }
        }
        publish();
    }

    private static Partition continued(Copy copy) {
        Partition before = copy.partition();
        Partition partition = new Partition(
                before.source(),
                before.sourceTopicId(),
                before.targetTopic(),
                before.targetTopicId(),
                before.group(),
                copy.map().position(),
                copy.map().targetEnd(),
                before.targetMaxBatchBytes());
        partition.sourceIs(before.sourceStart(), before.sourceEnd());
        return partition;
    }

    /** Finds where partitions go on whose position the source does not have. */
    void resolveOutOfRange() throws InterruptedException {
        List<Copy> outOfRange = copies.values().stream()
                .filter(copy -> copy.slot() >= 0 && copy.partition().outOfRangeOffset() >= 0)
                .toList();
        if (outOfRange.isEmpty()) {
            return;
        }
        List<TopicPartition> partitions =
                outOfRange.stream().map(copy -> copy.partition().source()).toList();
        Map<TopicPartition, Long> starts = positions.of(partitions, EARLIEST);
        Map<TopicPartition, Long> ends = positions.of(partitions, new StartFrom.Latest());
        for (Copy copy : outOfRange) {
            TopicPartition source = copy.partition().source();
            resolve(copy, starts.get(source), ends.get(source));
        }
        publish();
    }

    private void resolve(Copy copy, long start, long end) {
        Partition partition = copy.partition();
        long position = partition.outOfRangeOffset();
        if (position < start) {
            countGap(partition, position, start);
            lanes.lane(copy.lane()).skip(copy.slot(), start);
        } else if (position > end) {
            stop(copy, truncated(partition, position, end));
        }
        partition.outOfRangeIs(-1);
    }

    /**
     * Says and counts what was lost, once: a partition skips it when nothing of it is on its way any more, and until then
     * asks for the same offset again and again.
     */
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
        partition.gapOf(start - from);
        gapsCountedTo.put(partition.source(), start);
    }

    private static Health truncated(Partition partition, long position, long end) {
        return new Health(
                PartitionState.FAILED,
                partition + ": the source ends at offset " + end + ", but was copied up to " + position
                        + ": its log was truncated, as by an unclean leader election",
                "the copy was checked with verify and the topic is copied by a flow of another name");
    }

    private void publish() {
        List<Copy> sorted = new ArrayList<>(copies.values());
        sorted.sort(BY_NAME);
        published = List.copyOf(sorted);
    }
}
