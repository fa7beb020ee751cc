package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ClusterPair;
import io.replicator.config.ReplicationFactor;
import io.replicator.it.FlowDraft;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
final class TopicPlannerIT {
    private static final String FOREVER = String.valueOf(Long.MAX_VALUE);

    private static TopicClusters clusters;

    @BeforeAll
    static void start(Clusters given) {
        clusters = new TopicClusters(given);
    }

    @AfterEach
    void forgetRights() throws Exception {
        clusters.revokeEverything();
    }

    private static TopicsPlan refresh(FlowDraft flow, String... started) throws Exception {
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            return planner(flow, gate)
                    .refresh(Stream.of(started).collect(Collectors.toMap(name -> name, name -> name)));
        }
    }

    private static TopicPlanner planner(FlowDraft flow, ClusterPair gate) {
        return new TopicPlanner(flow.config(), List.of(flow.config()), gate.source(), gate.target());
    }

    @Test
    void shouldCreateWithThePartitionsAndSettingsOfTheSource() throws Exception {
        clusters.source()
                .createTopic(
                        "made",
                        3,
                        Map.of(
                                "cleanup.policy", "compact",
                                "max.message.bytes", "2000000",
                                "min.insync.replicas", "2",
                                "message.timestamp.type", "LogAppendTime"));

        var plan = refresh(clusters.flow("create").selecting("made").renaming("{source}.{topic}"));

        assertThat(plan.problems()).isEmpty();
        assertThat(plan.topics())
                .containsExactly(new CopiedTopic(
                        "made",
                        TopicClusters.describe(clusters.source(), "made").topicId(),
                        TopicClusters.describe(clusters.target(), "east.made").topicId(),
                        "east.made",
                        3,
                        2_000_000,
                        false,
                        true));
        assertThat(TopicClusters.describe(clusters.target(), "east.made").partitions())
                .hasSize(3);
        assertThat(TopicClusters.settings(clusters.target(), "east.made"))
                .isEqualTo(Map.of(
                        "cleanup.policy", "compact",
                        "max.message.bytes", "2000000",
                        "min.insync.replicas", "1",
                        "message.timestamp.type", "CreateTime",
                        "message.timestamp.after.max.ms", FOREVER));
    }

    @Test
    void shouldCreateManyTopicsAtOnce() throws Exception {
        for (int i = 0; i < 30; i++) {
            clusters.source().createTopic("many-" + i, 1);
        }

        var plan = refresh(clusters.flow("many").selecting("many-.*"));

        assertThat(plan.topics()).hasSize(30);
        assertThat(plan.problems()).isEmpty();
    }

    @Test
    void shouldGrowBeforeNewPartitionsAreCopied() throws Exception {
        clusters.source().createTopic("grown", 1);
        var flow = clusters.flow("grow").selecting("grown");
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            var planner = planner(flow, gate);
            assertThat(planner.refresh(Map.of()).topics().get(0).partitions()).isEqualTo(1);

            TopicClusters.grow(clusters.source(), "grown", 4);
            var plan = planner.refresh(Map.of("grown", "grown"));

            assertThat(plan.topics().get(0).partitions()).isEqualTo(4);
            TopicClusters.await(() -> TopicClusters.describe(clusters.target(), "grown")
                            .partitions()
                            .size()
                    == 4);
        }
    }

    @Test
    void shouldLeaveATargetWithMorePartitionsAsItIs() throws Exception {
        clusters.source().createTopic("more", 2);
        clusters.target().createTopic("more", 5, Map.of("retention.ms", "1234567"));

        var plan = refresh(clusters.flow("more").selecting("more"));

        assertThat(plan.topics().get(0).partitions()).isEqualTo(2);
        assertThat(plan.problems()).isEmpty();
        assertThat(TopicClusters.describe(clusters.target(), "more").partitions())
                .hasSize(5);
        assertThat(TopicClusters.settings(clusters.target(), "more")).isEqualTo(Map.of("retention.ms", "1234567"));
    }

    @Test
    void shouldSayWhichRightIsMissingAndGoOnWhenItIsGranted() throws Exception {
        clusters.source().createTopic("denied", 1);
        clusters.source().createTopic("denied-too", 1);
        clusters.target().createTopic("denied-too", 1);
        TopicClusters.grant(clusters.target(), ResourceType.TOPIC, "denied", AclOperation.DESCRIBE, AclOperation.WRITE);
        TopicClusters.grant(
                clusters.target(), ResourceType.TOPIC, "denied-too", AclOperation.DESCRIBE, AclOperation.WRITE);
        var flow = clusters.guestFlow("denied").selecting("denied.*");
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            var planner = planner(flow, gate);
            TopicClusters.await(() -> planner.refresh(Map.of()).topics().size() == 1);

            var plan = planner.refresh(Map.of());

            assertThat(plan.topics()).extracting(CopiedTopic::name).containsExactly("denied-too");
            assertThat(plan.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.topic()).isEqualTo("denied");
                assertThat(problem.reason()).contains("west", "CREATE", "topic denied", "guest");
            });
            assertThat(TopicClusters.names(clusters.target())).doesNotContain("denied");

            TopicClusters.grant(clusters.target(), ResourceType.TOPIC, "denied", AclOperation.CREATE);
            TopicClusters.await(() -> planner.refresh(Map.of()).topics().size() == 2);
        }
    }

    @Test
    void shouldCopyThePartitionsThatExistWhileGrowthIsDenied() throws Exception {
        clusters.source().createTopic("stunted", 3);
        clusters.target().createTopic("stunted", 2);
        TopicClusters.grant(clusters.target(), ResourceType.TOPIC, "stunted", AclOperation.WRITE);
        var flow = clusters.guestFlow("stunted").selecting("stunted");
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            var planner = planner(flow, gate);
            TopicClusters.await(() -> !planner.refresh(Map.of()).topics().isEmpty());

            var plan = planner.refresh(Map.of());

            assertThat(plan.topics().get(0).partitions()).isEqualTo(2);
            assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                    .contains("from 2 on", "west", "ALTER", "topic stunted"));
        }
    }

    @Test
    void shouldWaitForAnOperatorWhenACopyWasDeleted() throws Exception {
        clusters.source().createTopic("dropped", 1);
        var flow = clusters.flow("dropped").selecting("dropped");
        assertThat(refresh(flow).topics()).hasSize(1);

        TopicClusters.delete(clusters.target(), "dropped");
        var plan = refresh(flow, "dropped");

        assertThat(plan.topics()).isEmpty();
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("deleted on west"));
        assertThat(TopicClusters.names(clusters.target())).doesNotContain("dropped");
        assertThat(refresh(flow).topics()).hasSize(1);
    }

    @Test
    void shouldNotGoOnUnderAnotherName() throws Exception {
        clusters.source().createTopic("renamed", 1);
        var flow = clusters.flow("renamed").selecting("renamed");
        assertThat(refresh(flow).topics()).hasSize(1);

        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            var plan = planner(flow, gate).refresh(Map.of("renamed", "east.renamed"));

            assertThat(plan.topics()).isEmpty();
            assertThat(plan.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.reason()).contains("rename was changed from east.renamed to renamed");
                assertThat(problem.resumesWhen()).contains("topics.rename is put back");
            });
        }
    }

    @Test
    void shouldSayThatASourceTopicWasDeletedAndSeeItsSuccessor() throws Exception {
        clusters.source().createTopic("reborn", 1);
        var flow = clusters.flow("reborn").selecting("reborn");
        var first = refresh(flow).topics().get(0);

        TopicClusters.delete(clusters.source(), "reborn");
        var without = refresh(flow, "reborn");
        clusters.source().createTopic("reborn", 1);
        var second = refresh(flow, "reborn").topics().get(0);

        assertThat(without.topics()).isEmpty();
        assertThat(without.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("deleted on east"));
        assertThat(second.sourceId()).isNotEqualTo(first.sourceId());
        assertThat(second.targetId()).isEqualTo(first.targetId());
    }

    @Test
    void shouldCreateNothingWhenTold() throws Exception {
        clusters.source().createTopic("manual", 1);

        var plan = refresh(clusters.flow("manual").selecting("manual").creatingNothing());

        assertThat(plan.topics()).isEmpty();
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("topics.create.enabled"));
        assertThat(TopicClusters.names(clusters.target())).doesNotContain("manual");
    }

    @Test
    void shouldReportANameThatCollidesOnTheTargetAndCopyTheRest() throws Exception {
        clusters.source().createTopic("clash.x", 1);
        clusters.source().createTopic("clash-fine", 1);
        clusters.target().createTopic("clash_x", 1);

        var plan = refresh(clusters.flow("clash").selecting("clash.*"));

        assertThat(plan.topics()).extracting(CopiedTopic::name).containsExactly("clash-fine");
        assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("clash.x", "clash_x", "west"));
    }

    @Test
    void shouldReportMoreReplicasThanBrokers() throws Exception {
        clusters.source().createTopic("wide", 1);
        var flow = clusters.flow("wide").selecting("wide");

        var refused = refresh(flow.replicating(new ReplicationFactor.Fixed((short) 3)));
        var taken = refresh(flow.replicating(new ReplicationFactor.BrokerDefault()));

        assertThat(refused.topics()).isEmpty();
        assertThat(refused.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                .contains("wide", "west", "replication factor"));
        assertThat(taken.topics()).hasSize(1);
    }

    @Test
    void shouldNameSelectsThatMatchNothingAndFindThemLater() throws Exception {
        var flow = clusters.flow("later").selecting("later", "never-.*");

        var before = refresh(flow);
        clusters.source().createTopic("later", 1);
        var after = refresh(flow);

        assertThat(before.topics()).isEmpty();
        assertThat(before.problems()).isEmpty();
        assertThat(before.unmatchedSelects()).containsExactly("later", "never-.*");
        assertThat(after.topics()).hasSize(1);
        assertThat(after.unmatchedSelects()).containsExactly("never-.*");
    }

    @Test
    void shouldSeeThatTheTargetsLimitWasRaised() throws Exception {
        clusters.source().createTopic("raised", 1);
        var flow = clusters.flow("raised").selecting("raised");
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            var planner = planner(flow, gate);
            assertThat(planner.refresh(Map.of()).topics().get(0).targetMaxMessageBytes())
                    .isEqualTo(1_048_588);

            TopicClusters.set(clusters.target(), "raised", "max.message.bytes", "3000000");

            assertThat(planner.refresh(Map.of()).topics().get(0).targetMaxMessageBytes())
                    .isEqualTo(3_000_000);
        }
    }

    @Test
    void shouldNotCopyATopicThatWouldComeBack() throws Exception {
        clusters.source().createTopic("round", 1);
        var there = clusters.flow("there").selecting("round");
        var back = there.reversed("back").selecting("rou.*");
        try (ClusterPair gate = ClusterPair.open(there.config())) {
            var planner = new TopicPlanner(
                    there.config(), List.of(there.config(), back.config()), gate.source(), gate.target());

            var plan = planner.refresh(Map.of());

            assertThat(plan.topics()).isEmpty();
            assertThat(plan.problems()).singleElement().satisfies(problem -> assertThat(problem.reason())
                    .contains("round would feed itself"));
            assertThat(TopicClusters.names(clusters.target())).doesNotContain("round");
        }
    }

    @Test
    void shouldLeaveOutSettingsThatTheTargetDoesNotKnow() throws Exception {
        var settings = new TopicSettings(Map.of("vendor.special", "1", "retention.ms", "7654321"), Set.of(), List.of());
        try (ClusterPair gate = ClusterPair.open(clusters.flow("vendor").config())) {
            var failed = new TopicCreation(gate.target(), false)
                    .create(List.of(new TopicCreation.Missing("vendor", 1, (short) 1, settings)));

            assertThat(failed).isEmpty();
            assertThat(TopicClusters.settings(clusters.target(), "vendor"))
                    .isEqualTo(new HashMap<>(Map.of("retention.ms", "7654321")));
        }
    }
}
