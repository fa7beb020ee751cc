package io.replicator.it.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.config.ReplicatorConfig;
import io.replicator.config.StartFrom;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.EngineProcess;
import io.replicator.it.Flows;
import io.replicator.it.SteadyLoad;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several instances share a flow, by either group protocol. */
@ExtendWith(ClusterExtension.class)
final class OwnershipIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What happens within a test does not happen because a session ended. */
    private static final Duration LONG_SESSION = Duration.ofMinutes(5);

    private static final Duration SHORT_SESSION = Duration.ofSeconds(6);

    private static final int GROUPS = 16;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        // As quick with KIP-848 as with the classic protocol.
        target = clusters.own(KafkaCluster.builder()
                .name("west")
                .property("group.consumer.min.session.timeout.ms", "1000")
                .property("group.consumer.session.timeout.ms", "6000")
                .property("group.consumer.min.heartbeat.interval.ms", "100")
                .property("group.consumer.heartbeat.interval.ms", "300"));
    }

    @ParameterizedTest
    @EnumSource(
            value = OwnershipProtocol.class,
            names = {"CLASSIC", "CONSUMER"})
    void shouldMoveOnlyTheShardsItMustWhenInstancesComeAndGoUnderLoad(OwnershipProtocol protocol) throws Exception {
        String topic = "shared-" + protocol.name().toLowerCase(Locale.ROOT);
        source.createTopic(topic, GROUPS);
        FlowConfig flow = flow(topic);
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), topic)) {
            Replicator one = start(flow, "one", protocol);
            awaitSpread(one);
            Replicator two = start(flow, "two", protocol);
            awaitSpread(one, two);
            Set<Integer> twos = owned(two);
            Replicator three = start(flow, "three", protocol);
            awaitSpread(one, two, three);
            assertThat(twos).containsAll(owned(two));

            Set<Integer> threes = owned(three);
            Flows.stop(one);
            awaitSpread(two, three);
            assertThat(owned(three)).containsAll(threes);
            Flows.stop(three);
            awaitSpread(two);
            load.stop();
            Flows.awaitCopied(two, source, topic);
            Flows.stop(two);
        }

        assertSame(topic);
    }

    @Test
    void shouldChooseTheNewProtocolWhereTheBrokersAreQuick() throws Exception {
        source.createTopic("quick", 1);

        try (Replicator replicator = start(flow("quick"), "one", OwnershipProtocol.AUTO)) {
            Flows.awaitRunning(replicator);

            assertThat(target.admin().listGroups().all().get())
                    .filteredOn(shard -> shard.groupId().equals("replicator-quick"))
                    .extracting(GroupListing::protocol)
                    .containsExactly("consumer");
        }
    }

    /** The name's session has not ended: nobody waits for it. */
    @ParameterizedTest
    @EnumSource(
            value = OwnershipProtocol.class,
            names = {"CLASSIC", "CONSUMER"})
    void shouldGiveTheShardsToALaterProcessOfTheSameNameAndStopTheFormer(OwnershipProtocol protocol) throws Exception {
        String topic = "twice-" + protocol.name().toLowerCase(Locale.ROOT);
        source.createTopic(topic, 4);
        Load.to(source, topic).write(400);
        FlowConfig flow = flow(topic);
        try (Replicator former = start(flow, "same", protocol)) {
            Flows.awaitCopied(former, source, topic);

            try (Replicator later = start(flow, "same", protocol)) {
                awaitSpread(later);
                Flows.awaitStatus(former, status -> status.state() == FlowState.FAILED);
                Load.to(source, topic).seed(2).write(400);
                Flows.awaitCopied(later, source, topic);

                assertThat(former.flows().get(0).reason()).contains("instance same", "replicator.instance");
                assertThat(former.flows().get(0).mayRestart()).isFalse();
                assertThat(later.flows().get(0).state()).isEqualTo(FlowState.RUNNING);
            }
        }

        assertSame(topic);
    }

    @Test
    void shouldStandByWhenThereAreMoreInstancesThanShards() throws Exception {
        source.createTopic("few", 2);
        Load.to(source, "few").write(100);
        FlowConfig flow = withGroups(flow("few"), 1);

        try (Replicator one = start(flow, "one", OwnershipProtocol.CLASSIC)) {
            Flows.awaitCopied(one, source, "few");
            try (Replicator two = start(flow, "two", OwnershipProtocol.CLASSIC)) {
                Flows.awaitRunning(two);
                assertThat(owned(two)).isEmpty();
                assertThat(two.flows().get(0).partitions()).isEmpty();
                Flows.stop(one);
                Load.to(source, "few").seed(2).write(100);
                Flows.awaitCopied(two, source, "few");
            }
        }

        assertSame("few");
    }

    @Test
    void shouldCopyAtLeastOnceWithSeveralInstances() throws Exception {
        source.createTopic("least", GROUPS);
        FlowConfig flow = Flows.with(flow("least"), Delivery.AT_LEAST_ONCE);
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "least");
                Replicator one = start(flow, "one", OwnershipProtocol.CLASSIC);
                Replicator two = start(flow, "two", OwnershipProtocol.CLASSIC)) {
            awaitSpread(one, two);
            Flows.stop(one);
            awaitSpread(two);
            load.stop();
            Flows.awaitCopied(two, source, "least");
        }

        // Nobody crashed, so nothing is there twice.
        assertSame("least");
    }

    /** The one that starts at the end must not copy what another one has begun a moment before. */
    @Test
    void shouldBeginAtTheEndOnAllInstancesThatStartTogether() throws Exception {
        source.createTopic("late", GROUPS);
        Load.to(source, "late").write(1_600);
        FlowConfig flow = Flows.flow(
                "late", Flows.cluster(source), Flows.cluster(target), Flows.topics(new StartFrom.Latest(), "late"));
        Map<TopicPartition, Long> ends = Flows.ends(source.admin(), "late");

        try (Replicator one = start(flow, "one", OwnershipProtocol.CLASSIC);
                Replicator two = start(flow, "two", OwnershipProtocol.CLASSIC);
                Replicator three = start(flow, "three", OwnershipProtocol.CLASSIC)) {
            awaitSpread(one, two, three);
            await().atMost(PATIENCE).until(() -> positions(one, two, three).equals(ends));
            Load.to(source, "late").seed(2).write(160);
            Map<TopicPartition, Long> later = Flows.ends(source.admin(), "late");
            await().atMost(PATIENCE).until(() -> positions(one, two, three).equals(later));
        }

        assertThat(TopicDump.uncommitted(target, "late").count()).isEqualTo(160);
    }

    /** The coordinator lets the first member wait for others, here for longer than any test. */
    @Test
    void shouldBeginAtOnceWhenAlone() throws Exception {
        try (KafkaCluster slow = KafkaCluster.builder()
                .name("slow")
                .property("group.initial.rebalance.delay.ms", "600000")
                .start()) {
            source.createTopic("alone", 4);
            Load.to(source, "alone").write(400);
            FlowConfig flow = Flows.flow("alone", Flows.cluster(source), Flows.cluster(slow), "alone");

            try (Replicator replicator = start(flow, "one", OwnershipProtocol.AUTO)) {
                Flows.awaitCopied(replicator, source, "alone");
            }

            assertThat(TopicDump.uncommitted(slow, "alone").contents())
                    .isEqualTo(TopicDump.uncommitted(source, "alone").contents());
        }
    }

    /** The one that began alone gives up what the other one is given. */
    @Test
    void shouldShareWithAnotherThatComesBeforeTheFirstAssignment() throws Exception {
        try (KafkaCluster slow = KafkaCluster.builder()
                .name("slow")
                .property("group.initial.rebalance.delay.ms", "3000")
                .start()) {
            source.createTopic("both", GROUPS);
            FlowConfig flow = Flows.flow("both", Flows.cluster(source), Flows.cluster(slow), "both");

            try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "both");
                    Replicator one = start(flow, "one", OwnershipProtocol.AUTO)) {
                Flows.awaitRunning(one);
                try (Replicator two = start(flow, "two", OwnershipProtocol.AUTO)) {
                    awaitSpread(one, two);
                    load.stop();
                    Map<TopicPartition, Long> ends = Flows.ends(source.admin(), "both");
                    await().atMost(PATIENCE).until(() -> positions(one, two).equals(ends));
                }
            }

            assertThat(TopicDump.uncommitted(slow, "both").contents())
                    .isEqualTo(TopicDump.uncommitted(source, "both").contents());
        }
    }

    /** A process is killed and does not come back; after its session another one goes on. */
    @Test
    void shouldTakeOverFromAnInstanceThatDied(@TempDir Path directory) throws Exception {
        source.createTopic("died", GROUPS);
        target.createTopic("died", GROUPS);
        FlowConfig flow = flow("died");
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "died")) {
            long copied;
            try (Replicator standby = start(flow, "standby", OwnershipProtocol.AUTO)) {
                try (EngineProcess engine = EngineProcess.start(flow, "died", directory.resolve("engine.log"))) {
                    await().atMost(PATIENCE)
                            .until(() -> owned(standby).size() == GROUPS / 2
                                    && TopicDump.uncommitted(target, "died").count() > 500);
                    assertThat(engine.isRunning()).isTrue();
                }
                copied = TopicDump.uncommitted(target, "died").count();
                awaitSpread(standby);
                load.stop();
                Flows.awaitCopied(standby, source, "died");
            }
            assertThat(TopicDump.uncommitted(target, "died").count()).isGreaterThan(copied);
        }

        assertSame("died");
    }

    @Test
    void shouldRefuseAnotherNumberOfShards() throws Exception {
        source.createTopic("counted", 1);
        FlowConfig flow = flow("counted");
        try (Replicator replicator = start(flow, "one", OwnershipProtocol.CLASSIC)) {
            Flows.awaitRunning(replicator);
        }

        try (Replicator replicator = start(withGroups(flow, 8), "one", OwnershipProtocol.CLASSIC)) {
            Flows.awaitStatus(replicator, status -> status.state() == FlowState.FAILED);

            assertThat(replicator.flows().get(0).reason())
                    .contains("replicator.counted.ownership.internal", "16 partitions", "shards = 8");
        }
        // Whoever takes the topic's number for the flow's must not get far.
        target.admin().deleteTopics(Set.of(flow.ownershipTopic())).all().get();
        await().atMost(PATIENCE)
                .until(() -> !target.admin().listTopics().names().get().contains(flow.ownershipTopic()));
        try (Replicator replicator = start(withGroups(flow, 8), "one", OwnershipProtocol.CLASSIC)) {
            Flows.awaitStatus(replicator, status -> status.state() == FlowState.FAILED);

            assertThat(replicator.flows().get(0).reason()).contains("has run with shards = 16, now it is 8");
        }
    }

    private static Map<TopicPartition, Long> positions(Replicator... replicators) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (Replicator replicator : replicators) {
            for (PartitionStatus partition : replicator.flows().get(0).partitions()) {
                positions.put(new TopicPartition(partition.topic(), partition.partition()), partition.position());
            }
        }
        return positions;
    }

    private static Set<Integer> owned(Replicator replicator) {
        return replicator.flows().get(0).ownedShards();
    }

    /** Waits until the instances share all shards evenly and copy them. */
    private static void awaitSpread(Replicator... replicators) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<Integer> all = new ArrayList<>();
            for (Replicator replicator : replicators) {
                FlowStatus flow = replicator.flows().get(0);
                assertThat(flow.state()).isEqualTo(FlowState.RUNNING);
                assertThat(flow.ownedShards())
                        .hasSizeBetween(GROUPS / replicators.length, GROUPS / replicators.length + 1);
                assertThat(flow.partitions()).isNotEmpty();
                all.addAll(flow.ownedShards());
            }
            assertThat(all).hasSize(GROUPS).doesNotHaveDuplicates();
        });
    }

    private static Replicator start(FlowConfig flow, String instance, OwnershipProtocol protocol) {
        return Replicator.start(new ReplicatorConfig(
                instance,
                2,
                32L << 20,
                Duration.ofMillis(200),
                Duration.ofSeconds(60),
                protocol == OwnershipProtocol.CLASSIC ? LONG_SESSION : SHORT_SESSION,
                protocol,
                List.of(flow)));
    }

    private static FlowConfig flow(String topic) {
        return Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic);
    }

    private static FlowConfig withGroups(FlowConfig flow, int shards) {
        return new FlowConfig(
                flow.name(),
                flow.source(),
                flow.target(),
                flow.topics(),
                flow.delivery(),
                flow.isolation(),
                shards,
                flow.maxBytesPerSecond());
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.uncommitted(source, topic).contents());
    }
}
