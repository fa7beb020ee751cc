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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** A flow's real control plane whose turns, and whose calls' turns, somebody else gives it. */
public final class TurnedFlow {
    private static final long GROUPS_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final FlowMail mail = new FlowMail();
    private final FlowCondition condition;
    private final FlowControl control;
    private final LongSupplier now;
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
     * @param lane makes the flow's only lane
     * @param groups keeps the groups' positions
     * @param now the time
     * @param delay how long each step of a call takes, by what is asked
     */
    public record World(
            ClusterOpener clusters,
            ShardOwnership.Opener ownership,
            Function<ShardEvents, ControlledLane> lane,
            Supplier<Groups> groups,
            LongSupplier now,
            ToLongFunction<String> delay) {}

    /** Keeps the groups' positions in place of a real one, for one term of owning shard 0. */
    public interface Groups {
        void turn();

        void stop();
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
        this.log = queue(world);
        this.clusters = queue(world);
        this.ownership = queue(world);
        this.positions = queue(world);
        this.lanes = queue(world);
        FlowSettings settings = new FlowSettings(config, instance, 1, progressInterval, drainTimeout, sessionTimeout);
        LaneFactory factory = new LaneFactory() {
            @Override
            public ControlledLane start(int number) {
                return world.lane().apply(mail.shards());
            }

            @Override
            public void end(ControlledLane dead) {
                throw new AssertionError("no lane dies");
            }
        };
        ControlMeans means = new ControlMeans(
                settings,
                new Calls(log, clusters, ownership, positions, lanes),
                mail,
                condition,
                factory,
                () -> keeper(world.groups().get()));
        FlowConnections connections = new FlowConnections(
                config,
                List.of(config),
                new Membership(instance, sessionTimeout, drainTimeout, OwnershipProtocol.CLASSIC),
                mail.ownership(),
                new FlowConnections.Ports(world.clusters(), world.ownership(), millis -> {}));
        FlowStartup startup =
                new FlowStartup(means, connections, (started, nowNanos) -> new FlowWork(means, started, nowNanos));
        this.control =
                new FlowControl("control of " + instance, mail, startup, condition, () -> isOver = true, () -> {});
    }

    private static GroupKeeper keeper(Groups groups) {
        return new GroupKeeper() {
            @Override
            public long turn(long nowNanos) {
                groups.turn();
                return nowNanos + GROUPS_INTERVAL_NANOS;
            }

            @Override
            public void stop() {
                groups.stop();
            }

            @Override
            public void close() {
                // Nothing is kept open.
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
        if (isOver) {
            isClosed = true;
            control.onClose();
        }
        return work;
    }

    /** A turn of each thread that makes calls. */
    public int calls() {
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

    /** The shard of a partition, of so many. */
    public static int shardOf(TopicPartition partition, int shards) {
        return new Shards(shards).of(partition);
    }

    @Override
    public String toString() {
        return condition.state() + " " + condition.reason() + " shards " + condition.ownedShards() + " unbegun "
                + condition.unbegun() + " waiting for "
                + queues().flatMap(queue -> queue.waiting().stream()).toList();
    }
}
