package io.replicator.flow;

import io.replicator.cluster.ClusterGate;
import io.replicator.cluster.LogEnds;
import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.mirrormaker.TakeOver;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedState;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Writer;
import io.replicator.partition.Health;
import io.replicator.partition.LeaderEpochs;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this instance copies, those of the shards it serves, brought in line with each new plan:
 * new ones begin where they stopped or where the configuration says, those whose topic went away end, those whose topic is
 * another one now stop. Control thread; the list of copies is read by whoever reports.
 */
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final StartFrom EARLIEST = new StartFrom.Earliest();
    private static final StartFrom LATEST = new StartFrom.Latest();

    /** Of what nobody has written yet. */
    private static final int NO_PRODUCER = -1;

    private static final Comparator<Copy> BY_NAME = Comparator.<Copy, String>comparing(
                    copy -> copy.partition().source().topic())
            .thenComparing(copy -> copy.partition().number());

    private final FlowConfig flow;
    private final Lanes lanes;
    private final LogEnds positions;
    private final LogEnds targetPositions;
    private final OffsetLog log;
    private final Shards shards;
    private final StartRule beginnings;
    private final TakeOver takeOver;
    private final SourceLosses losses;
    private final GracefulRemovals endings;
    private final RecreatedTopics recreations;
    private final String instance;
    private final Map<TopicPartition, Copy> copies = new HashMap<>();

    /** The shards whose partitions are copied here. */
    private final Set<Integer> served = new TreeSet<>();

    /** Source topics of which something was copied, now or earlier, and where on the target. */
    private final Map<String, String> started = new HashMap<>();

    /** Shards that are known to be on record as begun. */
    private final Set<Integer> begun = new HashSet<>();

    private volatile List<Copy> published = List.of();
    private volatile List<UnbegunPartition> unbegun = List.of();
    private TopicsPlan plan;

    /**
     * @param log was read once
     * @param saved what that showed
     */
    Copies(FlowConfig flow, String instance, Lanes lanes, ClusterGate gate, OffsetLog log, SavedState saved) {
        this.flow = flow;
        this.instance = instance;
        this.lanes = lanes;
        this.positions = new LogEnds(gate.source());
        this.targetPositions = new LogEnds(gate.target());
        this.log = log;
        this.shards = new Shards(flow.shards());
        this.beginnings = new StartRule(saved);
        this.takeOver = new TakeOver(flow);
        this.losses = new SourceLosses(flow, lanes, positions);
        this.endings = new GracefulRemovals(lanes);
        this.recreations = new RecreatedTopics(flow, endings);
    }

    /** Source topics of which something was copied, now or earlier, by this instance or another; and where on the target. */
    Map<String, String> started() {
        started.putAll(log.topics());
        return Map.copyOf(started);
    }

    /** Partitions that this instance is to copy and that could not begin yet. Any thread. */
    List<UnbegunPartition> unbegun() {
        return unbegun;
    }

    /** Whether a plan was seen, so that shards that are served from now on begin at once. */
    boolean isPlanned() {
        return plan != null;
    }

    /** Whether the partitions of a shard are copied here, so that their progress may be saved here. */
    boolean serves(int shard) {
        return served.contains(shard);
    }

    /** Copies the partitions of more shards, which have a place in a lane, as the last plan says. */
    void serve(Collection<Integer> more) throws InterruptedException {
        served.addAll(more);
        if (plan != null) {
            follow(plan);
        }
    }

    /** The shard's partitions are copied here no more; its lane was told. */
    void drop(int shard) {
        served.remove(shard);
        copies.values().removeIf(copy -> copy.partition().shard() == shard);
        publish();
    }

    /** The shard's partitions are copied here no more, but stay listed with the reason. Its lane was told. */
    void park(int shard, Health health) {
        served.remove(shard);
        copies.replaceAll((partition, copy) -> copy.partition().shard() == shard ? parked(copy, health) : copy);
        publish();
    }

    private static Copy parked(Copy copy, Health health) {
        copy.partition().publishControlHealth(health);
        return new Copy(copy.partition(), copy.map(), copy.lane(), -1);
    }

    /** Every copy, ordered by topic and number. Any thread. */
    List<Copy> all() {
        return published;
    }

    /** Brings the copies in line with what can be copied now. */
    void follow(TopicsPlan newPlan) throws InterruptedException {
        plan = newPlan;
        beginnings.see(plan);
        Set<String> named = new HashSet<>();
        Map<TopicPartition, CopiedTopic> fresh = new HashMap<>();
        for (CopiedTopic topic : plan.topics()) {
            named.add(topic.name());
            for (int number = 0; number < topic.partitions(); number++) {
                TopicPartition partition = new TopicPartition(topic.name(), number);
                endFormer(partition, topic);
                Copy copy = copies.get(partition);
                if (copy != null) {
                    follow(copy, topic);
                } else if (served.contains(shards.of(partition))) {
                    fresh.put(partition, topic);
                }
            }
        }
        followShrunk(plan.topics());
        plan.problems().forEach(problem -> {
            named.add(problem.topic());
            tell(problem);
        });
        endAllBut(named);
        begin(fresh);
        markBegun();
        publish();
    }

    private void follow(Copy copy, CopiedTopic topic) {
        Partition partition = copy.partition();
        partition.publishTargetMaxBatchBytes(topic.targetMaxMessageBytes());
        if (isAnother(partition.targetTopicId(), topic.targetId())) {
            stop(copy, recreated(partition.targetTopic(), partition.targetTopicId(), topic.targetId()));
        } else if (isAnother(partition.sourceTopicId(), topic.sourceId())) {
            if (!recreations.goOn()) {
                String name = partition.source().topic();
                stop(copy, RecreatedTopics.stopped(name, partition.sourceTopicId(), topic.sourceId()));
            }
        } else if (copy.laneIndex() >= 0) {
            partition.publishControlHealth(Health.RUNNING);
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
                endFormer(partition.source(), topic);
                follow(copy, topic);
            }
        }
    }

    /** Ends the copy of a topic that was made anew, once all that was fetched of it is written, if the flow goes on. */
    private void endFormer(TopicPartition source, CopiedTopic topic) {
        Copy copy = copies.get(source);
        if (copy != null && recreations.goOn()) {
            Partition former = copy.partition();
            if (isAnother(former.sourceTopicId(), topic.sourceId())
                    && !isAnother(former.targetTopicId(), topic.targetId())
                    && recreations.isFinished(copy)) {
                recreations.ended(former, topic.sourceId());
                losses.forget(source);
                copies.remove(source);
            }
        }
    }

    /** Whether a partition begins anew: nothing was copied of it, or of a former topic of its name. */
    private boolean isAnew(TopicPartition source, CopiedTopic topic) {
        return log.progress(source).map(progress -> isFormer(progress, topic)).orElse(true);
    }

    private boolean isFormer(SavedProgress progress, CopiedTopic topic) {
        return recreations.goOn()
                && isAnother(progress.pair().sourceTopicId(), topic.sourceId())
                && !isAnother(progress.pair().targetTopicId(), topic.targetId());
    }

    /** Whether saved progress is of what is copied now, and not of a former topic of the same name. */
    boolean isCurrent(Progress progress) {
        Copy copy = copies.get(progress.pair().source());
        return copy == null
                || copy.partition().sourceTopicId().equals(progress.pair().sourceTopicId());
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
                "the topic's progress is removed with the command forget, which makes the flow copy it anew, or the topic is"
                        + " excluded");
    }

    /** Takes a copy from its lane for good; it stays listed, with the reason. */
    void stop(Copy copy, Health health) {
        copy.partition().publishControlHealth(health);
        if (copy.laneIndex() >= 0) {
            lanes.lane(copy.lane()).remove(copy.laneIndex());
            copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), -1));
        }
    }

    private void begin(Map<TopicPartition, CopiedTopic> fresh) throws InterruptedException {
        if (fresh.isEmpty()) {
            unbegun = List.of();
            return;
        }
        log.refresh();
        Map<TopicPartition, CopiedTopic> anew = new HashMap<>(fresh);
        anew.entrySet().removeIf(each -> !isAnew(each.getKey(), each.getValue()));
        Map<TopicPartition, CopiedTopic> continued = new HashMap<>(fresh);
        continued.keySet().removeAll(anew.keySet());
        beginAll(continued);
        beginAnew(anew);
        beginAll(anew);
    }

    /** Those that have progress begin before clusters are asked about the others, which may take long. */
    private void beginAll(Map<TopicPartition, CopiedTopic> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        new TreeMap<>(byName(fresh)).values().forEach(partition -> begin(partition, fresh.get(partition)));
        fresh.values().forEach(topic -> started.put(topic.name(), topic.targetName()));
        publish();
        LOG.info(
                "copying flow={} newPartitions={} partitions={} topics={}",
                flow.name(),
                fresh.size(),
                copies.size(),
                copies.keySet().stream().map(TopicPartition::topic).distinct().count());
    }

    /**
     * Saves where partitions without progress begin, on both sides, before anything of them is written: whoever finds them
     * after a crash then knows which records of the target may be ours. Those that a cluster says nothing of are taken from
     * the fresh ones, until the next time.
     *
     * @param fresh without progress; those remain that have it then
     */
    private void beginAnew(Map<TopicPartition, CopiedTopic> fresh) throws InterruptedException {
        Map<TopicPartition, CopiedTopic> anew = new HashMap<>(fresh);
        if (anew.isEmpty()) {
            unbegun = List.of();
            return;
        }
        Map<TopicPartition, TopicPartition> targets = new HashMap<>();
        anew.forEach((partition, topic) ->
                targets.put(partition, new TopicPartition(topic.targetName(), partition.partition())));
        List<UnbegunPartition> unknown = new ArrayList<>();
        Map<TopicPartition, OffsetMap> takenOver = takeOver(anew, targets, unknown);
        unknown.forEach(partition -> fresh.remove(partition.source()));
        targets.keySet().retainAll(anew.keySet());
        LogEnds.Found starts = starts(anew, takenOver.keySet());
        LogEnds.Found targetEnds = targetPositions.of(targets.values(), LATEST);
        // An earlier owner that wrote something until just now said so before it did.
        log.refresh();
        List<Progress> beginnings = new ArrayList<>();
        anew.forEach((partition, topic) -> {
            if (!isAnew(partition, topic)) {
                return;
            }
            Optional<String> trouble = starts.whyNot(partition).or(() -> targetEnds.whyNot(targets.get(partition)));
            if (trouble.isPresent()) {
                fresh.remove(partition);
                unknown.add(UnbegunPartition.silent(partition, topic.targetName(), trouble.get()));
            } else {
                log.progress(partition).ifPresent(former -> recreations.found(former, topic.sourceId()));
                OffsetMap map = takenOver.containsKey(partition)
                        ? takenOver.get(partition)
                        : new OffsetMap(starts.offset(partition));
                map.extendTargetKnownTo(targetEnds.offset(targets.get(partition)));
                boolean isAtLogStart = !takenOver.containsKey(partition)
                        && (!isAsConfigured(partition) || flow.topics().start().equals(EARLIEST));
                beginnings.add(beginning(partition, topic, map, isAtLogStart ? map.start() : -1));
            }
        });
        unbegun = List.copyOf(unknown);
        log.save(beginnings);
        if (!beginnings.isEmpty()) {
            log.refresh();
        }
    }

    /**
     * Where partitions go on that MirrorMaker 2 copied, if they are to. Those that it never copied begin as others do; those
     * of which it cannot be told are taken from the ones that begin.
     */
    private Map<TopicPartition, OffsetMap> takeOver(
            Map<TopicPartition, CopiedTopic> anew,
            Map<TopicPartition, TopicPartition> targets,
            List<UnbegunPartition> unknown)
            throws InterruptedException {
        Map<TopicPartition, OffsetMap> taken = new HashMap<>();
        if (!isTakenOver()) {
            return taken;
        }
        Map<TopicPartition, TopicPartition> asked = new HashMap<>(targets);
        asked.keySet().removeIf(partition -> log.progress(partition).isPresent());
        takeOver.look(asked, log.pairs().keySet()).forEach((partition, answer) -> {
            if (answer instanceof TakeOver.Behind behind) {
                taken.put(partition, behind.map());
            } else if (answer instanceof TakeOver.Refused refused) {
                PartitionState state = refused.isPassing() ? PartitionState.WAITING : PartitionState.FAILED;
                Health health = new Health(state, refused.reason(), refused.resumesWhen());
                unknown.add(
                        new UnbegunPartition(partition, anew.remove(partition).targetName(), health));
            }
        });
        return taken;
    }

    private boolean isTakenOver() {
        return flow.topics().start() instanceof StartFrom.MirrorMaker;
    }

    private Progress beginning(TopicPartition source, CopiedTopic topic, OffsetMap map, long sourceLogStart) {
        return new Progress(
                new PartitionPair(source, topic.sourceId(), topic.targetName(), topic.targetId()),
                new Writer(shards.of(source), NO_PRODUCER, (short) NO_PRODUCER),
                map.takeChanges(),
                new SourceSeen(LeaderEpochs.NONE, sourceLogStart));
    }

    /** Puts on record that the shards have begun: what appears in them from now on is copied whole. */
    private void markBegun() throws InterruptedException {
        List<ShardOwner> fresh = served.stream()
                .filter(shard -> !begun.contains(shard) && !log.owners().containsKey(shard))
                .map(shard -> ShardOwner.begun(shard, instance))
                .toList();
        log.saveOwners(fresh);
        begun.addAll(served);
    }

    private static Map<String, TopicPartition> byName(Map<TopicPartition, CopiedTopic> fresh) {
        Map<String, TopicPartition> byName = new HashMap<>();
        fresh.keySet()
                .forEach(partition ->
                        byName.put(String.format("%s-%09d", partition.topic(), partition.partition()), partition));
        return byName;
    }

    private LogEnds.Found starts(Map<TopicPartition, CopiedTopic> anew, Set<TopicPartition> takenOver)
            throws InterruptedException {
        Map<Boolean, List<TopicPartition>> byKind = anew.keySet().stream()
                .filter(partition -> !takenOver.contains(partition))
                .collect(Collectors.partitioningBy(this::isAsConfigured));
        LogEnds.Found asConfigured =
                positions.of(byKind.get(true), flow.topics().start());
        return asConfigured.and(positions.of(byKind.get(false), EARLIEST));
    }

    /** Whether a partition without progress begins where the configuration says, and not at its log's start. */
    private boolean isAsConfigured(TopicPartition partition) {
        return !isTakenOver()
                && log.progress(partition).isEmpty()
                && beginnings.isAsConfigured(partition, shards.of(partition));
    }

    private void begin(TopicPartition source, CopiedTopic topic) {
        SavedProgress progress = log.progress(source).orElseThrow();
        OffsetMap map = progress.toOffsetMap(flow.positions().maxRuns());
        int shard = shards.of(source);
        Partition partition = new Partition(
                source,
                progress.pair().sourceTopicId(),
                topic.targetName(),
                progress.pair().targetTopicId(),
                shard,
                map.position(),
                map.targetEnd(),
                topic.targetMaxMessageBytes());
        partition.publishLeaderEpochs(progress.source().leaderEpochs());
        recreations.begins(partition);
        Copy copy = new Copy(partition, map, lanes.places().laneOf(shard), -1);
        copies.put(source, copy);
        if (isAnother(partition.sourceTopicId(), topic.sourceId())
                || isAnother(partition.targetTopicId(), topic.targetId())) {
            follow(copy, topic);
        } else {
            serve(copy);
        }
    }

    private void serve(Copy copy) {
        int laneIndex = lanes.nextLaneIndex(copy.lane());
        lanes.lane(copy.lane()).add(laneIndex, copy.partition(), copy.map());
        copies.put(copy.partition().source(), new Copy(copy.partition(), copy.map(), copy.lane(), laneIndex));
    }

    /** Ends the copies of source topics that another flow writes; they begin again when they come with a plan again. */
    void leave(Set<String> topics) {
        List<Copy> left = copies.values().stream()
                .filter(copy -> topics.contains(copy.partition().source().topic()))
                .toList();
        left.forEach(this::end);
        if (!left.isEmpty()) {
            LOG.warn(
                    "copies end, for another flow took their topics while this one did not look alive flow={} topics={}",
                    flow.name(),
                    topics);
        }
    }

    private void end(Copy copy) {
        if (copy.laneIndex() >= 0) {
            lanes.lane(copy.lane()).remove(copy.laneIndex());
        }
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

    /** After a lane was replaced: its partitions go on where their maps end. */
    void reassign(int lane) {
        endings.laneDied(lane);
        for (Copy copy : List.copyOf(copies.values())) {
            if (copy.lane() == lane && copy.laneIndex() >= 0) {
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
                before.shard(),
                copy.map().position(),
                copy.map().targetEnd(),
                before.targetMaxBatchBytes());
        partition.publishSource(before.sourceStart(), before.sourceEnd());
        partition.publishLeaderEpochs(before.leaderEpochs());
        partition.continueCounts(before.recreations(), before.gapRecords(), before.truncatedRecords());
        return partition;
    }

    /** Finds where partitions go on whose source lost what was to be read, or what was read. */
    void resolveLosses() throws InterruptedException {
        endings.goOn();
        List<Copy> inLanes =
                copies.values().stream().filter(copy -> copy.laneIndex() >= 0).toList();
        losses.resolve(inLanes, this::fetchNoLonger);
        publish();
    }

    /** A target partition has more than is known of it: markers, or what others wrote. */
    void targetEndsAt(Copy copy, long offset) {
        lanes.lane(copy.lane()).targetEndsAt(copy.laneIndex(), offset);
    }

    /** Nothing more of it is fetched; what was fetched is written and saved. It stays listed, with the reason. */
    private void fetchNoLonger(Copy copy, Health health) {
        endings.isOver(copy);
        copies.put(copy.partition().source(), parked(copy, health));
    }

    private void publish() {
        List<Copy> sorted = new ArrayList<>(copies.values());
        sorted.sort(BY_NAME);
        published = List.copyOf(sorted);
    }
}
