package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.ClusterInMemory;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.TopicRequest;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.lane.ControlledLane;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.ShardOwner;
import io.replicator.ownership.Membership;
import io.replicator.ownership.ShardOwnership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlowStartupTest {
    private static final String CONNECT = "connect";
    private static final String TOPICS = "make sure of the flow's own topics";
    private static final String READ = "read what was saved";
    private static final int SHARDS = 4;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FlowConfig config = ControlParts.flow(SHARDS);
    private final ClusterInMemory source = new ClusterInMemory("east");
    private final ClusterInMemory target = new ClusterInMemory("west");
    private final HeldCalls log = new HeldCalls();
    private final HeldCalls clusters = new HeldCalls();
    private final FlowCondition condition = new FlowCondition(config.name());
    private final RecordedOwnership ownership = new RecordedOwnership();
    private Optional<FlowStartup.Started> handedOn = Optional.empty();
    private final FlowStartup startup = startup();
    private long now = 1;

    private FlowStartup startup() {
        HeldCalls nobody = new HeldCalls();
        ControlMeans means = new ControlMeans(
                new FlowSettings(
                        config, "instance", 1, Duration.ofSeconds(1), Duration.ofSeconds(6), Duration.ofSeconds(10)),
                new Calls(log, clusters, nobody, nobody, nobody),
                new FlowMail(),
                condition,
                new NoLanes(),
                () -> {
                    throw new AssertionError("nobody keeps groups' positions");
                });
        FlowConnections connections = new FlowConnections(
                config,
                List.of(config),
                new Membership("instance", Duration.ofSeconds(10), Duration.ofSeconds(6), OwnershipProtocol.CLASSIC),
                means.mail().ownership(),
                new FlowConnections.Ports(
                        (cluster, clientId, timeout) -> cluster.name().equals("east") ? source : target,
                        (flow, membership, cluster, events) -> ownership,
                        millis -> {}));
        return new FlowStartup(means, connections, (started, nowNanos) -> {
            handedOn = Optional.of(started);
            return Phase.OVER;
        });
    }

    private void turn() {
        assertThat(startup.dueInNanos(now)).isZero();
        startup.turn(now);
    }

    private void pass(HeldCalls queue, String what) {
        turn();
        assertThat(queue.waiting()).containsExactly(what);
        queue.answer(now);
    }

    @Test
    void shouldTakeItsStepsOneAfterTheOther() {
        pass(clusters, CONNECT);
        assertThat(target.requests()).isEmpty();

        pass(log, TOPICS);
        assertThat(target.requests()).hasSize(2);
        assertThat(startup.next(now)).isSameAs(startup);

        pass(log, READ);
        assertThat(startup.next(now)).isSameAs(Phase.OVER);
        assertThat(handedOn).isPresent();
        assertThat(startup.dueInNanos(now)).as("nothing is left to do").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldAskOnceAtATime() {
        turn();

        assertThat(startup.dueInNanos(now)).isEqualTo(Long.MAX_VALUE);
        assertThat(startup.turn(now)).isZero();
        assertThat(clusters.waiting()).containsExactly(CONNECT);
    }

    @Test
    void shouldPrepareToJoinWithTheTopicsAndJoinOnlyAfterTheRead() {
        pass(clusters, CONNECT);
        assertThat(ownership.asked).isEmpty();
        pass(log, TOPICS);
        assertThat(ownership.asked).containsExactly("start");

        pass(log, READ);

        assertThat(ownership.asked).containsExactly("start", "join");
    }

    @Test
    void shouldHandOnWhatWasSaved() throws InterruptedException {
        OffsetLog earlier = new OffsetLog(config, target, Duration.ofSeconds(1));
        earlier.ensureTopic();
        earlier.saveOwners(List.of(ShardOwner.begun(3, "another")));

        pass(clusters, CONNECT);
        pass(log, TOPICS);
        pass(log, READ);
        startup.next(now);

        assertThat(handedOn.orElseThrow().saved().shards()).containsOnlyKeys(3);
    }

    @Test
    void shouldRepeatTheStepThatFailedAfterAGrowingPause() {
        pass(clusters, CONNECT);
        target.setAway(true);
        for (long seconds : new long[] {1, 2, 4, 8, 15, 15}) {
            pass(log, TOPICS);
            assertThat(condition.reason()).contains("west does not answer");
            assertThat(startup.dueInNanos(now)).isEqualTo(seconds * SECOND);
            assertThat(startup.turn(now)).isZero();
            now += seconds * SECOND;
        }
        target.setAway(false);

        pass(log, TOPICS);

        assertThat(condition.reason()).doesNotContain("does not answer");
        assertThat(startup.dueInNanos(now)).as("the next step is due at once").isZero();
        target.setAway(true);
        pass(log, READ);
        assertThat(startup.dueInNanos(now)).as("its first failure").isEqualTo(SECOND);
    }

    @Test
    void shouldNotJoinWhileWhatWasSavedCannotBeRead() {
        pass(clusters, CONNECT);
        pass(log, TOPICS);
        target.setAway(true);

        pass(log, READ);

        assertThat(ownership.asked).containsExactly("start");
        assertThat(startup.next(now)).isSameAs(startup);
    }

    @Test
    void shouldEndTheFlowWhenAnOperatorMustChangeSomething() throws InterruptedException {
        new OffsetLog(config, target, Duration.ofSeconds(1)).ensureTopic();
        target.createTopics(List.of(new TopicRequest(config.ownershipTopic(), SHARDS + 1, (short) 1, Map.of())), false);
        pass(clusters, CONNECT);
        turn();

        assertThatThrownBy(() -> log.answer(now))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("partitions");
    }

    @Test
    void shouldBeOverAtOnceWhenTheFlowIsStopped() {
        turn();

        assertThat(startup.stopping(now)).isSameAs(Phase.OVER);
    }

    private static final class NoLanes implements LaneFactory {
        @Override
        public ControlledLane start(int number) {
            throw new AssertionError("no lane is started");
        }

        @Override
        public void end(ControlledLane dead) {
            throw new AssertionError("no lane died");
        }
    }

    /** Takes note of what is asked of it. */
    private static final class RecordedOwnership implements ShardOwnership {
        private final List<String> asked = new ArrayList<>();

        @Override
        public void start() {
            asked.add("start");
        }

        @Override
        public void join() {
            if (!asked.contains("join")) {
                asked.add("join");
            }
        }

        @Override
        public void leave() {
            asked.add("leave");
        }

        @Override
        public Set<Integer> confirmed(Set<Integer> shards) {
            return shards;
        }

        @Override
        public long nanosSinceLastTurn() {
            return 0;
        }

        @Override
        public String name() {
            return "ownership";
        }
    }
}
