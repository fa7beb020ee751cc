package io.replicator.flow;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.ClusterInMemory;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.LossPolicy;
import io.replicator.config.SourceChanges;
import io.replicator.it.Flows;
import io.replicator.lane.ControlledLane;
import io.replicator.mirrormaker.TakeOver;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedRuns;
import io.replicator.offsets.SavedState;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Writer;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicsPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The parts of a control plane that deal with shards and partitions, wired as {@link FlowWork} wires them, between clusters in
 * memory and over lanes that copy nothing. A test gives each part its turns, and answers the calls.
 */
final class ControlParts {
    static final String TOPIC = "orders";
    static final String COPY = "east.orders";
    static final Uuid SOURCE_ID = new Uuid(1, 1);
    static final Uuid TARGET_ID = new Uuid(2, 2);
    static final Duration DRAIN = Duration.ofSeconds(6);
    static final Duration REFRESH = Duration.ofSeconds(5);

    final ClusterInMemory source = new ClusterInMemory("east");
    final ClusterInMemory target = new ClusterInMemory("west");
    final HeldCalls logCalls = new HeldCalls();
    final HeldCalls clusterCalls = new HeldCalls();
    final HeldCalls ownershipCalls = new HeldCalls();
    final List<RecordedLane> recorded;
    final FlowConfig config;
    final OffsetLog offsetLog;
    final FlowCondition condition;
    final Lanes lanes;
    final Copies copies;
    final ShardTerms assignments;
    final PartitionStarts starts;
    final ProgressSaves saves;
    final HandOvers handOvers;
    final FencedShards fenced;
    final OwnedShards shards;
    final HeldCalls laneCalls = new HeldCalls();
    final LaneRevival revival;

    /** Those that the group coordinator says are this instance's. */
    final Set<Integer> confirmed = new TreeSet<>();

    /** The numbers of lanes that died and were ended. */
    final List<Integer> ended = new ArrayList<>();

    long now = 1;

    ControlParts(FlowConfig config, int laneCount) {
        this.config = config;
        this.recorded =
                IntStream.range(0, laneCount).mapToObj(RecordedLane::new).toList();
        this.condition = new FlowCondition(config.name());
        this.offsetLog = new OffsetLog(config, target, Duration.ofSeconds(1));
        FlowLog log = new FlowLog(offsetLog, logCalls);
        this.lanes = new Lanes(factory(), laneCount, () -> {});
        GracefulRemovals removals = new GracefulRemovals(lanes);
        RecreatedTopics recreations = new RecreatedTopics(config, removals);
        this.copies = new Copies(config, lanes, removals, recreations, condition);
        ShardOwners owners = new ShardOwners("instance");
        SavedState nothing = new SavedState(Map.of(), Map.of(), Optional.empty(), 0);
        Beginnings beginnings =
                new Beginnings(config, new StartRule(nothing), recreations, new TakeOver(config), source, target);
        this.starts = new PartitionStarts(copies, log, clusterCalls, beginnings, owners, condition, REFRESH.toNanos());
        this.saves = new ProgressSaves(
                new ProgressSaves.Settings(config.name(), Duration.ofHours(1), Duration.ofSeconds(10), false),
                lanes,
                copies,
                log,
                owners,
                condition,
                now);
        this.assignments = new ShardTerms(config.shards());
        ServedShards served = new ServedShards(lanes, copies, log, starts);
        GroupPositions groups = new GroupPositions(assignments, new HeldCalls(), () -> {
            throw new AssertionError("nobody keeps groups' positions");
        });
        this.handOvers = new HandOvers(config.name(), DRAIN, lanes, served, saves, groups);
        this.fenced = new FencedShards(
                config.name(),
                ownershipCalls,
                asked -> {
                    Set<Integer> ours = new TreeSet<>(asked);
                    ours.retainAll(confirmed);
                    return ours;
                },
                condition);
        this.shards = new OwnedShards(
                config.name(), config.shards(), assignments, lanes, served, handOvers, fenced, condition);
        GrantRecords grants = new GrantRecords(lanes, copies.terms(), log, owners, condition);
        this.revival = new LaneRevival(config.name(), lanes, factory(), laneCalls, handOvers, grants, copies);
    }

    private LaneFactory factory() {
        return new LaneFactory() {
            @Override
            public ControlledLane start(int number) {
                recorded.get(number).revive();
                return recorded.get(number);
            }

            @Override
            public void end(ControlledLane dead) {
                ended.add(dead.number());
            }
        };
    }

    /** A flow with the defaults of the configuration file. */
    static FlowConfig flow(int shards) {
        return Flows.with(
                Flows.flow(
                        "test",
                        new ClusterConfig("east", "127.0.0.1:1", Map.of()),
                        new ClusterConfig("west", "127.0.0.1:1", Map.of()),
                        ".*"),
                shards);
    }

    /** The same, but it continues when a topic was recreated on the source. */
    static FlowConfig continuing(int shards) {
        return Flows.with(flow(shards), new SourceChanges(LossPolicy.CONTINUE, LossPolicy.STOP, LossPolicy.CONTINUE));
    }

    /** Creates the flow's offset log, and the topic on both sides. */
    void createTopics(int partitions) throws InterruptedException {
        offsetLog.ensureTopic();
        source.createTopic(TOPIC, partitions, Map.of());
        target.createTopic(COPY, partitions, Map.of());
    }

    static CopiedTopic topic(int partitions) {
        return topic(TOPIC, partitions, SOURCE_ID, TARGET_ID);
    }

    static CopiedTopic topic(String name, int partitions, Uuid sourceId, Uuid targetId) {
        return new CopiedTopic(name, sourceId, targetId, "east." + name, partitions, 1_000_000, false, false);
    }

    static TopicsPlan plan(CopiedTopic... topics) {
        return new TopicsPlan(List.of(topics), List.of(), List.of(), false);
    }

    static TopicPartition partition(int number) {
        return new TopicPartition(TOPIC, number);
    }

    int shardOf(int partition) {
        return new Shards(config.shards()).of(partition(partition));
    }

    /** Progress of a partition, as it was saved. */
    static SavedProgress saved(TopicPartition source, Uuid sourceId, Uuid targetId, long position) {
        return new SavedProgress(
                new PartitionPair(source, sourceId, "east." + source.topic(), targetId),
                new Writer(0, 1, (short) 0),
                position,
                0,
                position,
                position,
                SavedRuns.of(Runs.of()),
                "",
                SourceSeen.NOTHING);
    }

    static UnavailableException silence(String cluster) {
        return new UnavailableException(
                UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, cluster + " does not answer");
    }

    /** Gives every part its turn while it is due, and answers every call. */
    void settle() {
        int work = 1;
        for (int rounds = 0; work > 0; rounds++) {
            if (rounds > 100) {
                throw new AssertionError("something is always due");
            }
            work = 0;
            for (ControlTask task : List.of(shards, fenced, handOvers, starts, saves)) {
                if (task.dueInNanos(now) <= 0) {
                    task.turn(now);
                    work++;
                }
            }
            work += logCalls.answerAll(now) + clusterCalls.answerAll(now) + ownershipCalls.answerAll(now);
        }
    }

    void passMillis(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        settle();
    }
}
