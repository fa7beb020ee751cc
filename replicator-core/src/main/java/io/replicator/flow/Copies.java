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
    private final SourceLosses losses;
    private final Recreations recreations;
    private final InitialProgress initial;
    private final PartitionGroups groups;
    private final Map<TopicPartition, SavedProgress> saved;
    private final Map<TopicPartition, Copy> copies = new HashMap<>();

    /** Source topics of which something was copied, now or earlier. */
    private final Set<String> started = new HashSet<>();

    /** Partitions that are to begin where the configuration says, and whose source did not say where that is. */
    private final Set<TopicPartition> unstarted = new HashSet<>();

    private volatile List<Copy> published = List.of();
    private boolean firstPlan = true;

    Copies(FlowConfig flow, Lanes lanes, StartPositions positions, InitialProgress initial, SavedState saved) {
        this.flow = flow;
        this.lanes = lanes;
        this.positions = positions;
        this.losses = new SourceLosses(flow, lanes, positions);
        this.recreations = new Recreations(flow, lanes);
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
                forgetFormer(partition, topic);
                Copy copy = copies.get(partition);
                if (copy == null) {
                    fresh.put(partition, topic);
                } else {
                    follow(copy, topic);
                }
            }
        }
        followShrunk(plan.topics());
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
        if (isAnother(partition.targetTopicId(), topic.targetId())) {
            stop(copy, recreated(partition.targetTopic(), partition.targetTopicId(), topic.targetId()));
        } else if (isAnother(partition.sourceTopicId(), topic.sourceId())) {
            if (!recreations.goOn()) {
                String name = partition.source().topic();
                stop(copy, Recreations.stopped(name, partition.sourceTopicId(), topic.sourceId()));
            }
        } else if (copy.slot() >= 0) {
            partition.controlHealthIs(Health.RUNNING);
        }
    }

    /** A topic that was made anew with fewer partitions than it had: the copies of the others end, or say why they stop. */
    private void followShrunk(List<CopiedTopic> topics) {
        Map<String, CopiedTopic> byName = new HashMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        for (Copy copy : List.copyOf(copies.values())) {
            Partition partition = copy.partition();
            CopiedTopic topic = byName.get(partition.source().topic());
            if (topic != null
                    && partition.number() >= topic.partitions()
                    && isAnother(partition.sourceTopicId(), topic.sourceId())) {
                forgetFormer(partition.source(), topic);
                follow(copies.getOrDefault(partition.source(), copy), topic);
            }
        }
    }

    /** Where the flow goes on with topics that were made anew: forgets what it knows of the former, once that is written. */
    private void forgetFormer(TopicPartition source, CopiedTopic topic) {
        Copy copy = copies.get(source);
        SavedProgress progress = saved.get(source);
        if (!recreations.goOn()) {
            return;
        }
        if (copy != null) {
            Partition former = copy.partition();
            if (isAnother(former.sourceTopicId(), topic.sourceId())
                    && !isAnother(former.targetTopicId(), topic.targetId())
                    && recreations.isFinished(copy)) {
                recreations.ended(former, topic.sourceId());
                losses.forget(source);
                copies.remove(source);
                saved.remove(source);
            }
        } else if (progress != null
                && isAnother(progress.pair().sourceTopicId(), topic.sourceId())
                && !isAnother(progress.pair().targetTopicId(), topic.targetId())) {
            recreations.ended(source, progress.pair().sourceTopicId(), topic.sourceId(), progress.position());
            saved.remove(source);
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

    private static Health recreated(String topic, Uuid known, Uuid now) {
        return new Health(
                PartitionState.FAILED,
                "topic " + topic + " was deleted and created again on the target (id was " + known + ", is " + now
                        + "): what was copied before is gone",
                "the topic is excluded, or copied by a flow of another name, which begins anew");
    }

    /** Takes a copy from its lane for good; it stays listed, with the reason. */
    void stop(Copy copy, Health health) {
        copy.partition().controlHealthIs(health);
        if (copy.slot() >= 0) {
            lanes.lane(copy.lane()).remove(copy.slot());
            copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), -1));
        }
    }

    private void begin(Map<TopicPartition, CopiedTopic> fresh) throws InterruptedException {
        Map<TopicPartition, OffsetMap> beginnings = initial.saved(starts(fresh.keySet()), fresh, groups);
        fresh.keySet().removeIf(partition -> !saved.containsKey(partition) && !beginnings.containsKey(partition));
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
                (appeared && !unstarted.contains(partition) ? fromEarliest : asConfigured).add(partition);
            }
        }
        Map<TopicPartition, Long> starts = new HashMap<>();
        if (!asConfigured.isEmpty()) {
            starts.putAll(positions.of(asConfigured, flow.topics().start()));
            unstarted.addAll(asConfigured);
            unstarted.removeAll(starts.keySet());
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
        if (progress != null) {
            partition.leaderEpochsAre(progress.source().leaderEpochs());
        }
        recreations.begins(partition);
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
        partition.leaderEpochsAre(before.leaderEpochs());
        partition.countsOnFrom(before.recreations(), before.gapRecords(), before.truncatedRecords());
        return partition;
    }

    /** Finds where partitions go on whose source lost what was to be read, or what was read. */
    void resolveLosses() throws InterruptedException {
        List<Copy> served =
                copies.values().stream().filter(copy -> copy.slot() >= 0).toList();
        losses.resolve(served, this::fetchNoLonger);
        publish();
    }

    /** Nothing more of it is fetched; what was fetched is written and saved. It stays listed, with the reason. */
    private void fetchNoLonger(Copy copy, Health health) {
        copy.partition().controlHealthIs(health);
        lanes.lane(copy.lane()).fetchNoLonger(copy.slot());
        copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), -1));
    }

    private void publish() {
        List<Copy> sorted = new ArrayList<>(copies.values());
        sorted.sort(BY_NAME);
        published = List.copyOf(sorted);
    }
}
