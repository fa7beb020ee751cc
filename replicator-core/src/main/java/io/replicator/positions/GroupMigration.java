package io.replicator.positions;

import io.replicator.NearestName;
import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.naming.TopicSelection;
import java.time.Duration;
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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves groups to the target: says what it would do and what stands in the way, does it, and reads it back. By what the
 * flow has saved, so that it needs no running daemon; beside one it is in nobody's way, for both write the same positions.
 * Doing it again changes nothing. One thread.
 */
public final class GroupMigration implements AutoCloseable {
    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    /** How often it is looked whether what stood in the way has passed. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** Members that a refusal names; the plan has them all. */
    private static final int MAX_NAMED = 5;

    private final FlowConfig flow;
    private final TopicSelection selection;
    private final Duration timeout;
    private final ClusterGroups source;
    private final ClusterGroups target;
    private final FlowPositions positions;
    private FirstRecords sourceRecords;
    private FirstRecords targetRecords;

    private GroupMigration(
            FlowConfig flow, Duration timeout, ClusterGroups source, ClusterGroups target, FlowPositions positions) {
        this.flow = flow;
        this.selection = new TopicSelection(flow);
        this.timeout = timeout;
        this.source = source;
        this.target = target;
        this.positions = positions;
    }

    /**
     * Connects to both clusters, and reads what the flow has saved.
     *
     * @param timeout of each call
     * @throws UnavailableException when a cluster cannot be reached
     * @throws io.replicator.offsets.OffsetLogException when what the flow has saved cannot be read
     */
    public static GroupMigration open(FlowConfig flow, Duration timeout) throws InterruptedException {
        ClusterGroups source = new ClusterGroups(ClusterAdmin.open(flow.source(), clientId(flow), timeout));
        try {
            ClusterGroups target = new ClusterGroups(ClusterAdmin.open(flow.target(), clientId(flow), timeout));
            try {
                return new GroupMigration(flow, timeout, source, target, FlowPositions.open(flow, timeout));
            } catch (RuntimeException | InterruptedException failure) {
                target.close();
                throw failure;
            }
        } catch (RuntimeException | InterruptedException failure) {
            source.close();
            throw failure;
        }
    }

    private static String clientId(FlowConfig flow) {
        return "replicator-" + flow.name() + "-migration";
    }

    /**
     * The source's groups that have positions, in order.
     *
     * @param ofName which names count
     * @param ofTopic a group counts when it has a position in a topic of such a name
     */
    public List<String> groups(Predicate<String> ofName, Predicate<String> ofTopic) throws InterruptedException {
        List<String> named =
                source.list().keySet().stream().filter(ofName).sorted().toList();
        List<String> found = new ArrayList<>();
        for (int from = 0; from < named.size(); from += ClusterGroups.BATCH) {
            List<String> batch = named.subList(from, Math.min(named.size(), from + ClusterGroups.BATCH));
            ClusterGroups.Answer answer = source.positions(batch);
            for (String group : batch) {
                boolean isHidden = answer.failed().containsKey(group);
                boolean hasSome = answer.found().getOrDefault(group, Map.of()).keySet().stream()
                        .anyMatch(partition -> ofTopic.test(partition.topic()));
                if (isHidden || hasSome) {
                    found.add(group); // Of one that may not be read the plan says so.
                }
            }
        }
        return found;
    }

    /**
     * What moving a group would do. Changes nothing.
     *
     * @throws UnavailableException when a cluster does not answer, or a right is missing
     */
    public MigrationPlan plan(String group, MigrationOptions options) throws InterruptedException {
        return withRecords(draft(group, options));
    }

    /**
     * The plan once nothing stands in its way any more that passes, or the time is up.
     *
     * @param atMost how long to wait
     * @param progress told of the plan each time it is looked at
     */
    public MigrationPlan await(
            String group, MigrationOptions options, Duration atMost, Consumer<MigrationPlan> progress)
            throws InterruptedException {
        long deadlineNanos = System.nanoTime() + atMost.toNanos();
        MigrationPlan draft = draft(group, options);
        while (!draft.isAllowed() && draft.isPassing() && System.nanoTime() - deadlineNanos < 0) {
            progress.accept(draft);
            Thread.sleep(LOOK.toMillis());
            draft = draft(group, options);
        }
        return withRecords(draft);
    }

    private MigrationPlan draft(String group, MigrationOptions options) throws InterruptedException {
        String targetGroup =
                flow.positions().groups().targetName(group, flow.source().name());
        Map<String, GroupListing> listed = source.list();
        GroupListing listing = listed.get(group);
        if (listing == null) {
            return refused(
                    group,
                    targetGroup,
                    "there is no group " + group + " on " + flow.source().name()
                            + NearestName.hint(group, listed.keySet()));
        }
        if (isShared(Optional.of(listing))) {
            return refused(
                    group,
                    targetGroup,
                    "group " + group + " is a share group: its records are acknowledged one by"
                            + " one, no position tells what it has read");
        }
        Optional<GroupListing> there = Optional.ofNullable(target.list().get(targetGroup));
        if (isShared(there)) {
            return refused(
                    group,
                    targetGroup,
                    "group " + targetGroup + " is a share group on "
                            + flow.target().name());
        }
        Obstacles obstacles = new Obstacles();
        List<GroupMember> sourceMembers = source.members(listing);
        List<GroupMember> targetMembers = there.isPresent() ? target.members(there.get()) : List.of();
        if (!sourceMembers.isEmpty()) {
            obstacles.passing(
                    words(group, flow.source().name(), sourceMembers) + "; stop them: their positions still move");
        }
        if (!targetMembers.isEmpty()) {
            obstacles.lasting(words(targetGroup, flow.target().name(), targetMembers)
                    + ": the group's positions there are theirs; stop them");
        }
        Map<TopicPartition, OffsetAndMetadata> committed = committed(group, obstacles);
        List<PlannedPosition> planned = planned(targetGroup, committed, options, obstacles);
        if (planned.stream().noneMatch(PlannedPosition::isMoved) && obstacles.reasons.isEmpty()) {
            obstacles.lasting("group " + group + " has committed nothing on "
                    + flow.source().name() + (committed.isEmpty() ? "" : " in topics that the flow copies"));
        }
        return new MigrationPlan(
                group, targetGroup, planned, sourceMembers, targetMembers, obstacles.reasons, obstacles.arePassing);
    }

    private static MigrationPlan refused(String group, String targetGroup, String why) {
        return new MigrationPlan(group, targetGroup, List.of(), List.of(), List.of(), List.of(why), false);
    }

    private static boolean isShared(Optional<GroupListing> listing) {
        return listing.flatMap(GroupListing::type)
                .filter(type -> type == GroupType.SHARE)
                .isPresent();
    }

    private static String words(String group, String cluster, List<GroupMember> members) {
        String named =
                members.stream().limit(MAX_NAMED).map(GroupMember::toString).collect(Collectors.joining(", "));
        return "group " + group + " has " + members.size() + (members.size() == 1 ? " member" : " members") + " on "
                + cluster + ": " + named + (members.size() > MAX_NAMED ? ", …" : "");
    }

    /** What stands in the way. */
    private static final class Obstacles {
        private final List<String> reasons = new ArrayList<>();
        private boolean arePassing = true;

        void passing(String reason) {
            reasons.add(reason);
        }

        void lasting(String reason) {
            reasons.add(reason);
            arePassing = false;
        }
    }

    /** What the group has committed; all that a transaction might still commit stands in the way. */
    private Map<TopicPartition, OffsetAndMetadata> committed(String group, Obstacles obstacles)
            throws InterruptedException {
        Set<TopicPartition> asked = new HashSet<>(source.positions(group).keySet());
        asked.addAll(positions.partitions());
        Map<TopicPartition, OffsetAndMetadata> stable = source.stablePositions(group, asked);
        Map<TopicPartition, OffsetAndMetadata> committed = new TreeMap<>(BY_NAME);
        List<TopicPartition> open = new ArrayList<>();
        for (TopicPartition partition : asked) {
            OffsetAndMetadata position = stable.get(partition);
            if (!stable.containsKey(partition)) {
                open.add(partition);
            } else if (position != null && position.offset() >= 0) {
                committed.put(partition, position);
            }
        }
        if (!open.isEmpty()) {
            open.sort(BY_NAME);
            obstacles.passing("a transaction on " + flow.source().name() + " is about to commit positions of group "
                    + group + " in " + open.size() + " partitions, " + open.get(0)
                    + " first: it is not known yet where the group stands; if its producer is gone, the transaction times"
                    + " out");
        }
        return committed;
    }

    private List<PlannedPosition> planned(
            String targetGroup,
            Map<TopicPartition, OffsetAndMetadata> committed,
            MigrationOptions options,
            Obstacles obstacles)
            throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> there = target.positions(targetGroup);
        // After the group was read: the copy has come at least as far as is known here.
        positions.refresh();
        Topics topics = topics(committed.keySet());
        List<PlannedPosition> planned = new ArrayList<>();
        for (Map.Entry<TopicPartition, OffsetAndMetadata> each : committed.entrySet()) {
            planned.add(planned(each.getKey(), each.getValue(), there, topics, options, obstacles));
        }
        return planned;
    }

    /** What became of the topics on both sides. */
    private record Topics(TopicIds.Found source, TopicIds.Found target) {
        Optional<String> hidden(PartitionPair pair) {
            return Optional.ofNullable(source.hidden().get(pair.sourceTopicId()))
                    .or(() -> Optional.ofNullable(target.hidden().get(pair.targetTopicId())));
        }
    }

    private Topics topics(Collection<TopicPartition> partitions) throws InterruptedException {
        TopicIds onSource = new TopicIds();
        TopicIds onTarget = new TopicIds();
        for (TopicPartition partition : partitions) {
            positions.translator(partition).map(Translator::pair).ifPresent(pair -> {
                onSource.add(pair.source().topic(), pair.sourceTopicId());
                onTarget.add(pair.targetTopic(), pair.targetTopicId());
            });
        }
        return new Topics(onSource.find(source.cluster()), onTarget.find(target.cluster()));
    }

    private PlannedPosition planned(
            TopicPartition partition,
            OffsetAndMetadata position,
            Map<TopicPartition, OffsetAndMetadata> there,
            Topics topics,
            MigrationOptions options,
            Obstacles obstacles) {
        Optional<Translator> known = positions.translator(partition);
        if (known.isEmpty()) {
            String why = "the flow copies nothing of it";
            if (options.leaveOut()) {
                return position(partition, "", position, -1, -1, false, 0, "", why + ": it is left out");
            }
            obstacles.lasting(partition + ": " + why + "; copy the topic as well, or leave its position behind");
            return position(partition, "", position, -1, -1, false, 0, why, "");
        }
        Translator translator = known.get();
        PartitionPair pair = translator.pair();
        OffsetAndMetadata held = there.get(pair.target());
        long present = held == null ? -1 : held.offset();
        Optional<String> hidden = topics.hidden(pair);
        if (hidden.isPresent()) {
            obstacles.lasting(partition + ": " + hidden.get());
            return position(partition, pair.targetTopic(), position, -1, present, false, 0, hidden.get(), "");
        }
        boolean isSource = topics.source().gone().contains(pair.sourceTopicId());
        if (isSource || topics.target().gone().contains(pair.targetTopicId())) {
            String why = "topic " + (isSource ? partition.topic() : pair.targetTopic()) + " of "
                    + (isSource ? flow.source() : flow.target()).name()
                    + " was deleted since, or created anew: what is known of its offsets holds no more";
            obstacles.lasting(partition + ": " + why);
            return position(partition, pair.targetTopic(), position, -1, present, false, 0, why, "");
        }
        return planned(partition, position, translator, present, options, obstacles);
    }

    private PlannedPosition planned(
            TopicPartition partition,
            OffsetAndMetadata position,
            Translator translator,
            long present,
            MigrationOptions options,
            Obstacles obstacles) {
        String targetTopic = translator.pair().targetTopic();
        Translation there = translator.toTarget(position.offset());
        if (there instanceof Translation.NotYet notYet && !selection.isSelected(partition.topic())) {
            String why = "the flow no longer copies the topic, and the copy ends at " + notYet.position() + ", "
                    + notYet.distance() + " offsets before the group's position";
            if (options.leaveOut()) {
                return position(partition, "", position, -1, -1, false, 0, "", why + ": it is left out");
            }
            obstacles.lasting(partition + ": " + why + "; copy the topic again, or leave its position behind");
            return position(partition, targetTopic, position, -1, present, false, 0, why, "");
        }
        if (there instanceof Translation.NotYet notYet) {
            String why = "the copy has " + notYet.distance() + " offsets to go to " + position.offset();
            obstacles.passing(partition + ": " + why);
            return position(partition, targetTopic, position, -1, present, false, notYet.distance(), why, "");
        }
        if (there instanceof Translation.Unknown unknown) {
            obstacles.lasting(partition + ": " + unknown.reason());
            return position(partition, targetTopic, position, -1, present, false, 0, unknown.reason(), "");
        }
        PositionRule.Verdict verdict = PositionRule.of(
                position.offset(),
                translator,
                new PositionRule.Held(options.force() ? PositionRule.NONE : present, false, Written.NOTHING));
        boolean isExact = there instanceof Translation.Exact;
        // A position that means the same as the one wanted stays.
        long wanted = verdict.write() == PositionRule.NONE ? present : verdict.write();
        if (verdict.state() == PositionState.AHEAD) {
            String why = "the group's position on the target, " + present + ", is further on than " + offset(there)
                    + ", where the source's stands; force it to overwrite it";
            obstacles.lasting(partition + ": " + why);
            return position(partition, targetTopic, position, -1, present, isExact, 0, why, "");
        }
        if (!isExact && !options.acceptInexact()) {
            obstacles.lasting(partition + ": " + verdict.reason() + "; accept it as inexact to move it");
            return position(partition, targetTopic, position, -1, present, false, 0, verdict.reason(), "");
        }
        return position(partition, targetTopic, position, wanted, present, isExact, 0, "", verdict.reason());
    }

    private static long offset(Translation there) {
        if (there instanceof Translation.Exact exact) {
            return exact.offset();
        }
        return there instanceof Translation.Coarse coarse ? coarse.offset() : ((Translation.NotCopied) there).offset();
    }

    private static PlannedPosition position(
            TopicPartition partition,
            String targetTopic,
            OffsetAndMetadata position,
            long targetOffset,
            long presentOffset,
            boolean isExact,
            long toCopy,
            String refusal,
            String note) {
        return new PlannedPosition(
                partition.topic(),
                partition.partition(),
                targetTopic,
                position.offset(),
                position.metadata(),
                Optional.empty(),
                targetOffset,
                Optional.empty(),
                presentOffset,
                isExact,
                toCopy,
                refusal,
                note);
    }

    /** The plan with what the group reads next on both sides. Where that is the same record, it must look the same. */
    private MigrationPlan withRecords(MigrationPlan draft) throws InterruptedException {
        if (draft.positions().isEmpty()) {
            return draft;
        }
        if (sourceRecords == null) {
            sourceRecords = new FirstRecords(flow.source(), clientId(flow), flow.isolation(), timeout);
        }
        if (targetRecords == null) {
            targetRecords = new FirstRecords(flow.target(), clientId(flow), flow.isolation(), timeout);
        }
        Map<TopicPartition, Long> onSource = new HashMap<>();
        Map<TopicPartition, Long> onTarget = new HashMap<>();
        for (PlannedPosition each : draft.positions()) {
            onSource.put(source(each), each.sourceOffset());
            if (each.isMoved()) {
                onTarget.put(target(each), standsAlready(each) ? each.presentOffset() : each.targetOffset());
            }
        }
        FirstRecords.Found sourceFound = sourceRecords.read(onSource);
        FirstRecords.Found targetFound = targetRecords.read(onTarget);
        List<PlannedPosition> positionsRead = new ArrayList<>();
        List<String> refusals = new ArrayList<>(draft.refusals());
        for (PlannedPosition each : draft.positions()) {
            PlannedPosition planned = each;
            Optional<ConsumerRecord<byte[], byte[]>> before =
                    Optional.ofNullable(sourceFound.records().get(source(each)));
            Optional<ConsumerRecord<byte[], byte[]>> after =
                    Optional.ofNullable(targetFound.records().get(target(each)));
            String refusal = each.refusal();
            if (each.isMoved() && standsAlready(each) && !targetFound.unread().containsKey(target(each))) {
                boolean isSame = after.map(record -> record.offset() >= each.targetOffset())
                        .orElse(true);
                planned = isSame ? each.to(each.presentOffset()) : each;
            }
            if (each.isMoved()) {
                refusal = difference(each, before, after);
                if (!refusal.isEmpty()) {
                    refusals.add(source(each) + ": " + refusal);
                }
            }
            positionsRead.add(planned.with(before.map(FirstRecords::told), after.map(FirstRecords::told), refusal));
        }
        return new MigrationPlan(
                draft.group(),
                draft.targetGroup(),
                positionsRead,
                draft.sourceMembers(),
                draft.targetMembers(),
                refusals,
                draft.isPassing() && refusals.size() == draft.refusals().size());
    }

    /**
     * Whether the group has a position on the target between which and the one that is wanted nothing of the copy stands. Where
     * nobody else's record does either, it stays.
     */
    private boolean standsAlready(PlannedPosition position) {
        return position.isMoved()
                && position.presentOffset() >= 0
                && position.presentOffset() < position.targetOffset()
                && positions
                        .translator(source(position))
                        .map(translator -> translator
                                .toSource(position.presentOffset())
                                .equals(translator.toSource(position.targetOffset())))
                        .orElse(false);
    }

    /** What is wrong with the record that comes next on the target, when it is the copy of the one that comes next here. */
    private String difference(
            PlannedPosition position,
            Optional<ConsumerRecord<byte[], byte[]>> before,
            Optional<ConsumerRecord<byte[], byte[]>> after) {
        if (before.isEmpty()) {
            return "";
        }
        ConsumerRecord<byte[], byte[]> original = before.get();
        boolean isCopied = positions
                .translator(source(position))
                .map(translator -> translator.toTarget(original.offset()))
                .filter(there -> there instanceof Translation.Exact exact
                        && after.map(copy -> copy.offset() == exact.offset()).orElse(false))
                .isPresent();
        return isCopied && !FirstRecords.isCopy(after.orElseThrow(), original)
                ? "the record at target offset " + after.get().offset() + " is not the one at source offset "
                        + original.offset() + "; see replicator verify"
                : "";
    }

    private static TopicPartition source(PlannedPosition position) {
        return new TopicPartition(position.topic(), position.partition());
    }

    private static TopicPartition target(PlannedPosition position) {
        return new TopicPartition(position.targetTopic(), position.partition());
    }

    /**
     * Does what a plan says, and reads it back. Nothing is written when the group has moved on the source since.
     *
     * @throws IllegalArgumentException when the plan is not allowed
     * @throws UnavailableException when a cluster does not answer
     */
    public MigrationReport execute(MigrationPlan plan) throws InterruptedException {
        if (!plan.isAllowed()) {
            throw new IllegalArgumentException("group " + plan.group() + " is not to be moved: " + plan.refusals());
        }
        List<String> moved = movedSince(plan);
        if (!moved.isEmpty()) {
            return new MigrationReport(plan, 0, moved);
        }
        Map<TopicPartition, OffsetAndMetadata> wanted = new HashMap<>();
        for (PlannedPosition each : plan.positions()) {
            if (each.isMoved()) {
                wanted.put(target(each), new OffsetAndMetadata(each.targetOffset(), Optional.empty(), each.metadata()));
            }
        }
        Map<TopicPartition, OffsetAndMetadata> missing = missing(plan.targetGroup(), wanted);
        Map<TopicPartition, String> failures = new TreeMap<>(BY_NAME);
        if (!missing.isEmpty()) {
            target.write(
                    Map.of(plan.targetGroup(), missing),
                    (group, partition, failure) ->
                            failure.ifPresent(why -> failures.put(partition, partition + ": " + words(why))));
        }
        missing(plan.targetGroup(), wanted)
                .keySet()
                .forEach(partition -> failures.putIfAbsent(
                        partition, partition + ": reads back as another position: somebody else writes it"));
        return new MigrationReport(plan, missing.size() - failures.size(), List.copyOf(failures.values()));
    }

    private static String words(UnavailableException failure) {
        return ClusterGroups.isLive(failure)
                ? "a consumer joined the group on the target just now"
                : failure.getMessage();
    }

    private List<String> movedSince(MigrationPlan plan) throws InterruptedException {
        Set<TopicPartition> asked =
                plan.positions().stream().map(GroupMigration::source).collect(Collectors.toSet());
        Map<TopicPartition, OffsetAndMetadata> now = source.stablePositions(plan.group(), asked);
        List<String> moved = new ArrayList<>();
        for (PlannedPosition each : plan.positions()) {
            OffsetAndMetadata position = now.get(source(each));
            if (position == null || position.offset() != each.sourceOffset()) {
                moved.add(source(each) + ": the group has moved on the source since the plan was made, from "
                        + each.sourceOffset() + (position == null ? "" : " to " + position.offset())
                        + "; stop it there, and begin again");
            }
        }
        return moved;
    }

    /** What of it does not stand on the target. */
    private Map<TopicPartition, OffsetAndMetadata> missing(
            String targetGroup, Map<TopicPartition, OffsetAndMetadata> wanted) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> there = target.positions(targetGroup);
        Map<TopicPartition, OffsetAndMetadata> missing = new HashMap<>();
        wanted.forEach((partition, position) -> {
            OffsetAndMetadata held = there.get(partition);
            boolean isThere = held != null
                    && held.offset() == position.offset()
                    && held.metadata().equals(position.metadata());
            if (!isThere) {
                missing.put(partition, position);
            }
        });
        return missing;
    }

    @Override
    public void close() {
        if (sourceRecords != null) {
            sourceRecords.close();
        }
        if (targetRecords != null) {
            targetRecords.close();
        }
        positions.close();
        target.close();
        source.close();
    }
}
