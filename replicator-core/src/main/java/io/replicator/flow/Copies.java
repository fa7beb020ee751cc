package io.replicator.flow;

import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this instance copies, those of the shards it serves, brought in line with each new plan: those whose
 * topic went away end, those whose topic is another one now stop, and those that are missing are for {@link PartitionStarts}
 * to begin. Control thread.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);

    private static final Comparator<Copy> BY_NAME = Comparator.<Copy, String>comparing(
                    copy -> copy.partition().source().topic())
            .thenComparing(copy -> copy.partition().number());

    private final FlowConfig flow;
    private final Lanes lanes;
    private final FlowCondition condition;
    private final Shards shards;
    private final GracefulRemovals removals;
    private final RecreatedTopics recreations;
    private final Map<TopicPartition, Copy> copies = new HashMap<>();

    /** The shards whose partitions are copied here. */
    private final ShardTerms terms;

    /** What is to be copied, by source topic; nothing before the first plan. */
    private final Map<String, CopiedTopic> planned = new HashMap<>();

    /** Source topics of which something was copied, now or earlier, and where on the target. */
    private final Map<String, String> started = new HashMap<>();

    /** The topic ids of partitions of which a beginning is being saved. */
    private final Map<TopicPartition, Uuid> beginning = new HashMap<>();

    private boolean isEnding;

    Copies(
            FlowConfig flow,
            Lanes lanes,
            GracefulRemovals removals,
            RecreatedTopics recreations,
            FlowCondition condition) {
        this.flow = flow;
        this.lanes = lanes;
        this.removals = removals;
        this.recreations = recreations;
        this.condition = condition;
        this.shards = new Shards(flow.shards());
        this.terms = new ShardTerms(flow.shards());
    }

    /** In which terms shards are served, for calls that check whether they are still wanted. */
    ShardTerms terms() {
        return terms;
    }

    /** Source topics of which something was copied by this instance; and where on the target. */
    Map<String, String> started() {
        return Map.copyOf(started);
    }

    /** Whether the partitions of a shard are copied here, so that their progress may be saved here. */
    boolean serves(int shard) {
        return terms.has(shard);
    }

    /** The shards whose partitions are copied here. */
    Set<Integer> servedShards() {
        return IntStream.range(0, flow.shards()).filter(terms::has).boxed().collect(Collectors.toSet());
    }

    /** Copies the partitions of more shards from now on; each has a place in a lane. */
    void serve(Collection<Integer> more) {
        more.stream().filter(shard -> !terms.has(shard)).forEach(terms::begin);
    }

    /** The shard's partitions are copied here no more; its lane was told. */
    void drop(int shard) {
        terms.end(shard);
        copies.values().removeIf(copy -> copy.partition().shard() == shard);
        publish();
    }

    /** The shard's partitions are copied here no more, but stay listed with the reason. Its lane was told. */
    void park(int shard, Health health) {
        terms.end(shard);
        copies.replaceAll((partition, copy) -> copy.partition().shard() == shard ? parked(copy, health) : copy);
        publish();
    }

    private static Copy parked(Copy copy, Health health) {
        copy.partition().publishControlHealth(health);
        return copy.withoutLane();
    }

    /** Every copy, ordered by topic and number. */
    List<Copy> all() {
        return condition.copies();
    }

    /** Whether a copy is still as it was: not ended, replaced, or taken from its lane since. */
    boolean has(Copy copy) {
        return copy.equals(copies.get(copy.partition().source()));
    }

    /** Partitions of the plan and of served shards that nothing copies. */
    List<MissingPartition> missing() {
        List<MissingPartition> missing = new ArrayList<>();
        for (CopiedTopic topic : planned.values()) {
            for (int number = 0; number < topic.partitions(); number++) {
                TopicPartition source = new TopicPartition(topic.name(), number);
                int shard = shards.of(source);
                if (terms.has(shard) && !copies.containsKey(source)) {
                    missing.add(new MissingPartition(source, topic, shard, terms.of(shard)));
                }
            }
        }
        return missing;
    }

    /** Whether a partition that was missing some time ago is to begin as it was then. */
    boolean isStillMissing(MissingPartition partition) {
        CopiedTopic topic = planned.get(partition.topic().name());
        return terms.isCurrent(partition.shard(), partition.term())
                && !copies.containsKey(partition.source())
                && topic != null
                && partition.source().partition() < topic.partitions()
                && topic.targetName().equals(partition.topic().targetName())
                && topic.sourceId().equals(partition.topic().sourceId())
                && topic.targetId().equals(partition.topic().targetId());
    }

    /** Brings the copies in line with what can be copied now. */
    void follow(TopicsPlan plan) {
        planned.clear();
        Set<String> named = new HashSet<>();
        for (CopiedTopic topic : plan.topics()) {
            named.add(topic.name());
            planned.put(topic.name(), topic);
            for (int number = 0; number < topic.partitions(); number++) {
                TopicPartition partition = new TopicPartition(topic.name(), number);
                endFormer(partition, topic);
                Copy copy = copies.get(partition);
                if (copy != null) {
                    follow(copy, topic);
                }
            }
        }
        followShrunk();
        plan.problems().forEach(problem -> {
            named.add(problem.topic());
            tell(problem);
        });
        endAllBut(named);
        publish();
    }

    private void follow(Copy copy, CopiedTopic topic) {
        Partition partition = copy.partition();
        partition.publishTargetMaxBatchBytes(topic.targetMaxMessageBytes());
        if (isAnother(partition.targetTopicId(), topic.targetId())) {
            stop(copy, recreated(partition.targetTopic(), partition.targetTopicId(), topic.targetId()));
        } else if (isAnother(partition.sourceTopicId(), topic.sourceId())) {
            if (!recreations.continues()) {
                String name = partition.source().topic();
                stop(copy, RecreatedTopics.stopped(name, partition.sourceTopicId(), topic.sourceId()));
            }
        } else if (copy.isServed()) {
            partition.publishControlHealth(Health.RUNNING);
        }
    }

    /** A topic that was recreated with fewer partitions than it had: the copies of the others end, or say why they stop. */
    private void followShrunk() {
        for (Copy copy : List.copyOf(copies.values())) {
            Partition partition = copy.partition();
            CopiedTopic topic = planned.get(partition.source().topic());
            if (topic != null
                    && partition.number() >= topic.partitions()
                    && isAnother(partition.sourceTopicId(), topic.sourceId())) {
                endFormer(partition.source(), topic);
                follow(copy, topic);
            }
        }
    }

    /** Ends the copy of a topic that was recreated, once all that was fetched of it is written, if the flow continues. */
    private void endFormer(TopicPartition source, CopiedTopic topic) {
        Copy copy = copies.get(source);
        if (copy != null && recreations.continues()) {
            Partition former = copy.partition();
            if (isAnother(former.sourceTopicId(), topic.sourceId())
                    && !isAnother(former.targetTopicId(), topic.targetId())
                    && recreations.finish(copy)) {
                recreations.ended(former, topic.sourceId());
                copies.remove(source);
            }
        }
    }

    /** Whether saved progress is of a former topic of the same name, from which the flow continues. */
    boolean isFormer(SavedProgress progress, CopiedTopic topic) {
        return recreations.continues()
                && isAnother(progress.pair().sourceTopicId(), topic.sourceId())
                && !isAnother(progress.pair().targetTopicId(), topic.targetId());
    }

    /** The beginnings of partitions are about to be saved: what is left of former topics must not be saved after them. */
    void beginsToSave(Collection<MissingPartition> partitions) {
        partitions.forEach(each -> beginning.put(each.source(), each.topic().sourceId()));
    }

    /** They were saved, or were not. */
    void endsToSave(Collection<MissingPartition> partitions) {
        partitions.forEach(each -> beginning.remove(each.source()));
    }

    /** Whether progress is of what is copied now, and not of a former topic of the same name. */
    boolean isCurrent(Progress progress) {
        TopicPartition source = progress.pair().source();
        Copy copy = copies.get(source);
        Uuid current = copy != null ? copy.partition().sourceTopicId() : beginning.get(source);
        return current == null || current.equals(progress.pair().sourceTopicId());
    }

    private void tell(TopicProblem problem) {
        Health health = new Health(PartitionState.WAITING, problem.reason(), problem.resumesWhen());
        copies.values().stream()
                .filter(copy -> copy.partition().source().topic().equals(problem.topic()))
                .forEach(copy -> copy.partition().publishControlHealth(health));
    }

    private static boolean isAnother(Uuid known, Uuid now) {
        return !known.equals(Uuid.ZERO_UUID) && !now.equals(Uuid.ZERO_UUID) && !known.equals(now);
    }

    private static Health recreated(String topic, Uuid known, Uuid now) {
        return new Health(
                PartitionState.FAILED,
                "topic " + topic + " was deleted and created again on the target (id was " + known + ", is " + now
                        + "): what was copied before is gone",
                "the topic's progress is removed with the command forget, which makes the flow copy it again, or the topic is"
                        + " excluded");
    }

    /** Takes a copy from its lane for good; it stays listed, with the reason. */
    void stop(Copy copy, Health health) {
        copy.partition().publishControlHealth(health);
        if (copy.isServed()) {
            copy.remove(lanes);
            copies.put(copy.partition().source(), copy.withoutLane());
        }
    }

    /** Nothing more of it is fetched; what was fetched is written and saved. It stays listed, with the reason. */
    void fetchNoLonger(Copy copy, Health health) {
        removals.remove(copy);
        copies.put(copy.partition().source(), parked(copy, health));
    }

    /** The flow ends: nothing begins any more. */
    void beginNoMore() {
        isEnding = true;
    }

    /** Begins partitions where their saved progress ends. */
    void begin(Map<MissingPartition, SavedProgress> fresh) {
        if (fresh.isEmpty() || isEnding) {
            return;
        }
        fresh.keySet().stream()
                .sorted(Comparator.comparing(
                                (MissingPartition each) -> each.source().topic())
                        .thenComparing(each -> each.source().partition()))
                .forEach(each -> begin(each, fresh.get(each)));
        fresh.keySet()
                .forEach(each -> started.put(each.topic().name(), each.topic().targetName()));
        publish();
        LOG.info(
                "copying flow={} newPartitions={} partitions={} topics={}",
                flow.name(),
                fresh.size(),
                copies.size(),
                copies.keySet().stream().map(TopicPartition::topic).distinct().count());
    }

    private void begin(MissingPartition missing, SavedProgress progress) {
        CopiedTopic topic = missing.topic();
        OffsetMap map = progress.toOffsetMap(flow.positions().maxRuns());
        Partition partition = new Partition(
                missing.source(),
                progress.pair().sourceTopicId(),
                topic.targetName(),
                progress.pair().targetTopicId(),
                missing.shard(),
                map.position(),
                map.targetEnd(),
                topic.targetMaxMessageBytes());
        partition.publishLeaderEpochs(progress.source().leaderEpochs());
        recreations.begins(partition);
        Copy copy = Copy.unserved(partition, map, lanes.places().laneOf(missing.shard()));
        copies.put(missing.source(), copy);
        if (isAnother(partition.sourceTopicId(), topic.sourceId())
                || isAnother(partition.targetTopicId(), topic.targetId())) {
            follow(copy, topic);
        } else {
            copies.put(missing.source(), copy.serve(lanes));
        }
    }

    /** Ends the copies of source topics that another flow writes; they begin again when they come with a plan again. */
    void leave(Set<String> topics) {
        List<Copy> left = copies.values().stream()
                .filter(copy -> topics.contains(copy.partition().source().topic()))
                .toList();
        left.forEach(this::end);
        if (!left.isEmpty()) {
            LOG.warn(
                    "copies end: another flow took their topics while this one did not seem to run flow={} topics={}",
                    flow.name(),
                    topics);
        }
    }

    private void end(Copy copy) {
        copy.remove(lanes);
        copies.remove(copy.partition().source());
    }

    private void endAllBut(Set<String> named) {
        List<Copy> gone = copies.values().stream()
                .filter(copy -> !named.contains(copy.partition().source().topic()))
                .toList();
        Set<String> topics = new HashSet<>();
        for (Copy copy : gone) {
            end(copy);
            topics.add(copy.partition().source().topic());
        }
        if (!topics.isEmpty()) {
            LOG.warn(
                    "topics are no longer on the source, or DESCRIBE on them is denied; their copies stay as they are flow={} topics={}",
                    flow.name(),
                    topics);
        }
    }

    /** After a lane was replaced: its partitions continue where their maps end. */
    void reassign(int lane) {
        removals.laneDied(lane);
        for (Copy copy : List.copyOf(copies.values())) {
            if (copy.lane() == lane && copy.isServed()) {
                copies.put(copy.partition().source(), copy.continued().serve(lanes));
            }
        }
        publish();
    }

    /** Those that a lane copies. */
    List<Copy> served() {
        return copies.values().stream().filter(Copy::isServed).toList();
    }

    /** Any other change of a copy is for everybody to see. */
    void publish() {
        List<Copy> sorted = new ArrayList<>(copies.values());
        sorted.sort(BY_NAME);
        condition.publishCopies(List.copyOf(sorted));
    }
}
