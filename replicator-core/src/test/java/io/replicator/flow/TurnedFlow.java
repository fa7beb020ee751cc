package io.replicator.flow;

import io.replicator.cluster.ClusterOpener;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.delivery.ShardEvents;
import io.replicator.lane.ControlledLane;
import io.replicator.ownership.Membership;
import io.replicator.ownership.ShardOwnership;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** A flow's real control plane whose turns, and whose calls' turns, somebody else gives it. */
public final class TurnedFlow {
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final FlowMail mail = new FlowMail();
    private final FlowCondition condition;
    private final FlowControl control;
    private final LongSupplier now;
    private final TaskWatch watch;
    private final FlowGroups groups;
    private final KeptGroups keptGroups;
    private final TurnedCalls log;
    private final TurnedCalls clusters;
    private final TurnedCalls ownership;
    private final TurnedCalls positions;
    private final TurnedCalls lanes;
    private boolean isOver;
    private boolean isClosed;

    /**
     * Where a flow lives.
     *
     * @param clusters opens simulated ones
     * @param ownership opens a simulated membership
     * @param lanes makes the flow's only lane
     * @param groupsArrive what was written of groups' positions arrives at the target
     * @param now the time
     * @param delay how long each step of a call takes, by what is asked
     * @param mistake a planted one
     */
    public record World(
            ClusterOpener clusters,
            ShardOwnership.Opener ownership,
            Lanes lanes,
            Runnable groupsArrive,
            LongSupplier now,
            ToLongFunction<String> delay,
            PlantedMistake mistake) {}

    /** Makes the only lane, and another one after it died. */
    public interface Lanes {
        ControlledLane start(ShardEvents events);

        void end(ControlledLane dead);
    }

    public TurnedFlow(
            FlowConfig config,
            String instance,
            Duration progressInterval,
            Duration drainTimeout,
            Duration sessionTimeout,
            World world) {
        this.now = world.now();
        this.condition = new FlowCondition(config.name());
        this.watch = new TaskWatch(world.mistake() == PlantedMistake.TASKS_STARVE);
        this.groups = new FlowGroups(config, world.clusters(), () -> {});
        this.keptGroups = new KeptGroups(groups, world.groupsArrive());
        this.log = queue(world);
        this.clusters = queue(world);
        this.ownership = queue(world);
        this.positions = new TurnedCalls(
                mail.answers(),
                world.now(),
                world.delay(),
                world.groupsArrive(),
                world.mistake() == PlantedMistake.GROUPS_ARE_NOT_WAITED_FOR ? LATE_NANOS : 0);
        this.lanes = queue(world);
        FlowSettings settings = new FlowSettings(config, instance, 1, progressInterval, drainTimeout, sessionTimeout);
        ControlMeans means = new ControlMeans(
                settings,
                new Calls(log, clusters, ownership, positions, lanes),
                mail,
                condition,
                factory(world.lanes()),
                world.mistake() == PlantedMistake.GROUPS_ARE_KEPT ? keptGroups : groups);
        FlowConnections connections = new FlowConnections(
                config,
                List.of(config),
                new Membership(instance, sessionTimeout, drainTimeout, OwnershipProtocol.CLASSIC),
                mail.ownership(),
                new FlowConnections.Ports(world.clusters(), world.ownership(), millis -> {}));
        FlowStartup startup = new FlowStartup(
                means, connections, (started, nowNanos) -> new FlowWork(means, started, nowNanos, watch::over));
        this.control =
                new FlowControl("control of " + instance, mail, startup, condition, () -> isOver = true, () -> {});
    }

    private LaneFactory factory(Lanes made) {
        return new LaneFactory() {
            @Override
            public ControlledLane start(int number) {
                return made.start(mail.shards());
            }

            @Override
            public void end(ControlledLane dead) {
                made.end(dead);
            }
        };
    }

    private TurnedCalls queue(World world) {
        return new TurnedCalls(mail.answers(), world.now(), world.delay());
    }

    /** A turn of the control thread. */
    public int control() {
        if (isClosed) {
            return 0;
        }
        int work = control.doWork(now.getAsLong());
        watch.look(now.getAsLong(), condition.ownedShards().contains(OwnedShards.CONTROL));
        if (isOver) {
            isClosed = true;
            control.onClose();
        }
        return work;
    }

    /** A turn of each thread that makes calls. */
    public int calls() {
        keptGroups.turn(now.getAsLong());
        return queues().mapToInt(TurnedCalls::turn).sum();
    }

    private Stream<TurnedCalls> queues() {
        return Stream.of(log, clusters, ownership, positions, lanes);
    }

    /** A lane has news of topics or partitions. */
    public void look() {
        mail.commands().put(new FlowCommand.LookNow(new CompletableFuture<>()));
    }

    /** Asks the flow to end in good order. */
    public void stop() {
        mail.commands().put(new FlowCommand.Stop(new CompletableFuture<>()));
    }

    /** Whether it has ended, by itself or in good order. */
    public boolean isOver() {
        return isOver;
    }

    public FlowState state() {
        return condition.state();
    }

    /** A task that is due and gets no turn. */
    public Optional<String> starving() {
        return watch.starving();
    }

    /** What is wrong with groups' positions; empty when nothing is. */
    public String groupsTrouble() {
        return groups.status().trouble();
    }

    /** Whether no call about groups' positions is being made or waits. */
    public boolean groupsAreIdle() {
        return positions.isIdle();
    }

    /** The shard of a partition, of so many. */
    public static int shardOf(TopicPartition partition, int shards) {
        return new Shards(shards).of(partition);
    }

    @Override
    public String toString() {
        return condition.state() + " " + condition.reason() + " shards " + condition.ownedShards() + " unbegun "
                + condition.unbegun() + " waiting for "
                + queues().flatMap(queue -> queue.waiting().stream()).toList() + " groups " + groups.status();
    }
}
