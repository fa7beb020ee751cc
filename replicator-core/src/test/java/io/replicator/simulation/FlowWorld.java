package io.replicator.simulation;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.Isolation;
import io.replicator.config.PositionsConfig;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.flow.TurnedFlow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** What a flow runs in: two simulated clusters, what applications write on the source, and what readers of the target see. */
final class FlowWorld {
    static final Duration DRAIN = Duration.ofSeconds(3);

    private static final Duration GROUPS_INTERVAL = Duration.ofMillis(300);

    /** Days after all that applications wrote. */
    private static final long LATER_NANOS = SourceLog.NOW_NANOS + TimeUnit.DAYS.toNanos(7);

    /** Among the timestamps of applications' records. */
    private static final Instant START = Instant.ofEpochMilli(SourceLog.NOW + 60_000);

    /** Two owners later it is exhausted. */
    private static final short EPOCH_NEAR_ITS_END = Short.MAX_VALUE - 18;

    private static final Pattern POSITION = Pattern.compile("\"position\":([0-9]+)");
    private static final Pattern TARGET_START = Pattern.compile("\"targetStart\":(-?[0-9]+)");
    private static final Pattern TARGET_END = Pattern.compile("\"targetEnd\":(-?[0-9]+)");
    private static final Pattern PROGRESS_KEY =
            Pattern.compile("\"kind\":\"progress\".*\"topic\":\"([^\"]+)\".*\"partition\":([0-9]+)");

    final Sabotage sabotage;
    final boolean transactions;
    final SimulatedTime time;
    final Trace trace;
    final Faults faults;
    final SimulatedCluster source;
    final SimulatedCluster target;
    final SimulatedInstance.World instances;
    final Isolation isolation;
    final int shards;
    final FlowConfig config;
    final SimulatedTopics sourceTopics;
    final SimulatedTopics targetTopics;
    final FollowedGroups groups;
    final StartChecks starts;
    final List<FlowPartition> partitions = new ArrayList<>();

    /** Whether retention removes records of the source. */
    final boolean loses;

    /** Whether compaction does. */
    final boolean compacts;

    /** Whether what applications wrote is days old: brokers forget its producers at any time. */
    final boolean isOfOld;

    /**
     * Whether the epochs of producer ids run out. Then no partition joins late: an owner whose producer id has no epoch
     * left can be fenced only from the partitions that there are when it is replaced.
     */
    final boolean epochsEnd;

    private final SplittableRandom random;

    /** Of source partitions that have a copy on the target. */
    private final Map<TopicPartition, TargetReader> readers = new HashMap<>();

    private final IntSupplier ambiguities;

    /** A partition of the flow, whoever copies it. */
    record FlowPartition(TopicPartition name, int shard, SourceLog applications) {}

    /**
     * @param transactions whether most of the instances write in transactions
     * @param ambiguities how often instances have said so far that they may write again what was written
     */
    FlowWorld(SplittableRandom random, Sabotage sabotage, boolean transactions, IntSupplier ambiguities) {
        this.random = random;
        this.sabotage = sabotage;
        this.transactions = transactions;
        this.time = new SimulatedTime(random.nextBoolean() ? random.nextLong() : 1);
        this.trace = new Trace(time);
        this.faults = new Faults(random.split());
        boolean isOld = random.nextInt(6) == 0;
        this.isolation = random.nextInt(4) == 0 ? Isolation.READ_UNCOMMITTED : Isolation.READ_COMMITTED;
        this.source = new SimulatedCluster("source", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.target = new SimulatedCluster("target", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.isOfOld = !transactions && random.nextInt(4) == 0;
        this.instances = new SimulatedInstance.World(
                source, target, time, faults, (isOfOld ? LATER_NANOS : SourceLog.NOW_NANOS) - time.nanoseconds());
        this.shards = 1 + random.nextInt(2);
        this.compacts = random.nextInt(6) == 0;
        this.loses = random.nextInt(6) == 0;
        this.epochsEnd = random.nextInt(12) == 0;
        StartFrom from = start(random.nextInt(8));
        this.config = config(shards, isolation, from);
        this.starts = new StartChecks(from);
        this.sourceTopics = new SimulatedTopics(source, faults, created -> {});
        this.targetTopics = new SimulatedTopics(target, faults, this::created);
        this.groups = new FollowedGroups(
                faults, this::reader, this::savedPosition, trace, sabotage == Sabotage.GROUPS_ARE_ONE_AHEAD ? 1 : 0);
        this.ambiguities = ambiguities;
        target.movesCoordinators = true;
        target.transactions().losesCommits = sabotage == Sabotage.COMMITS_ARE_LOST;
        if (sabotage == Sabotage.SCAN_BEGINS_ONE_LATE) {
            targetTopics.logs().shown = this::oneLate;
        }
        if (epochsEnd) {
            target.transactions().beginsWith(EPOCH_NEAR_ITS_END);
        }
    }

    private static StartFrom start(int kind) {
        return switch (kind) {
            case 0 -> new StartFrom.Latest();
            case 1 -> new StartFrom.At(START);
            default -> new StartFrom.Earliest();
        };
    }

    static FlowConfig config(int shards, Isolation isolation, StartFrom start) {
        return new FlowConfig(
                        "simulation",
                        new ClusterConfig("source", "source:1", Map.of()),
                        new ClusterConfig("target", "target:1", Map.of()),
                        new TopicsConfig(
                                List.of(Pattern.compile("topic-.*")),
                                List.of(),
                                "copy-{topic}",
                                start,
                                Duration.ofSeconds(1),
                                true,
                                new ReplicationFactor.AsSource()),
                        Delivery.EXACTLY_ONCE,
                        isolation,
                        shards,
                        Long.MAX_VALUE)
                .with(new PositionsConfig(
                        new GroupsConfig(
                                List.of(Pattern.compile(".*")),
                                List.of(),
                                "{group}",
                                true,
                                GROUPS_INTERVAL,
                                GroupDeletion.LEAVE),
                        PositionsConfig.NONE.mirrorMaker(),
                        PositionsConfig.DEFAULT_MAX_RUNS));
    }

    /**
     * A partition appears on the source, with some records.
     *
     * @param lives the instances that there are
     */
    void addPartition(List<Life> lives) {
        int number = partitions.size();
        TopicPartition name = new TopicPartition("topic-" + number % 2, number / 2);
        SimulatedPartition from = source.addPartition(name.topic(), number % 2, name.partition());
        SourceLog applications = new SourceLog(from, isolation == Isolation.READ_COMMITTED, random.split());
        if (compacts) {
            applications.compacts();
        }
        for (int backlog = random.nextInt(3) * random.nextInt(30); backlog > 0; backlog--) {
            applications.step();
        }
        from.onNewLeader = applications::loseUnreplicated;
        int shard = TurnedFlow.shardOf(name, shards);
        partitions.add(new FlowPartition(name, shard, applications));
        // Who copies the topic has seen how many partitions it had.
        starts.appears(
                name,
                lives.stream()
                        .filter(life -> life.copies(name.topic()))
                        .map(life -> life.name)
                        .collect(Collectors.toSet()));
        trace.say("partition", name, "of shard", shard, "appears");
        if (random.nextBoolean()) {
            // Somebody else has made the target's partition before; otherwise the flow does.
            targetTopics.grow("copy-" + name.topic(), name.partition() + 1);
            SimulatedPartition to = reader(name).target;
            for (int foreign = random.nextInt(3); foreign > 0; foreign--) {
                applications.writeForeignIdempotent(to, null);
            }
        }
    }

    /** A partition of the target was created, by the flow or before it. */
    private void created(SimulatedPartition to) {
        trace.say("target partition", to, "appears");
        to.maxBatchBytes = List.of(1 << 20, 20_000, 8_000).get(random.nextInt(3));
        to.replicatesItself = true;
        to.ignoresMarkerEpochs = sabotage == Sabotage.FENCE_IS_SKIPPED;
        to.ignoresSequences = sabotage == Sabotage.SEQUENCES_ARE_IGNORED;
        to.onNewLeader = () -> loseUnreplicated(to);
        TopicPartition name = new TopicPartition(to.topic.substring("copy-".length()), to.number);
        FlowPartition partition = partitions.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        readers.put(
                name,
                new TargetReader(
                        partition.applications(),
                        to,
                        0,
                        target.transactions()::gave,
                        target.transactions()::isCommitted,
                        removes() ? ambiguities : () -> 0));
    }

    /** A new leader may lack what is not replicated yet. */
    private void loseUnreplicated(SimulatedPartition partition) {
        long safe = partition.highWatermark;
        if (sabotage == Sabotage.ACKNOWLEDGED_IS_LOST && !partition.log.isEmpty()) {
            safe = partition.log.get(partition.log.size() - 1).baseOffset();
            partition.highWatermark = Math.min(safe, partition.highWatermark);
        }
        if (partition.end > safe && random.nextBoolean()) {
            int last = partition.log.size() - 1;
            int first = partition.indexOf(safe);
            long from =
                    partition.log.get(first + random.nextInt(last - first + 1)).baseOffset();
            trace.say(partition, "loses what is above", from);
            partition.truncate(from);
        }
    }

    /** Progress that takes one record of the target for known that it does not know, if there is one: a planted bug. */
    private byte[] oneLate(byte[] key, byte[] value) {
        Matcher partition = PROGRESS_KEY.matcher(new String(key, StandardCharsets.UTF_8));
        if (value == null || !partition.find()) {
            return value;
        }
        String text = new String(value, StandardCharsets.UTF_8);
        Matcher start = TARGET_START.matcher(text);
        Matcher end = TARGET_END.matcher(text);
        TargetReader reader = readers.get(new TopicPartition(partition.group(1), Integer.parseInt(partition.group(2))));
        if (!start.find() || !end.find() || reader == null) {
            return value;
        }
        long from = Math.max(Long.parseLong(start.group(1)), Long.parseLong(end.group(1)));
        if (!reader.target.hasRecordAt(from)) {
            return value;
        }
        return start.replaceFirst("\"targetStart\":" + (from + 1)).getBytes(StandardCharsets.UTF_8);
    }

    /** The source position that was saved last. */
    private long savedPosition(TopicPartition partition) {
        String key = "{\"v\":1,\"kind\":\"progress\",\"topic\":\"" + partition.topic() + "\",\"partition\":"
                + partition.partition() + "}";
        String value = targetTopics
                .logs()
                .latest(config.offsetsTopic(), key.getBytes(StandardCharsets.UTF_8))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElseThrow(() -> new AssertionError("no progress of " + partition + " is saved"));
        Matcher position = POSITION.matcher(value);
        if (!position.find()) {
            throw new AssertionError("progress without a position: " + value);
        }
        return Long.parseLong(position.group(1));
    }

    /** Whether the source ever loses what was there; where it does not, a successor can tell what its predecessor wrote. */
    boolean removes() {
        return loses || compacts;
    }

    /** {@code null} for a source partition without a copy. */
    TargetReader reader(TopicPartition partition) {
        return readers.get(partition);
    }

    FlowPartition somePartition() {
        return partitions.get(random.nextInt(partitions.size()));
    }

    Optional<SimulatedPartition> copyOf(FlowPartition partition) {
        return Optional.ofNullable(reader(partition.name())).map(reader -> reader.target);
    }

    /** Looks at all that came to the target. */
    void read() {
        readers.values().forEach(TargetReader::read);
    }

    @Override
    public String toString() {
        return config.topics().start() + ", " + faults + (loses ? ", retention" : "") + (compacts ? ", compaction" : "")
                + (epochsEnd ? ", epochs end" : "") + (isOfOld ? ", old records" : "")
                + (sabotage == Sabotage.NONE ? "" : ", " + sabotage);
    }
}
