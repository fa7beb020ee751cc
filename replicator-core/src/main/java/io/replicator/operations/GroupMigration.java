package io.replicator.operations;

import io.replicator.cluster.Answers;
import io.replicator.cluster.Cluster;
import io.replicator.cluster.CommittedPosition;
import io.replicator.cluster.ConsumerGroups;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.GroupMember;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.FlowConfig;
import io.replicator.positions.CopiedTopicState;
import io.replicator.positions.CopiedTopics;
import io.replicator.positions.FlowPositions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves groups to the target: plans what it would do, does it, and reads it back. It uses what the flow saved, so that it
 * needs no running daemon; a running one writes the same positions. Repeating it changes nothing. One thread.
 */
public final class GroupMigration implements AutoCloseable {
    /** How often the plan is made again while something passing prevents the migration. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final FlowConfig flow;
    private final Duration timeout;
    private final Cluster source;
    private final Cluster target;
    private final FlowPositions positions;
    private final CopiedTopics topics;
    private final MigrationPlanner planner;
    private final RecordCheck check;
    private FirstRecords sourceRecords;
    private FirstRecords targetRecords;

    private GroupMigration(FlowConfig flow, Duration timeout, Cluster source, Cluster target, FlowPositions positions) {
        this.flow = flow;
        this.timeout = timeout;
        this.source = source;
        this.target = target;
        this.positions = positions;
        this.topics = CopiedTopics.of(flow, source, target);
        this.planner = new MigrationPlanner(flow);
        this.check = new RecordCheck(positions);
    }

    /**
     * Connects to both clusters, and reads what the flow saved.
     *
     * @param timeout of each call
     * @throws UnavailableException when a cluster cannot be reached
     * @throws io.replicator.offsets.OffsetLogException when what the flow saved cannot be read
     */
    public static GroupMigration open(FlowConfig flow, Duration timeout) throws InterruptedException {
        Cluster source = KafkaCluster.open(flow.source(), clientId(flow), timeout);
        try {
            Cluster target = KafkaCluster.open(flow.target(), clientId(flow), timeout);
            try {
                return new GroupMigration(flow, timeout, source, target, FlowPositions.open(flow, target, timeout));
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
     * @param ofTopic a group counts when it has a position in a topic with such a name
     */
    public List<String> groups(Predicate<String> ofName, Predicate<String> ofTopic) throws InterruptedException {
        ConsumerGroups groups = source.consumerGroups();
        List<String> named =
                groups.list().keySet().stream().filter(ofName).sorted().toList();
        List<String> found = new ArrayList<>();
        for (int from = 0; from < named.size(); from += ConsumerGroups.BATCH) {
            List<String> batch = named.subList(from, Math.min(named.size(), from + ConsumerGroups.BATCH));
            Answers<String, Map<TopicPartition, CommittedPosition>> answers = groups.positions(batch);
            for (String group : batch) {
                boolean isHidden = answers.failed().containsKey(group);
                boolean hasSome = answers.found().getOrDefault(group, Map.of()).keySet().stream()
                        .anyMatch(partition -> ofTopic.test(partition.topic()));
                if (isHidden || hasSome) {
                    found.add(group); // The plan says why a group cannot be read.
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
     * The plan as soon as nothing that passes prevents the migration any more, or when the time is up.
     *
     * @param atMost how long to wait
     * @param progress told of each plan until then
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
        Map<String, GroupListing> onSource = source.consumerGroups().list();
        Map<String, GroupListing> onTarget =
                onSource.containsKey(group) ? target.consumerGroups().list() : Map.of();
        Optional<MigrationPlan> refusal = planner.refusal(group, targetGroup, onSource, onTarget);
        return refusal.isPresent()
                ? refusal.get()
                : planner.plan(facts(onSource.get(group), targetGroup, onTarget), options);
    }

    private GroupFacts facts(GroupListing listing, String targetGroup, Map<String, GroupListing> onTarget)
            throws InterruptedException {
        String group = listing.name();
        ConsumerGroups there = target.consumerGroups();
        List<GroupMember> sourceMembers = source.consumerGroups().members(listing);
        List<GroupMember> targetMembers =
                onTarget.containsKey(targetGroup) ? there.members(onTarget.get(targetGroup)) : List.of();
        SortedMap<TopicPartition, CommittedPosition> committed = new TreeMap<>(PlannedPosition.BY_NAME);
        List<TopicPartition> pending = readCommitted(group, committed);
        Map<TopicPartition, CommittedPosition> held = there.positions(targetGroup);
        // After the group was read: the copy is then known at least as far as it was at that time.
        positions.refresh();
        topics.look(committed.keySet(), positions);
        Map<TopicPartition, CopiedTopicState> copies = new HashMap<>();
        committed
                .keySet()
                .forEach(partition -> copies.put(partition, topics.state(partition, positions.translator(partition))));
        return new GroupFacts(group, targetGroup, sourceMembers, targetMembers, committed, pending, held, copies);
    }

    /** Reads the group's positions on the source; returns the partitions in which a transaction is about to change them. */
    private List<TopicPartition> readCommitted(String group, Map<TopicPartition, CommittedPosition> committed)
            throws InterruptedException {
        ConsumerGroups groups = source.consumerGroups();
        Set<TopicPartition> asked = new HashSet<>(groups.positions(group).keySet());
        asked.addAll(positions.partitions());
        Map<TopicPartition, Optional<CommittedPosition>> stable = groups.stablePositions(group, asked);
        stable.forEach((partition, position) -> position.ifPresent(known -> committed.put(partition, known)));
        return asked.stream()
                .filter(partition -> !stable.containsKey(partition))
                .sorted(PlannedPosition.BY_NAME)
                .toList();
    }

    private MigrationPlan withRecords(MigrationPlan draft) throws InterruptedException {
        if (draft.positions().isEmpty()) {
            return draft;
        }
        if (sourceRecords == null) {
            sourceRecords = new FirstRecords(source, clientId(flow), flow.isolation(), timeout);
        }
        if (targetRecords == null) {
            targetRecords = new FirstRecords(target, clientId(flow), flow.isolation(), timeout);
        }
        return check.check(
                draft,
                sourceRecords.read(RecordCheck.sourceOffsets(draft)),
                targetRecords.read(check.targetOffsets(draft)));
    }

    /**
     * Does what a plan says, and reads it back. Nothing is written if the group has moved on the source since.
     *
     * @throws IllegalArgumentException when the plan is not allowed
     * @throws UnavailableException when a cluster does not answer
     */
    public MigrationReport execute(MigrationPlan plan) throws InterruptedException {
        return new MigrationExecutor(source.consumerGroups(), target.consumerGroups()).execute(plan);
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
