package io.replicator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.Isolation;
import io.replicator.config.StartFrom;
import io.replicator.delivery.Grant;
import io.replicator.delivery.ShardEvents;
import io.replicator.flow.FlowState;
import io.replicator.flow.PlantedMistake;
import io.replicator.flow.RecordedLane;
import io.replicator.flow.TurnedFlow;
import io.replicator.lane.ControlledLane;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The real control plane, turned by hand: what happens to shards while a call is being made. */
class ControlPlaneTest {
    private static final long STEP_MILLIS = 10;
    private static final Duration DRAIN = Duration.ofSeconds(6);

    private final SimulatedTime time = new SimulatedTime(1);
    private final Faults faults = Faults.none(new SplittableRandom(1));
    private final Trace trace = new Trace(time);
    private final SimulatedCluster source =
            new SimulatedCluster("source", 1, false, time, new SplittableRandom(2), faults, trace);
    private final SimulatedCluster target =
            new SimulatedCluster("target", 1, false, time, new SplittableRandom(3), faults, trace);
    private final SimulatedTopics targetTopics = new SimulatedTopics(target, faults, created -> {});
    private final SimulatedTopics sourceTopics = new SimulatedTopics(source, faults, created -> {});
    private final SimulatedProcess process = new SimulatedProcess();
    private final RecordedLane lane = new RecordedLane(0);

    /** How long calls take that take longer than others. */
    private final Map<String, Long> delayMillis = new HashMap<>();

    private int refusals;
    private SimulatedOwnership ownership;
    private ShardEvents shardEvents;
    private final TurnedFlow flow = new TurnedFlow(
            FlowWorld.config(1, Isolation.READ_COMMITTED, new StartFrom.Earliest()),
            "instance",
            Duration.ofSeconds(1),
            DRAIN,
            Duration.ofSeconds(10),
            new TurnedFlow.World(
                    (cluster, clientId, timeout) -> open(cluster.name()),
                    (config, membership, cluster, events) ->
                            ownership = new SimulatedOwnership(events, process, faults, shard -> true),
                    new TurnedFlow.Lanes() {
                        @Override
                        public ControlledLane start(ShardEvents events) {
                            shardEvents = events;
                            return lane;
                        }

                        @Override
                        public void end(ControlledLane dead) {
                            throw new AssertionError("no lane dies");
                        }
                    },
                    () -> {},
                    time::nanoseconds,
                    what -> TimeUnit.MILLISECONDS.toNanos(delayMillis.getOrDefault(what, 1L)),
                    PlantedMistake.NONE));

    ControlPlaneTest() {
        source.addPartition("topic-0", 0, 0);
    }

    private SimulatedAccess open(String cluster) {
        if (refusals > 0) {
            refusals--;
            throw new UnavailableException(
                    UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, cluster + " does not answer");
        }
        return new SimulatedAccess(cluster.equals("source") ? sourceTopics : targetTopics, process, faults);
    }

    private void pass(long millis) {
        for (long end = time.elapsedMillis() + millis; time.elapsedMillis() < end; ) {
            time.advanceMillis(STEP_MILLIS);
            flow.calls();
            flow.control();
        }
    }

    private void run() {
        pass(1_000);
        ownership.assign(0);
        pass(2_000);
        assertThat(flow.state()).isEqualTo(FlowState.RUNNING);
        assertThat(lane.asked).contains("add topic-0-0 at 0");
    }

    @Test
    void shouldTryAgainWithLongerPausesWhileAClusterIsAway() {
        refusals = 3;

        pass(2_500);

        assertThat(flow.toString()).contains("source does not answer");
        assertThat(refusals).isEqualTo(1); // At once, and after 1 s; the next one after 2 s more.
        pass(2_000);
        assertThat(refusals).isZero();
        assertThat(ownership).isNull();
        pass(6_000);
        assertThat(ownership.isMember()).isTrue();
    }

    @Test
    void shouldBeginAPartitionOnlyAfterItsBeginningIsSaved() {
        pass(1_000);
        delayMillis.put("save where partitions begin", 2_000L);
        ownership.assign(0);

        pass(1_500);
        assertThat(lane.asked).noneMatch(each -> each.startsWith("add"));

        pass(4_000);
        assertThat(lane.asked).contains("add topic-0-0 at 0");
    }

    @Test
    void shouldNotBeginWhatWasLostWhileTheClustersWereAsked() {
        pass(1_000);
        delayMillis.put("where partitions begin and end", 3_000L);
        ownership.assign(0);
        pass(1_000);

        ownership.lose(0);
        pass(10_000);

        assertThat(lane.asked).noneMatch(each -> each.startsWith("add"));
    }

    @Test
    void shouldBeginOnceWhenAShardIsLostAndComesBackWhileItsBeginningIsSaved() {
        pass(1_000);
        delayMillis.put("save where partitions begin", 1_000L);
        ownership.assign(0);
        pass(1_200);

        ownership.assign(0);
        pass(10_000);

        assertThat(lane.asked.stream().filter("add topic-0-0 at 0"::equals)).hasSize(1);
    }

    @Test
    void shouldLetAShardGoThoughTheClustersAreSilent() {
        run();
        delayMillis.put("plan topics", TimeUnit.HOURS.toMillis(1));
        delayMillis.put("read which topics were begun", 1L);
        pass(3_000);
        lane.asked.clear();

        CompletableFuture<Void> letGo = ownership.revoke(0);
        pass(500);

        assertThat(letGo).isDone();
        List<String> order =
                lane.asked.stream().filter(each -> !each.equals("drain")).toList();
        assertThat(order.indexOf("release 0")).isLessThan(order.lastIndexOf("collect"));
        assertThat(order.lastIndexOf("collect")).isLessThan(order.indexOf("forget 0"));
    }

    @Test
    void shouldNotLetAShardGoBeforeARoundIsSavedThatBeganAfterItWasDrained() {
        run();
        delayMillis.put("save progress", 1_500L);
        pass(2_000);

        CompletableFuture<Void> letGo = ownership.revoke(0);
        pass(1_000);
        assertThat(letGo).isNotDone();

        pass(6_000);
        assertThat(letGo).isDone();
    }

    /** A process that stands still while it hands a shard over, and gets it back before it has let it go. */
    @Test
    void shouldServeAShardThatComesBackWhileItIsHandedOver() {
        run();
        delayMillis.put("save progress", 1_500L);
        pass(2_000);
        CompletableFuture<Void> letGo = ownership.revoke(0);
        pass(500);
        assertThat(letGo).isNotDone();

        ownership.assign(0);
        pass(10_000);

        assertThat(letGo).isDone();
        assertThat(lane.asked.lastIndexOf("add topic-0-0 at 0")).isGreaterThan(lane.asked.lastIndexOf("forget 0"));
    }

    @Test
    void shouldRegisterAGrantOnlyInTheTermInWhichItWasGiven() {
        run();
        delayMillis.put("put grants on record", 500L);
        shardEvents.granted(new Grant(0, 7, (short) 1));
        pass(100);

        ownership.assign(0);
        pass(5_000);
        assertThat(lane.asked).noneMatch(each -> each.startsWith("registered"));

        shardEvents.granted(new Grant(0, 7, (short) 2));
        pass(5_000);
        assertThat(lane.asked).contains("registered 7 of [7]");
    }

    @Test
    void shouldDropAFencedShardAtOnceAndTakeItBackWhenTheCoordinatorSaysThatItIsOurs() {
        run();
        lane.asked.clear();

        shardEvents.fenced(0);
        pass(100);
        assertThat(lane.asked).contains("forget 0");

        pass(3_000);
        assertThat(lane.asked).contains("add topic-0-0 at 0");
    }

    @Test
    void shouldEndInGoodOrder() {
        run();
        lane.asked.clear();

        flow.stop();
        pass(1_000);

        assertThat(flow.isOver()).isTrue();
        assertThat(flow.state()).isEqualTo(FlowState.STOPPED);
        assertThat(lane.asked).containsSubsequence("stop", "drain", "collect");
    }

    /** Another instance may take shard 0 once this one is gone, and write positions of the same groups. */
    @Test
    void shouldNotEndBeforeGroupsPositionsAreWritten() {
        run();
        delayMillis.put("keep groups' positions", 2_000L);
        pass(1_000);

        flow.stop();
        pass(1_000);
        assertThat(flow.isOver()).isFalse();

        pass(4_000);
        assertThat(flow.isOver()).isTrue();
        assertThat(flow.groupsAreIdle()).isTrue();
    }

    @Test
    void shouldNotWaitForeverForGroupsPositionsWhenItEnds() {
        run();
        delayMillis.put("keep groups' positions", TimeUnit.HOURS.toMillis(1));
        pass(1_000);

        flow.stop();
        pass(DRAIN.toMillis() + 1_000);

        assertThat(flow.isOver()).isTrue();
    }

    @Test
    void shouldNotWaitForTheLastSaveBeyondTheDrainTimeout() {
        run();
        delayMillis.put("save progress", TimeUnit.HOURS.toMillis(1));

        flow.stop();
        pass(DRAIN.toMillis() + 100);

        assertThat(flow.isOver()).isTrue();
    }

    @Test
    void shouldNotLetShard0GoBeforeGroupsPositionsAreWritten() {
        run();
        delayMillis.put("keep groups' positions", 1_000L);
        pass(1_000);

        CompletableFuture<Void> letGo = ownership.revoke(0);
        pass(300);
        assertThat(letGo).isNotDone();

        pass(3_000);
        assertThat(letGo).isDone();
        assertThat(flow.groupsAreIdle()).isTrue();
    }
}
