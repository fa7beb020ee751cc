package io.replicator.simulation;

import io.replicator.config.Isolation;
import io.replicator.config.Shaping;
import io.replicator.delivery.Grant;
import io.replicator.offsets.OffsetLogInMemory;
import io.replicator.offsets.PartitionPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * One lifetime of a flow, from a seed, and the lives of its instances within: they follow one another and overlap, crash
 * between any two of their turns, freeze and wake up when another has long taken over, hand over cleanly, or take
 * themselves for the owner of what another owns. Every instance is a whole lane with a control plane; all take turns on one
 * thread, between two simulated clusters where brokers fail, answers get lost and logs are cut.
 *
 * <p>After every turn the target must hold, for a reader of everything, a prefix of what the source committed, in order,
 * each record once, and no instance may believe more than is true. Then all trouble ends, and everything must arrive.
 */
final class LivesSimulation {
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
    private final OffsetLogInMemory log = new OffsetLogInMemory();
    private final List<SimulatedControl.FlowPartition> flow = new ArrayList<>();
    private final List<Life> lives = new ArrayList<>();

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
    private final int[] weights = new int[7];

    private int born;
    private int idleTurns;

    /** What instances that are dead have counted. */
    private long ambiguitiesOfTheDead;

    /** One instance. */
    private static final class Life {
        final String name;
        final SimulatedInstance lane;
        final SimulatedControl control;

        /** Turns that pass it by. */
        int frozenTurns;

        Life(String name, SimulatedInstance lane, SimulatedControl control) {
            this.name = name;
            this.lane = lane;
            this.control = control;
        }

        @Override
        public String toString() {
            return control.toString();
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
        target.transactions().losesCommits = sabotage == Sabotage.COMMITS_ARE_LOST;
        this.epochsEnd = random.nextInt(12) == 0;
        if (epochsEnd) {
            target.transactions().beginsWith(EPOCH_NEAR_ITS_END);
        }
    }

    /** Lives from the first turn to the last. */
    void run() {
        try {
            live();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + " (" + faults + (loses ? ", retention" : "") + (compacts ? ", compaction" : "")
                            + (epochsEnd ? ", epochs end" : "") + (isOfOld ? ", old records" : "")
                            + (sabotage == Sabotage.NONE ? "" : ", " + sabotage) + "): " + failure + "\n" + trace
                            + lives + "\nagain with -Dsimulation.seed=" + seed,
                    failure);
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
        drain();
    }

    private void addPartition() {
        int number = flow.size();
        String topic = "topic-" + number % 2;
        SimulatedPartition from = source.addPartition(topic, number % 2, number / 2);
        SimulatedPartition to = target.addPartition("copy-" + topic, number % 2, number / 2);
        SourceLog applications = new SourceLog(from, isolation == Isolation.READ_COMMITTED, random.split());
        if (compacts) {
            applications.compacts();
        }
        for (int backlog = random.nextInt(3) * random.nextInt(30); backlog > 0; backlog--) {
            applications.step();
        }
        for (int foreign = random.nextInt(3); foreign > 0; foreign--) {
            applications.writeForeignIdempotent(to, null);
        }
        long start = random.nextBoolean() ? 0 : random.nextLong(applications.readableEnd() + 1);
        to.maxBatchBytes = List.of(1 << 20, 20_000, 8_000).get(random.nextInt(3));
        to.replicatesItself = true;
        to.ignoresMarkerEpochs = sabotage == Sabotage.FENCE_IS_SKIPPED;
        to.ignoresSequences = sabotage == Sabotage.SEQUENCES_ARE_IGNORED;
        from.onNewLeader = applications::loseUnreplicated;
        to.onNewLeader = () -> loseUnreplicated(to);
        TargetReader reader = new TargetReader(
                applications,
                to,
                start,
                target.transactions()::gave,
                target.transactions()::isCommitted,
                removes() ? this::ambiguities : () -> 0);
        PartitionPair pair =
                new PartitionPair(new TopicPartition(topic, number / 2), from.topicId, to.topic, to.topicId);
        int knownLimit = random.nextInt(3) == 0 ? 1 << 20 : to.maxBatchBytes;
        SimulatedControl.FlowPartition partition =
                new SimulatedControl.FlowPartition(number % owners.length, pair, reader, knownLimit);
        flow.add(partition);
        lives.forEach(life -> life.control.joined(partition));
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
                        .mapToLong(
                                life -> life.lane.measures().recoveredAmbiguous.value())
                        .sum());
    }

    /** A process starts. */
    private Life bear() {
        String name = "instance-" + born++;
        SplittableRandom own = random.split();
        List<Shaping> ways = List.of(Shaping.values());
        SimulatedInstance lane = new SimulatedInstance(
                world, own, isolation, ways.get(own.nextInt(ways.size())), true, transactions && own.nextInt(5) > 0);
        SimulatedControl control = new SimulatedControl(name, lane, log, flow, time, faults, trace, sabotage);
        lane.producer.tells(control);
        lane.start();
        Life life = new Life(name, lane, control);
        lives.add(life);
        trace.say(name, "starts");
        return life;
    }

    private void assign(int shard, Life life) {
        owners[shard] = life;
        life.control.own(shard);
    }

    private void turn() {
        int kind = 0;
        for (int left = random.nextInt(Arrays.stream(weights).sum()); left >= weights[kind]; kind++) {
            left -= weights[kind];
        }
        switch (kind) {
            case 0 -> somebody().ifPresent(life -> life.lane.fetch());
            case 1 -> somebody().ifPresent(life -> life.lane.produce());
            case 2 -> somebody().ifPresent(life -> life.control.work());
            case 3 -> source.step();
            case 4 -> target.step();
            case 5 -> time.advanceMillis(random.nextInt(30) == 0 ? random.nextInt(1_500) : random.nextInt(10));
            default -> happen();
        }
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
        SimulatedControl.FlowPartition partition = flow.get(random.nextInt(flow.size()));
        SourceLog applications = partition.reader().source;
        switch (random.nextInt(40)) {
            case 0 -> applications.writeForeign(partition.reader().target);
            case 1 -> applications.writeForeignIdempotent(partition.reader().target, someRecord(applications));
            case 2, 3, 4 -> somebody().ifPresent(life -> life.control.save());
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
        Life life = lives.remove(random.nextInt(lives.size()));
        trace.say(life.name, "dies");
        life.lane.crash();
        ambiguitiesOfTheDead += life.lane.measures().recoveredAmbiguous.value();
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
        if (from != null && from.frozenTurns == 0) {
            from.control.handOver(shard, () -> {
                if (owners[shard] == from) {
                    owners[shard] = null;
                }
            });
        }
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
                && !lives.stream()
                        .allMatch(life -> life.control.copies(shard).stream().allMatch(CopiedPartition::isDone));
        if (!isAlone || isBusy || mayBeOnItsWay) {
            return;
        }
        if (random.nextInt(3) == 0) {
            target.transactions().expire(SimulatedInstance.TRANSACTIONAL_IDS + shard);
        }
        for (SimulatedControl.FlowPartition partition : flow) {
            SimulatedPartition to = partition.reader().target;
            if (partition.shard() == shard && random.nextBoolean()) {
                trace.say("target", to, "forgets its producers");
                to.producerIds().forEach(to::expire);
            }
        }
    }

    private boolean isBusy() {
        return target.hasPosthumousRequests()
                || lives.stream().anyMatch(life -> life.lane.producer.inflightRequests() > 0);
    }

    /** Whether one instance has all, and nobody is there any more, nor a request, that was fenced. */
    private boolean isAlone() {
        return lives.size() == 1
                && lives.get(0).control.shards().size() == owners.length
                && !target.hasPosthumousRequests();
    }

    /** They do so for the age of a producer's last record, be it ever so lately that it was written. */
    private void forgetOldRecords(int shard) {
        for (SimulatedControl.FlowPartition partition : flow) {
            SimulatedPartition to = partition.reader().target;
            boolean isTime = (to.isUnheard && !isBusy()) || time.elapsedMillis() - to.appendedMillis > LOOK_MILLIS;
            if (partition.shard() == shard && isTime) {
                trace.say("target", to, "forgets producers of old records");
                to.expireOld();
            }
        }
    }

    private void check() {
        flow.forEach(partition -> partition.reader().read());
        for (Life life : lives) {
            life.control.check();
            life.lane.check();
        }
    }

    /** From now on nothing goes wrong, everybody is awake and every shard has an owner. */
    private void calm() {
        trace.say("calm from now on");
        faults.calm();
        flow.forEach(partition -> partition.reader().source.finish());
        lives.forEach(life -> life.frozenTurns = 0);
    }

    private void untilCopied() {
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (!isCopied()) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("nothing goes wrong any more, but it does not end: " + copies());
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

    private boolean isEmpty(int shard) {
        return flow.stream().noneMatch(partition -> partition.shard() == shard);
    }

    private boolean isCopied(int shard) {
        if (isEmpty(shard)) {
            return true;
        }
        Optional<Life> owner = owner(shard);
        if (owner.isEmpty()) {
            boolean isFree = lives.stream().noneMatch(life -> life.control.owns(shard));
            if (isFree) {
                assign(shard, lives.isEmpty() ? bear() : lives.get(random.nextInt(lives.size())));
            }
            return false;
        }
        SimulatedControl control = owner.get().control;
        return control.hasAll(shard) && control.copies(shard).stream().allMatch(CopiedPartition::isDone);
    }

    /** Who writes a shard now: it was granted what is latest, of all that anybody still knows of. */
    private Optional<Life> owner(int shard) {
        return lives.stream()
                .filter(life -> life.control.grant(shard).isPresent())
                .max(Comparator.comparing(
                        life -> life.control.grant(shard).orElseThrow(),
                        Comparator.comparingLong(Grant::producerId).thenComparingInt(Grant::epoch)));
    }

    private String copies() {
        StringBuilder text = new StringBuilder();
        for (int shard = 0; shard < owners.length; shard++) {
            text.append("\ngroup ").append(shard).append(": ");
            for (Life life : lives) {
                if (life.control.owns(shard)) {
                    text.append(life.name).append(life.control.copies(shard)).append(' ');
                }
            }
        }
        return text.toString();
    }

    private void checkEnd() {
        if (!removes() && ambiguities() > 0) {
            throw new Violation("nothing was removed from the source, but what was written was not found there");
        }
        for (int shard = 0; shard < owners.length; shard++) {
            if (!isEmpty(shard)) {
                owner(shard).orElseThrow().control.copies(shard).forEach(CopiedPartition::checkEnd);
            }
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
            work += life.lane.produce();
            work += life.lane.fetch();
            work += life.control.work();
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

    /** What was lent is given back. */
    private void drain() {
        List<CompletableFuture<Void>> drained =
                lives.stream().map(life -> life.lane.drain()).toList();
        long until = time.elapsedMillis() + MAX_CALM_MILLIS;
        while (!drained.stream().allMatch(CompletableFuture::isDone)
                || lives.stream().anyMatch(life -> life.lane.holdsMemory())) {
            if (time.elapsedMillis() > until) {
                throw new AssertionError("not drained, or still in use: " + lives);
            }
            calmTurn();
        }
        lives.forEach(life -> life.lane.close());
    }
}
