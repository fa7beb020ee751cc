package io.replicator.simulation;

import io.replicator.cluster.Cluster;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedProgress;
import io.replicator.simulation.FlowWorld.FlowPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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
    private static final int SETTLED_SEEDS = 4;

    /** A turn in which nothing happens takes so long, and longer when many follow one another. */
    private static final int IDLE_MILLIS = 10;

    private static final int MAX_IDLE_STEPS = 10;

    private static final int MAX_INSTANCES = 3;
    private static final int MAX_PARTITIONS = 5;

    /** The coordinator waits for a hand-over for so long. */
    private static final Duration HAND_OVER = FlowWorld.DRAIN.plusMillis(2_500);

    /** Once nothing goes wrong, a partition is copied so soon after it appeared. */
    private static final long MAX_BEGIN_MILLIS = 60_000;

    private final long seed;
    private final SplittableRandom random;
    private final FlowWorld world;
    private final SimulatedTime time;
    private final Trace trace;
    private final ShardCoordinator coordinator;
    private final List<Life> lives = new ArrayList<>();
    private final ForgetfulTarget forgetful;
    private final int turns;
    private final int upheavals;

    /** How often each kind of turn comes, one after the other. */
    private final int[] weights = new int[8];

    private int born;
    private int idleTurns;
    private long calmSinceMillis;

    /** What instances that are dead have counted. */
    private long ambiguitiesOfTheDead;

    LivesSimulation(long seed, Sabotage sabotage) {
        this(seed, sabotage, false);
    }

    /** @param transactions whether most of the instances write in transactions */
    LivesSimulation(long seed, Sabotage sabotage, boolean transactions) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.world = new FlowWorld(random.split(), sabotage, transactions, this::ambiguities);
        this.time = world.time;
        this.trace = world.trace;
        this.coordinator = new ShardCoordinator(world.shards, FlowWorld.DRAIN, HAND_OVER, time, trace);
        this.forgetful = new ForgetfulTarget(world, lives, coordinator, random.split());
        // An owner takes dozens of turns before it writes, and transactions take more: in most of the lifetimes there
        // are to be some between two upheavals.
        this.turns = transactions ? 1_500 + random.nextInt(10_000) : 300 + random.nextInt(4_000);
        this.upheavals = (20 + random.nextInt(150)) * (transactions ? 5 + random.nextInt(40) : 1 + random.nextInt(20));
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1 + random.nextInt(5);
        }
    }

    /** Lives from the first turn to the last. */
    void run() {
        MDC.put("world", "simulated");
        try {
            live();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + " (" + world + "): " + failure + "\n" + trace + lives
                            + "\nagain with -Dsimulation.seed=" + seed,
                    failure);
        } finally {
            MDC.remove("world");
        }
    }

    private void live() {
        for (int partitions = 1 + random.nextInt(3); partitions > 0; partitions--) {
            world.addPartition(List.of());
        }
        world.partitions.forEach(partition -> world.starts.isFirst(partition.name()));
        Life first = bear();
        for (int shard = 0; shard < world.shards; shard++) {
            coordinator.assign(shard, first);
        }
        for (int turn = 0; turn < turns; turn++) {
            turn();
            check();
        }
        calm();
        untilCopied();
        checkEnd();
        settleGroups();
        quiet();
        stop();
    }

    private void addPartition() {
        world.addPartition(lives);
        if (random.nextBoolean()) {
            lives.forEach(life -> life.flow.look());
        }
    }

    private int ambiguities() {
        return (int) (ambiguitiesOfTheDead
                + lives.stream().mapToLong(Life::ambiguities).sum());
    }

    /** A process starts. */
    private Life bear() {
        Life life = new Life(born++, world, coordinator, random.split());
        lives.add(life);
        trace.say(life.name, "starts");
        return life;
    }

    private void turn() {
        int kind = 0;
        for (int left = random.nextInt(Arrays.stream(weights).sum()); left >= weights[kind]; kind++) {
            left -= weights[kind];
        }
        switch (kind) {
            case 0 -> somebody().ifPresent(Life::fetch);
            case 1 -> somebody().ifPresent(Life::produce);
            case 2 -> somebody().ifPresent(Life::control);
            case 3 -> somebody().ifPresent(this::calls);
            case 4 -> world.source.step();
            case 5 -> world.target.step();
            case 6 -> time.advanceMillis(random.nextInt(30) == 0 ? random.nextInt(1_500) : random.nextInt(10));
            default -> happen();
        }
    }

    private int calls(Life life) {
        int work = life.calls();
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
        FlowPartition partition = world.somePartition();
        SourceLog applications = partition.applications();
        Optional<SimulatedPartition> to = world.copyOf(partition);
        switch (random.nextInt(40)) {
            case 0 -> to.ifPresent(applications::writeForeign);
            case 1 -> to.ifPresent(found -> applications.writeForeignIdempotent(found, someRecord(applications)));
            case 2 -> world.targetTopics.logs().compact(world.config.offsetsTopic());
            case 3, 4, 11 -> world.groups.commit(partition.name(), applications, random);
            case 5 -> {
                if (world.loses) {
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
                if (world.compacts) {
                    applications.compact();
                    trace.say(applications.partition, "is compacted");
                }
            }
            case 7, 8, 9, 10 -> {
                forgetful.forgetOldRecords(partition.shard());
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
        int shard = random.nextInt(world.shards);
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> crash();
            case 3, 4 -> freeze();
            case 5 -> coordinator.assign(shard, somebodyElse(coordinator.owner(shard)));
            case 6, 7 -> coordinator.handOver(shard);
            case 8 -> {
                if (world.partitions.size() < MAX_PARTITIONS && !world.epochsEnd) {
                    addPartition();
                }
            }
            case 9 -> loseLane(shard);
            default -> forgetful.forgetOfOld(shard);
        }
        assignWhatIsFree();
    }

    /** A thread of the lane dies that copies a shard. */
    private void loseLane(int shard) {
        Life owner = coordinator.owner(shard);
        if (owner != null && owner.frozenTurns == 0) {
            owner.loseLane(random.nextBoolean());
        }
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
        life.crash();
        trace.say(life.name, "dies");
        ambiguitiesOfTheDead += life.ambiguities();
        coordinator.forget(life);
    }

    /** It gets no turns; its session ends, and another takes what it had. */
    private void freeze() {
        somebody().ifPresent(life -> {
            life.frozenTurns = 1 + random.nextInt(80);
            trace.say(life.name, "freezes");
            for (int shard = 0; shard < world.shards; shard++) {
                if (coordinator.isOwner(life, shard) && random.nextInt(4) > 0) {
                    coordinator.assign(shard, somebodyElse(life));
                }
            }
        });
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
        for (int shard = 0; shard < world.shards; shard++) {
            boolean isFree = coordinator.owner(shard) == null;
            if (isFree && random.nextInt(4) > 0) {
                coordinator.assign(shard, somebodyElse(null));
            }
        }
    }

    private void check() {
        world.read();
        lives.forEach(Life::check);
        coordinator.endHandOvers();
    }

    /** From now on nothing goes wrong, everybody is awake and every shard has an owner. */
    private void calm() {
        trace.say("calm from now on");
        world.faults.calm();
        world.partitions.forEach(partition -> partition.applications().finish());
        for (Life life : List.copyOf(lives)) {
            life.frozenTurns = 0;
            life.process.live();
            coordinator.tellWhatIsLost(life);
        }
        if (random.nextInt(4) == 0) {
            loseLane(random.nextInt(world.shards)); // The last thing that goes wrong.
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
        for (int shard = 0; shard < world.shards; shard++) {
            isCopied &= isCopied(shard);
        }
        return isCopied;
    }

    private boolean isCopied(int shard) {
        Life owner = coordinator.owner(shard);
        if (owner == null) {
            coordinator.assign(shard, lives.isEmpty() ? bear() : lives.get(random.nextInt(lives.size())));
            return false;
        }
        List<CopiedPartition> copies = owner.copies(shard);
        List<FlowPartition> all =
                world.partitions.stream().filter(each -> each.shard() == shard).toList();
        if (copies.size() < all.size() && time.elapsedMillis() - calmSinceMillis > MAX_BEGIN_MILLIS) {
            throw new Violation("partitions " + all + " are to be copied, but these are: " + copies);
        }
        return copies.size() == all.size() && copies.stream().allMatch(CopiedPartition::isDone);
    }

    private void checkEnd() {
        if (!world.removes() && ambiguities() > 0) {
            throw new Violation("nothing was removed from the source, but what was written was not found there");
        }
        for (int shard = 0; shard < world.shards; shard++) {
            coordinator.owner(shard).copies(shard).forEach(CopiedPartition::checkEnd);
        }
    }

    /** What groups committed last is on the target before long. Some lifetimes show it for all. */
    private void settleGroups() {
        if (seed % SETTLED_SEEDS != 0) {
            return;
        }
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        for (Optional<String> late = world.groups.unsettled(); late.isPresent(); late = world.groups.unsettled()) {
            if (time.elapsedMillis() > until) {
                throw new Violation("a group's position does not follow: " + late.get());
            }
            isCopied(); // A hand-over that has ended since left its shard without an owner.
            calmTurn();
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
            work += life.produce();
            work += life.fetch();
            work += calls(life);
            work += life.control();
        }
        world.source.step();
        world.target.step();
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
        long requests = world.source.requests() + world.target.requests();
        long until = time.elapsedMillis() + QUIET_MILLIS;
        while (time.elapsedMillis() < until) {
            calmTurn(1);
        }
        long more = world.source.requests() + world.target.requests() - requests;
        if (more > MAX_QUIET_REQUESTS * lives.size()) {
            throw new AssertionError(more + " requests within " + QUIET_MILLIS + " ms although nothing happens");
        }
    }

    /** All instances end in good order: what was lent is given back, and what was copied is saved. */
    private void stop() {
        untilCopied(); // A hand-over that has ended since left its shard without an owner.
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (int shard = 0; shard < world.shards; shard++) {
            coordinator
                    .owner(shard)
                    .copies(shard)
                    .forEach(copy -> positions.put(copy.partition.source(), copy.partition.position()));
        }
        lives.forEach(life -> life.flow.stop());
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (lives.stream().anyMatch(life -> !life.flow.isOver() || life.holdsMemory())) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("not stopped, or memory still in use");
            }
            calmTurn();
        }
        checkSaved(positions);
        lives.forEach(Life::close);
    }

    private void checkSaved(Map<TopicPartition, Long> positions) {
        world.targetTopics.logs().shown = (key, value) -> value;
        Cluster reader = new SimulatedAccess(world.targetTopics, new SimulatedProcess(), world.faults);
        try (OffsetLog log = new OffsetLog(world.config, reader, Duration.ofSeconds(1))) {
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
