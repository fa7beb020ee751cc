package io.replicator.simulation;

import io.replicator.cluster.Cluster;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.Shaping;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.delivery.ShardEvents;
import io.replicator.flow.FlowState;
import io.replicator.flow.TurnedFlow;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One lifetime of a flow, from a seed, and the lives of its instances within: they follow one another and overlap, crash
 * between any two of their turns and in the middle of a call, freeze and wake up when another has long taken over, hand over
 * cleanly, or take themselves for the owner of what another owns. Every instance is a whole lane with its real control plane;
 * all take turns on one thread, between two simulated clusters where brokers fail, answers get lost and logs are cut.
 *
 * <p>After every turn the target must hold, for a reader of everything, a prefix of what the source committed, in order,
 * each record once, and no instance may believe more than is true. Then all trouble ends, and everything must arrive; then
 * all instances stop, and what they have copied must be what is saved.
 */
final class LivesSimulation {
    static {
        LoggerFactory.getILoggerFactory(); // Before several threads ask for the first logger at the same time.
    }

    /** No wait of the engine is longer than ten seconds; several may follow one another. */
    private static final long MAX_CALM_MILLIS = 240_000;

    private static final long QUIET_MILLIS = 5_000;

    /** Long polls, metadata, and a partition that tries again now and then; of one instance. */
    private static final long MAX_QUIET_REQUESTS = 400;

    private static final int QUIET_SEEDS = 8;

    /** A turn in which nothing happens takes so long, and longer when many follow one another. */
    private static final int IDLE_MILLIS = 10;

    private static final int MAX_IDLE_STEPS = 10;

    private static final int MAX_INSTANCES = 3;
    private static final int MAX_PARTITIONS = 5;

    /** Days after all that applications wrote. */
    private static final long LATER_NANOS = SourceLog.NOW_NANOS + TimeUnit.DAYS.toNanos(7);

    /** After so long brokers look for producers that they may forget. */
    private static final long LOOK_MILLIS = 4_000;

    /** Two owners later it is exhausted. */
    private static final short EPOCH_NEAR_ITS_END = Short.MAX_VALUE - 18;

    private static final Duration SESSION = Duration.ofSeconds(2);
    private static final Duration DRAIN = Duration.ofSeconds(3);

    /** The coordinator waits for a hand-over for so long. */
    private static final long HAND_OVER_MILLIS = DRAIN.toMillis() + 2_500;

    /** Once nothing goes wrong, a partition is copied so soon after it appeared. */
    private static final long MAX_BEGIN_MILLIS = 60_000;

    private static final Pattern TARGET_START = Pattern.compile("\"targetStart\":(-?[0-9]+)");
    private static final Pattern TARGET_END = Pattern.compile("\"targetEnd\":(-?[0-9]+)");
    private static final Pattern PROGRESS_KEY =
            Pattern.compile("\"kind\":\"progress\".*\"topic\":\"([^\"]+)\".*\"partition\":([0-9]+)");

    private final long seed;
    private final Sabotage sabotage;
    private final boolean transactions;
    private final SplittableRandom random;
    private final SimulatedTime time;
    private final Trace trace;
    private final Faults faults;
    private final SimulatedCluster source;
    private final SimulatedCluster target;
    private final SimulatedInstance.World world;
    private final boolean isOld;

    /** Whether what applications wrote is days old: brokers forget its producers at any time. */
    private final boolean isOfOld;

    private final Isolation isolation;
    private final FlowConfig config;
    private final SimulatedTopics sourceTopics;
    private final SimulatedTopics targetTopics;
    private final List<FlowPartition> flow = new ArrayList<>();

    /** Of source partitions that have a copy on the target. */
    private final Map<TopicPartition, TargetReader> readers = new HashMap<>();

    private final List<Life> lives = new ArrayList<>();
    private final List<HandOver> handOvers = new ArrayList<>();

    /** Whom the group coordinator takes for the owner of each shard; {@code null} for nobody. */
    private final Life[] owners;

    private final int turns;
    private final int upheavals;
    private final boolean loses;
    private final boolean compacts;

    /**
     * Whether the epochs of producer ids run out. Then no partition joins late: an owner whose producer id has no epoch
     * left can be fenced only from the partitions that there are when it is replaced.
     */
    private final boolean epochsEnd;

    /** How often each kind of turn comes, one after the other. */
    private final int[] weights = new int[8];

    private int born;
    private int idleTurns;
    private long calmSinceMillis;

    /** What instances that are dead have counted. */
    private long ambiguitiesOfTheDead;

    /** A partition of the flow, whoever copies it. */
    private record FlowPartition(TopicPartition name, int shard, SourceLog applications, long sinceMillis) {}

    /** A shard that the coordinator has taken back and waits for. */
    private record HandOver(Life from, int shard, CompletableFuture<Void> letGo, long untilMillis) {}

    /** One instance. */
    private static final class Life {
        final String name;
        final SimulatedProcess process = new SimulatedProcess();
        final SimulatedInstance instance;
        SimulatedOwnership ownership;
        SimulatedLane lane;
        TurnedFlow flow;
        final List<Runnable> formerGroups = new ArrayList<>();

        /** Whether it has let shard 0 go and did not get it again. */
        boolean hasLetControlGo;

        /** Turns that pass it by. */
        int frozenTurns;

        Life(String name, SimulatedInstance instance) {
            this.name = name;
            this.instance = instance;
        }

        List<CopiedPartition> copies(int shard) {
            return lane == null ? List.of() : lane.copies(shard);
        }

        boolean holds(int shard) {
            return ownership != null && ownership.holds(shard);
        }

        @Override
        public String toString() {
            return "\n" + name + (frozenTurns > 0 ? " frozen" : "") + " " + flow + " " + lane;
        }
    }

    LivesSimulation(long seed, Sabotage sabotage) {
        this(seed, sabotage, false);
    }

    /** @param transactions whether most of the instances write in transactions */
    LivesSimulation(long seed, Sabotage sabotage, boolean transactions) {
        this.transactions = transactions;
        this.seed = seed;
        this.sabotage = sabotage;
        this.random = new SplittableRandom(seed);
        this.time = new SimulatedTime(random.nextBoolean() ? random.nextLong() : 1);
        this.trace = new Trace(time);
        this.faults = new Faults(random.split());
        this.isOld = random.nextInt(6) == 0;
        this.isolation = random.nextInt(4) == 0 ? Isolation.READ_UNCOMMITTED : Isolation.READ_COMMITTED;
        this.source = new SimulatedCluster("source", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.target = new SimulatedCluster("target", 1 + random.nextInt(3), isOld, time, random.split(), faults, trace);
        this.isOfOld = !transactions && random.nextInt(4) == 0;
        this.world = new SimulatedInstance.World(
                source, target, time, faults, (isOfOld ? LATER_NANOS : SourceLog.NOW_NANOS) - time.nanoseconds());
        this.owners = new Life[1 + random.nextInt(2)];
        // An owner takes dozens of turns before it writes, and transactions take more: between two upheavals there are
        // to
        // be some in most of the lifetimes.
        this.turns = transactions ? 1_500 + random.nextInt(10_000) : 300 + random.nextInt(4_000);
        this.upheavals = (20 + random.nextInt(150)) * (transactions ? 5 + random.nextInt(40) : 1 + random.nextInt(20));
        this.compacts = random.nextInt(6) == 0;
        this.loses = random.nextInt(6) == 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1 + random.nextInt(5);
        }
        target.movesCoordinators = true;
        this.config = config(owners.length, isolation);
        this.sourceTopics = new SimulatedTopics(source, faults, created -> {});
        this.targetTopics = new SimulatedTopics(target, faults, this::created);
        if (sabotage == Sabotage.SCAN_BEGINS_ONE_LATE) {
            targetTopics.logs().shown = this::oneLate;
        }
        target.transactions().losesCommits = sabotage == Sabotage.COMMITS_ARE_LOST;
        this.epochsEnd = random.nextInt(12) == 0;
        if (epochsEnd) {
            target.transactions().beginsWith(EPOCH_NEAR_ITS_END);
        }
    }

    static FlowConfig config(int shards, Isolation isolation) {
        return new FlowConfig(
                "simulation",
                new ClusterConfig("source", "source:1", Map.of()),
                new ClusterConfig("target", "target:1", Map.of()),
                new TopicsConfig(
                        List.of(Pattern.compile("topic-.*")),
                        List.of(),
                        "copy-{topic}",
                        new StartFrom.Earliest(),
                        Duration.ofSeconds(1),
                        true,
                        new ReplicationFactor.AsSource()),
                Delivery.EXACTLY_ONCE,
                isolation,
                shards,
                Long.MAX_VALUE);
    }

    /** Lives from the first turn to the last. */
    void run() {
        MDC.put("world", "simulated");
        try {
            live();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + " (" + faults + (loses ? ", retention" : "") + (compacts ? ", compaction" : "")
                            + (epochsEnd ? ", epochs end" : "") + (isOfOld ? ", old records" : "")
                            + (sabotage == Sabotage.NONE ? "" : ", " + sabotage) + "): " + failure + "\n" + trace
                            + lives + "\nagain with -Dsimulation.seed=" + seed,
                    failure);
        } finally {
            MDC.remove("world");
        }
    }

    private void live() {
        for (int partitions = 1 + random.nextInt(3); partitions > 0; partitions--) {
            addPartition();
        }
        Life first = bear();
        for (int shard = 0; shard < owners.length; shard++) {
            assign(shard, first);
        }
        for (int turn = 0; turn < turns; turn++) {
            turn();
            check();
        }
        calm();
        untilCopied();
        checkEnd();
        quiet();
        stop();
    }

    private void addPartition() {
        int number = flow.size();
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
        int shard = TurnedFlow.shardOf(name, owners.length);
        flow.add(new FlowPartition(name, shard, applications, time.elapsedMillis()));
        trace.say("partition", name, "of shard", shard, "appears");
        if (random.nextBoolean()) {
            // Somebody else has made the target's partition before; otherwise the flow does.
            targetTopics.grow("copy-" + name.topic(), name.partition() + 1);
            SimulatedPartition to = readers.get(name).target;
            for (int foreign = random.nextInt(3); foreign > 0; foreign--) {
                applications.writeForeignIdempotent(to, null);
            }
        }
        if (random.nextBoolean()) {
            lives.forEach(life -> life.flow.look());
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
        FlowPartition partition = flow.stream()
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
                        removes() ? this::ambiguities : () -> 0));
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

    /** Whether the source ever loses what was there; where it does not, a successor can tell what its predecessor wrote. */
    private boolean removes() {
        return loses || compacts;
    }

    private int ambiguities() {
        return (int) (ambiguitiesOfTheDead
                + lives.stream()
                        .mapToLong(life ->
                                life.instance.measures().recoveredAmbiguous.value())
                        .sum());
    }

    /** A process starts. */
    private Life bear() {
        String name = "instance-" + born++;
        SplittableRandom own = random.split();
        List<Shaping> ways = List.of(Shaping.values());
        SimulatedInstance instance = new SimulatedInstance(
                world, own, isolation, ways.get(own.nextInt(ways.size())), true, transactions && own.nextInt(5) > 0);
        Life life = new Life(name, instance);
        life.flow = new TurnedFlow(
                config,
                name,
                Duration.ofMillis(50 + own.nextInt(1_500)),
                DRAIN,
                SESSION,
                new TurnedFlow.World(
                        (cluster, clientId, timeout) -> access(cluster.name(), life),
                        (flowConfig, membership, cluster, events) -> {
                            life.ownership = new SimulatedOwnership(
                                    events, life.process, faults, shard -> owners[shard] == life);
                            for (int shard = 0; shard < owners.length; shard++) {
                                if (owners[shard] == life) {
                                    life.ownership.assign(shard);
                                }
                            }
                            return life.ownership;
                        },
                        events -> open(life, events),
                        () -> groups(life),
                        time::nanoseconds,
                        what -> TimeUnit.MILLISECONDS.toNanos(faults.upTo(faults.strike(4) ? 1_000 : 20))));
        lives.add(life);
        trace.say(name, "starts");
        return life;
    }

    private Cluster access(String cluster, Life life) {
        boolean isSource = cluster.equals("source");
        return new SimulatedAccess(
                isSource ? sourceTopics : targetTopics,
                life.process,
                faults,
                isSource && sabotage == Sabotage.PLANS_ARE_STALE);
    }

    /** Once it has let shard 0 go, another instance may keep the groups' positions. */
    private static void keepGroups(Life life) {
        life.process.step();
        if (life.hasLetControlGo) {
            throw new Violation(life.name + " has let shard 0 go, but writes positions of groups");
        }
    }

    private TurnedFlow.Groups groups(Life life) {
        return new TurnedFlow.Groups() {
            @Override
            public void turn() {
                keepGroups(life);
            }

            @Override
            public void stop() {
                if (sabotage == Sabotage.GROUPS_ARE_KEPT) {
                    life.formerGroups.add(this::turn);
                }
            }
        };
    }

    private SimulatedLane open(Life life, ShardEvents events) {
        life.instance.producer.reportTo(events);
        life.instance.fetcher.reportNewsTo(life.flow::look);
        life.instance.start();
        life.lane = new SimulatedLane(life.name, life.instance, readers::get, trace, sabotage);
        return life.lane;
    }

    private void assign(int shard, Life life) {
        trace.say(life.name, "is assigned shard", shard);
        owners[shard] = life;
        life.hasLetControlGo &= shard != 0;
        if (life.ownership != null) {
            life.ownership.assign(shard);
        }
    }

    private void turn() {
        int kind = 0;
        for (int left = random.nextInt(Arrays.stream(weights).sum()); left >= weights[kind]; kind++) {
            left -= weights[kind];
        }
        switch (kind) {
            case 0 -> somebody().ifPresent(LivesSimulation::fetch);
            case 1 -> somebody().ifPresent(LivesSimulation::produce);
            case 2 -> somebody().ifPresent(this::control);
            case 3 -> somebody().ifPresent(this::calls);
            case 4 -> source.step();
            case 5 -> target.step();
            case 6 -> time.advanceMillis(random.nextInt(30) == 0 ? random.nextInt(1_500) : random.nextInt(10));
            default -> happen();
        }
    }

    private static int fetch(Life life) {
        return life.lane == null ? 0 : life.instance.fetch();
    }

    private static int produce(Life life) {
        return life.lane == null ? 0 : life.instance.produce();
    }

    private int control(Life life) {
        int work = life.process.isDead() ? 0 : life.flow.control();
        if (life.flow.state() == FlowState.FAILED) {
            throw new Violation("the control plane ended by itself: " + life);
        }
        return work;
    }

    private int calls(Life life) {
        int work = life.process.isDead() ? 0 : life.flow.calls();
        if (!life.process.isDead()) {
            life.formerGroups.forEach(Runnable::run);
        }
        if (life.process.isDead() && lives.contains(life)) {
            crash(life); // In the middle of a call.
        }
        return work;
    }

    /** An instance that is not frozen; one that is comes a turn nearer to its waking. */
    private Optional<Life> somebody() {
        if (lives.isEmpty()) {
            return Optional.empty();
        }
        Life life = lives.get(random.nextInt(lives.size()));
        if (life.frozenTurns > 0) {
            life.frozenTurns--;
            if (life.frozenTurns == 0) {
                trace.say(life.name, "wakes up");
            }
            return Optional.empty();
        }
        return Optional.of(life);
    }

    private void happen() {
        if (random.nextInt(upheavals) < 10) {
            upheave();
            return;
        }
        FlowPartition partition = flow.get(random.nextInt(flow.size()));
        SourceLog applications = partition.applications();
        Optional<SimulatedPartition> to =
                Optional.ofNullable(readers.get(partition.name())).map(reader -> reader.target);
        switch (random.nextInt(40)) {
            case 0 -> to.ifPresent(applications::writeForeign);
            case 1 -> to.ifPresent(found -> applications.writeForeignIdempotent(found, someRecord(applications)));
            case 2 -> targetTopics.logs().compact(config.offsetsTopic());
            case 5 -> {
                if (loses) {
                    applications.deleteBelow(random.nextLong(
                            applications.partition.start,
                            Math.max(
                                            applications.partition.start,
                                            Math.min(
                                                    applications.readableEnd(),
                                                    applications.partition.lastStableOffset()))
                                    + 1));
                    trace.say(applications.partition, "begins at", applications.partition.start);
                }
            }
            case 6 -> {
                if (compacts) {
                    applications.compact();
                    trace.say(applications.partition, "is compacted");
                }
            }
            case 7, 8, 9, 10 -> {
                if (isOfOld && isAlone()) {
                    forgetOldRecords(partition.shard());
                }
                applications.step();
            }
            default -> applications.step();
        }
    }

    private SeenRecord someRecord(SourceLog applications) {
        List<SeenRecord> records = applications.visible();
        return records.isEmpty() ? null : records.get(random.nextInt(records.size()));
    }

    /** Something happens to an instance, or to who owns what. */
    private void upheave() {
        int shard = random.nextInt(owners.length);
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> crash();
            case 3, 4 -> freeze();
            case 5 -> assign(shard, somebodyElse(owners[shard]));
            case 6, 7 -> handOver(shard);
            case 8 -> {
                if (flow.size() < MAX_PARTITIONS && !epochsEnd) {
                    addPartition();
                }
            }
            default -> forgetOfOld(shard);
        }
        assignWhatIsFree();
    }

    private void crash() {
        if (lives.isEmpty()) {
            return;
        }
        Life life = lives.get(random.nextInt(lives.size()));
        if (random.nextBoolean()) {
            life.process.dieAfter(random.nextInt(40));
        } else {
            crash(life);
        }
    }

    private void crash(Life life) {
        lives.remove(life);
        life.process.die();
        trace.say(life.name, "dies");
        if (life.lane != null) {
            life.instance.crash();
        }
        ambiguitiesOfTheDead += life.instance.measures().recoveredAmbiguous.value();
        handOvers.removeIf(each -> each.from() == life);
        for (int shard = 0; shard < owners.length; shard++) {
            if (owners[shard] == life) {
                owners[shard] = null;
            }
        }
    }

    /** It gets no turns; its session ends, and another takes what it had. */
    private void freeze() {
        somebody().ifPresent(life -> {
            life.frozenTurns = 1 + random.nextInt(80);
            trace.say(life.name, "freezes");
            for (int shard = 0; shard < owners.length; shard++) {
                if (owners[shard] == life && random.nextInt(4) > 0) {
                    assign(shard, somebodyElse(life));
                }
            }
        });
    }

    private void handOver(int shard) {
        Life from = owners[shard];
        if (from != null && from.frozenTurns == 0 && from.ownership != null && from.holds(shard)) {
            trace.say(from.name, "is to hand over shard", shard);
            handOvers.add(
                    new HandOver(from, shard, from.ownership.revoke(shard), time.elapsedMillis() + HAND_OVER_MILLIS));
        }
    }

    /** The coordinator gives a shard to nobody else before it was let go, unless that takes too long. */
    private void endHandOvers() {
        for (HandOver each : List.copyOf(handOvers)) {
            boolean isLate = time.elapsedMillis() > each.untilMillis();
            if (each.letGo().isDone() || isLate) {
                handOvers.remove(each);
                if (each.letGo().isDone()) {
                    checkLetGo(each.from(), each.shard());
                } else if (!each.from().holds(each.shard())) {
                    trace.say(each.from().name, "did not let shard go in time", each.shard());
                    each.from().ownership.giveUp(each.shard());
                }
                if (owners[each.shard()] == each.from() && !each.from().holds(each.shard())) {
                    owners[each.shard()] = null;
                }
            }
        }
    }

    private static void checkLetGo(Life from, int shard) {
        if (!from.holds(shard) && !from.copies(shard).isEmpty()) {
            throw new Violation(from.name + " has let shard " + shard + " go, but copies " + from.copies(shard));
        }
        from.hasLetControlGo |= shard == 0 && !from.holds(shard);
    }

    /** Somebody who is not frozen, and not the one given. */
    private Life somebodyElse(Life life) {
        List<Life> others = lives.stream()
                .filter(each -> each != life && each.frozenTurns == 0)
                .toList();
        boolean isBorn = others.isEmpty() || (lives.size() < MAX_INSTANCES && random.nextInt(3) == 0);
        return isBorn ? bear() : others.get(random.nextInt(others.size()));
    }

    private void assignWhatIsFree() {
        for (int shard = 0; shard < owners.length; shard++) {
            boolean isFree = owners[shard] == null || !lives.contains(owners[shard]);
            if (isFree && random.nextInt(4) > 0) {
                assign(shard, somebodyElse(null));
            }
        }
    }

    /**
     * The target's brokers forget producers and transactional ids that have not been used for days. Nobody is frozen for so
     * long, and nothing is on its way.
     */
    private void forgetOfOld(int shard) {
        boolean isAlone = isAlone();
        boolean isBusy = isBusy();
        // A batch that waits to be sent again is on its way, too.
        boolean mayBeOnItsWay = isAlone
                && !lives.stream().allMatch(life -> life.copies(shard).stream().allMatch(CopiedPartition::isDone));
        if (!isAlone || isBusy || mayBeOnItsWay) {
            return;
        }
        if (random.nextInt(3) == 0) {
            target.transactions().expire(SimulatedInstance.TRANSACTIONAL_IDS + shard);
        }
        for (FlowPartition partition : flow) {
            TargetReader reader = readers.get(partition.name());
            if (partition.shard() == shard && reader != null && random.nextBoolean()) {
                SimulatedPartition to = reader.target;
                trace.say("target", to, "forgets its producers");
                to.producerIds().forEach(to::expire);
            }
        }
    }

    private boolean isBusy() {
        return target.hasPosthumousRequests()
                || lives.stream().anyMatch(life -> life.instance.producer.inflightRequests() > 0);
    }

    /** Whether one instance has all, and nobody is there any more, nor a request, that was fenced. */
    private boolean isAlone() {
        return lives.size() == 1
                && lives.get(0).lane != null
                && lives.get(0).ownership.held().size() == owners.length
                && handOvers.isEmpty()
                && !target.hasPosthumousRequests();
    }

    /** They do so for the age of a producer's last record, be it ever so lately that it was written. */
    private void forgetOldRecords(int shard) {
        for (FlowPartition partition : flow) {
            TargetReader reader = readers.get(partition.name());
            if (reader == null) {
                continue;
            }
            SimulatedPartition to = reader.target;
            boolean isTime = (to.isUnheard && !isBusy()) || time.elapsedMillis() - to.appendedMillis > LOOK_MILLIS;
            if (partition.shard() == shard && isTime) {
                trace.say("target", to, "forgets producers of old records");
                to.expireOld();
            }
        }
    }

    private void check() {
        readers.values().forEach(TargetReader::read);
        for (Life life : lives) {
            if (life.lane != null) {
                life.lane.check();
                life.instance.check();
            }
        }
        endHandOvers();
    }

    /** From now on nothing goes wrong, everybody is awake and every shard has an owner. */
    private void calm() {
        trace.say("calm from now on");
        faults.calm();
        flow.forEach(partition -> partition.applications().finish());
        for (Life life : List.copyOf(lives)) {
            life.frozenTurns = 0;
            life.process.live();
            for (int shard = 0; shard < owners.length; shard++) {
                if (owners[shard] != life && life.ownership != null) {
                    life.ownership.lose(shard);
                }
            }
        }
        calmSinceMillis = time.elapsedMillis();
    }

    private void untilCopied() {
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (!isCopied()) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("nothing goes wrong any more, but it does not end");
            }
            calmTurn();
        }
    }

    private boolean isCopied() {
        boolean isCopied = true;
        for (int shard = 0; shard < owners.length; shard++) {
            isCopied &= isCopied(shard);
        }
        return isCopied;
    }

    private boolean isCopied(int shard) {
        Life owner = owners[shard];
        if (owner == null) {
            assign(shard, lives.isEmpty() ? bear() : lives.get(random.nextInt(lives.size())));
            return false;
        }
        List<CopiedPartition> copies = owner.copies(shard);
        List<FlowPartition> all =
                flow.stream().filter(each -> each.shard() == shard).toList();
        if (copies.size() < all.size() && time.elapsedMillis() - calmSinceMillis > MAX_BEGIN_MILLIS) {
            throw new Violation("partitions " + all + " are to be copied, but these are: " + copies);
        }
        return copies.size() == all.size() && copies.stream().allMatch(CopiedPartition::isDone);
    }

    private void checkEnd() {
        if (!removes() && ambiguities() > 0) {
            throw new Violation("nothing was removed from the source, but what was written was not found there");
        }
        for (int shard = 0; shard < owners.length; shard++) {
            owners[shard].copies(shard).forEach(CopiedPartition::checkEnd);
        }
    }

    private void calmTurn() {
        calmTurn(MAX_IDLE_STEPS);
    }

    /**
     * @param mostIdleSteps how much faster than usual time may pass while nothing happens
     */
    private void calmTurn(int mostIdleSteps) {
        int work = 0;
        for (Life life : List.copyOf(lives)) {
            work += produce(life);
            work += fetch(life);
            work += calls(life);
            work += control(life);
        }
        source.step();
        target.step();
        check();
        idleTurns = work > 0 ? 0 : idleTurns + 1;
        time.advanceMillis(work > 0 ? 0 : IDLE_MILLIS * Math.max(1, Math.min(mostIdleSteps, idleTurns / 4)));
        time.advanceNanos(50_000);
    }

    /** When there is nothing to do, next to nothing is done. Some lifetimes show it for all. */
    private void quiet() {
        if (seed % QUIET_SEEDS != 0) {
            return;
        }
        long requests = source.requests() + target.requests();
        long until = time.elapsedMillis() + QUIET_MILLIS;
        while (time.elapsedMillis() < until) {
            calmTurn(1);
        }
        long more = source.requests() + target.requests() - requests;
        if (more > MAX_QUIET_REQUESTS * lives.size()) {
            throw new AssertionError(more + " requests within " + QUIET_MILLIS + " ms although nothing happens");
        }
    }

    /** All instances end in good order: what was lent is given back, and what was copied is saved. */
    private void stop() {
        untilCopied(); // A hand-over that has ended since left its shard without an owner.
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (int shard = 0; shard < owners.length; shard++) {
            owners[shard]
                    .copies(shard)
                    .forEach(copy -> positions.put(copy.partition.source(), copy.partition.position()));
        }
        lives.forEach(life -> life.flow.stop());
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (lives.stream().anyMatch(life -> !life.flow.isOver() || life.instance.holdsMemory())) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("not stopped, or memory still in use");
            }
            calmTurn();
        }
        checkSaved(positions);
        lives.stream().filter(life -> life.lane != null).forEach(life -> life.instance.close());
    }

    private void checkSaved(Map<TopicPartition, Long> positions) {
        targetTopics.logs().shown = (key, value) -> value;
        Cluster reader = new SimulatedAccess(targetTopics, new SimulatedProcess(), faults, false);
        try (OffsetLog log = new OffsetLog(config, reader, Duration.ofSeconds(1))) {
            Map<TopicPartition, SavedProgress> saved = log.load().partitions();
            positions.forEach((partition, position) -> {
                if (!saved.containsKey(partition) || saved.get(partition).position() != position) {
                    throw new Violation("stopped in good order at " + position + " of " + partition + ", but saved "
                            + saved.get(partition));
                }
            });
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
