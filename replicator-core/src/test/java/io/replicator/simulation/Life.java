package io.replicator.simulation;

import io.replicator.cluster.Cluster;
import io.replicator.config.Shaping;
import io.replicator.delivery.ShardEvents;
import io.replicator.flow.FlowState;
import io.replicator.flow.TurnedFlow;
import io.replicator.lane.ControlledLane;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** One instance of the flow: a process with its control plane, and its lane, which may be replaced. */
final class Life {
    private static final Duration SESSION = Duration.ofSeconds(2);

    /** A round of groups' positions is many calls. */
    private static final String GROUPS = "keep groups' positions";

    /** The most that each step of a call takes. */
    private static final int CALL_MILLIS = 20;

    private static final int GROUPS_MILLIS = 500;
    private static final int SLOW_MILLIS = 1_000;

    final String name;
    final SimulatedProcess process = new SimulatedProcess();
    final TurnedFlow flow;
    private final FlowWorld world;
    private final boolean isFirst;
    private final SplittableRandom random;
    private final Shaping shaping;
    private final boolean writesTransactions;
    private final FollowedGroups.Follower groups;

    /** What it copies with; {@code null} before it has a lane. */
    private SimulatedInstance instance;

    private SimulatedLane lane;

    /** What lanes that died have counted. */
    private long ambiguitiesOfTheDead;

    /** {@code null} before it joins. */
    SimulatedOwnership ownership;

    /** Whether it has let shard 0 go in time and did not get it again. */
    boolean hasLetControlGo;

    /** Turns that pass it by. */
    int frozenTurns;

    /** @param number how many lived before it */
    Life(int number, FlowWorld world, ShardCoordinator coordinator, SplittableRandom random) {
        this.name = "instance-" + number;
        this.isFirst = number == 0;
        this.world = world;
        this.random = random;
        List<Shaping> ways = List.of(Shaping.values());
        this.shaping = ways.get(random.nextInt(ways.size()));
        this.writesTransactions = world.transactions && random.nextInt(5) > 0;
        this.groups = world.groups.follow(name, process, () -> !hasLetControlGo, () -> coordinator.isOwner(this, 0));
        this.flow = new TurnedFlow(
                world.config,
                name,
                Duration.ofMillis(50 + random.nextInt(1_500)),
                FlowWorld.DRAIN,
                SESSION,
                new TurnedFlow.World(
                        (cluster, clientId, timeout) -> access(cluster.name()),
                        (flowConfig, membership, cluster, events) -> {
                            ownership = new SimulatedOwnership(
                                    events, process, world.faults, shard -> coordinator.isOwner(this, shard));
                            coordinator.joins(this);
                            return ownership;
                        },
                        lanes(),
                        groups::arrive,
                        world.time::nanoseconds,
                        this::delayNanos,
                        world.sabotage.mistake));
    }

    private long delayNanos(String what) {
        Faults faults = world.faults;
        int usual = what.equals(GROUPS) ? GROUPS_MILLIS : CALL_MILLIS;
        return TimeUnit.MILLISECONDS.toNanos(faults.upTo(faults.strike(4) ? SLOW_MILLIS : usual));
    }

    private Cluster access(String cluster) {
        return cluster.equals("source")
                ? new SimulatedAccess(
                        world.sourceTopics,
                        process,
                        world.faults,
                        world.sabotage == Sabotage.PLANS_ARE_STALE,
                        groups.onSource(),
                        (partition, position, offset) -> world.starts.asks(name, isFirst, partition, position, offset))
                : new SimulatedAccess(
                        world.targetTopics,
                        process,
                        world.faults,
                        false,
                        groups.onTarget(),
                        (partition, position, offset) -> {});
    }

    private TurnedFlow.Lanes lanes() {
        return new TurnedFlow.Lanes() {
            @Override
            public ControlledLane start(ShardEvents events) {
                return open(events);
            }

            @Override
            public void end(ControlledLane dead) {
                process.step();
                ((SimulatedLane) dead).end();
            }
        };
    }

    private SimulatedLane open(ShardEvents events) {
        ambiguitiesOfTheDead = ambiguities();
        instance = new SimulatedInstance(
                world.instances, random.split(), world.isolation, shaping, true, writesTransactions);
        instance.producer.reportTo(events);
        instance.fetcher.reportNewsTo(flow::look);
        instance.start();
        lane = new SimulatedLane(name, instance, world::reader, world.starts, world.trace, world.sabotage);
        return lane;
    }

    int fetch() {
        return instance == null ? 0 : instance.fetch();
    }

    int produce() {
        return instance == null ? 0 : instance.produce();
    }

    int control() {
        int work = process.isDead() ? 0 : flow.control();
        if (flow.state() == FlowState.FAILED) {
            throw new Violation("the control plane ended by itself: " + this);
        }
        flow.starving().ifPresent(task -> {
            throw new Violation(task + " is due and gets no turn");
        });
        return work;
    }

    int calls() {
        int work = process.isDead() ? 0 : turnCalls();
        if (flow.groupsTrouble().startsWith("internal error")) {
            throw new Violation("groups' positions are kept no more: " + flow.groupsTrouble());
        }
        return work;
    }

    private int turnCalls() {
        try {
            return flow.calls();
        } catch (SimulatedProcess.ProcessDied died) {
            return 1; // In the middle of what no queue made.
        }
    }

    /** The process is killed. */
    void crash() {
        process.die();
        if (instance != null) {
            instance.crash();
        }
    }

    /** One of the lane's threads dies. */
    void loseLane(boolean isFetcher) {
        if (lane != null) {
            lane.die(isFetcher);
        }
    }

    void close() {
        if (instance != null) {
            instance.close();
        }
    }

    /** Whether it has a lane whose threads live. */
    boolean hasLane() {
        return lane != null && lane.death().isEmpty();
    }

    boolean holds(int shard) {
        return ownership != null && ownership.holds(shard);
    }

    boolean isBusy() {
        return instance != null && instance.producer.inflightRequests() > 0;
    }

    boolean holdsMemory() {
        return instance != null && instance.holdsMemory();
    }

    List<CopiedPartition> copies(int shard) {
        return lane == null ? List.of() : lane.copies(shard);
    }

    /** Whether it copies a partition of a source topic. */
    boolean copies(String topic) {
        return lane != null
                && lane.copies().stream()
                        .anyMatch(copy -> copy.partition.source().topic().equals(topic));
    }

    /** How often it has said that it may write again what it wrote. */
    long ambiguities() {
        return ambiguitiesOfTheDead
                + (instance == null ? 0 : instance.measures().recoveredAmbiguous.value());
    }

    void check() {
        if (lane != null) {
            lane.check();
            instance.check();
        }
    }

    @Override
    public String toString() {
        return "\n" + name + (frozenTurns > 0 ? " frozen" : "") + " " + flow + " " + lane;
    }
}
