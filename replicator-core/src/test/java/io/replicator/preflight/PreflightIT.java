package io.replicator.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.ClusterPair;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.it.FlowDraft;
import io.replicator.it.Flows;
import io.replicator.preflight.Finding.Kind;
import io.replicator.preflight.Finding.Severity;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import io.replicator.topics.TopicClusters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
final class PreflightIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static TopicClusters clusters;

    @BeforeAll
    static void start(Clusters given) {
        clusters = new TopicClusters(given);
    }

    @AfterEach
    void forgetRights() throws Exception {
        clusters.revokeEverything();
    }

    private static PreflightReport check(FlowDraft flow) throws InterruptedException {
        return Preflight.check(flow.config(), TIMEOUT);
    }

    private static void assertOne(PreflightReport report, Severity severity, Kind kind, String... words) {
        assertThat(report.findings())
                .filteredOn(finding -> finding.severity() == severity
                        && finding.kind() == kind
                        && List.of(words).stream().allMatch(finding.message()::contains))
                .describedAs("%s", report.findings())
                .hasSize(1);
    }

    private static ClusterConfig closedPort(String name) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new ClusterConfig(name, "127.0.0.1:" + socket.getLocalPort(), Map.of());
        }
    }

    @Test
    void shouldSayWhatWouldBeCopiedAndChangeNothing() throws Exception {
        clusters.source().createTopic("plain-new", 3);
        clusters.source().createTopic("plain-small", 3);
        clusters.source().createTopic("plain-large", 1);
        clusters.target().createTopic("plain-small", 2);
        clusters.target().createTopic("plain-large", 4);
        Load.to(clusters.source(), "plain-new").write(70);
        var before = new TreeSet<>(TopicClusters.names(clusters.target()));

        var report = check(clusters.flow("plain").selecting("plain-.*"));

        assertThat(report.topics())
                .containsExactly(
                        new TopicLine("plain-large", "plain-large", 1, 4, 0, ""),
                        new TopicLine("plain-new", "plain-new", 3, 0, 70, "will be created"),
                        new TopicLine("plain-small", "plain-small", 3, 2, 0, "will grow from 2 to 3 partitions"));
        assertThat(report.findings())
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .isEmpty();
        assertOne(report, Severity.NOTE, Kind.TOPIC, "plain-large", "4 partitions");
        assertThat(new TreeSet<>(TopicClusters.names(clusters.target()))).isEqualTo(before);
        assertThat(TopicClusters.describe(clusters.target(), "plain-small").partitions())
                .hasSize(2);
    }

    @Test
    void shouldNameEachSelectThatMatchesNothing() throws Exception {
        clusters.source().createTopic("invoices", 1);

        var report = check(clusters.flow("typo").selecting("invoices", "invoces", "nothing[.].*"));

        assertOne(
                report, Severity.WARNING, Kind.TOPIC, "\"invoces\" matches no topic of east", "did you mean invoices");
        assertOne(report, Severity.WARNING, Kind.TOPIC, "\"nothing[.].*\" matches no topic of east");
    }

    @Test
    void shouldNameBothClustersThatDoNotAnswer() throws Exception {
        var source = closedPort("north");
        var target = closedPort("south");

        var report = check(FlowDraft.from("dead", source, target));

        assertThat(report.topics()).isEmpty();
        assertOne(report, Severity.ERROR, Kind.UNREACHABLE, "north", source.bootstrapServers());
        assertOne(report, Severity.ERROR, Kind.UNREACHABLE, "south", target.bootstrapServers());
        assertThatThrownBy(() ->
                        ClusterPair.open(FlowDraft.from("dead", source, target).config(), TIMEOUT, KafkaCluster::open))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("north");
    }

    @Test
    void shouldNameTheUserOfAWrongPasswordButNotThePassword() throws Exception {
        Map<String, Object> wrong = new HashMap<>(clusters.target().clientProperties("guest"));
        wrong.computeIfPresent(
                "sasl.jaas.config", (key, login) -> login.toString().replace("guest's secret", "not-the-secret"));
        var flow = FlowDraft.from("password", Flows.cluster(clusters.source()), Flows.cluster("west", wrong));

        var report = check(flow);

        assertOne(report, Severity.ERROR, Kind.UNREACHABLE, "west", "user guest", "SCRAM-SHA-256");
        assertThat(report.findings().toString()).doesNotContain("not-the-secret");
        assertThatThrownBy(() -> ClusterPair.open(flow.config()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("user guest");
    }

    @Test
    void shouldRefuseTheSameClusterAtBothEnds() throws Exception {
        var east = Flows.cluster(clusters.source());
        var alias = new ClusterConfig("alias", east.bootstrapServers(), east.client());

        var report = check(FlowDraft.from("same", east, alias));

        assertOne(
                report,
                Severity.ERROR,
                Kind.CONFIGURATION,
                "the same cluster",
                clusters.source().clusterId());
        assertThatThrownBy(() ->
                        ClusterPair.open(FlowDraft.from("same", east, alias).config()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the same cluster");
    }

    @Test
    void shouldNameEveryRightThatIsMissingOnTheTarget() throws Exception {
        clusters.source().createTopic("locked-new", 1);
        clusters.source().createTopic("locked-old", 2);
        clusters.target().createTopic("locked-old", 1);
        TopicClusters.grant(clusters.target(), ResourceType.TOPIC, "locked-new", AclOperation.DESCRIBE);
        TopicClusters.grant(clusters.target(), ResourceType.TOPIC, "locked-old", AclOperation.DESCRIBE);
        var flow = clusters.guestFlow("locked").selecting("locked-.*");
        TopicClusters.await(() -> check(flow).topics().stream().anyMatch(line -> line.targetPartitions() == 1));

        var report = check(flow);

        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "CREATE", "topic locked-new");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "WRITE", "topic locked-old");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "READ", "topic locked-old");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "ALTER", "topic locked-old");
        assertOne(report, Severity.WARNING, Kind.PERMISSION, "west", "DESCRIBE_CONFIGS", "topic locked-old");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "replicator.locked.offsets.internal");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "west", "TransactionalId replicator.locked.0");
    }

    @Test
    void shouldNameEveryRightThatIsMissingOnTheSource() throws Exception {
        clusters.source().createTopic("hidden", 1);
        clusters.source().createTopic("visible", 1);
        TopicClusters.grant(clusters.source(), ResourceType.TOPIC, "visible", AclOperation.DESCRIBE);
        var flow = FlowDraft.from(
                        "source-rights",
                        Flows.cluster("east", clusters.source().clientProperties("guest")),
                        Flows.cluster(clusters.target()))
                .selecting("hidden", "visible");
        TopicClusters.await(() -> !check(flow).topics().isEmpty());

        var report = check(flow);

        assertOne(report, Severity.ERROR, Kind.PERMISSION, "east", "DESCRIBE", "topic hidden");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "east", "READ", "topic visible");
        assertOne(report, Severity.ERROR, Kind.PERMISSION, "east", "DESCRIBE_CONFIGS", "topic visible");
        assertThat(report.findings().toString()).doesNotContain("matches no topic");
    }

    @Test
    void shouldFindNothingWrongWhenEveryRightIsGranted() throws Exception {
        clusters.source().createTopic("granted-old", 2);
        clusters.source().createTopic("granted-new", 2);
        clusters.target().createTopic("granted-old", 1);
        for (String topic : List.of("granted-old", "granted-new")) {
            TopicClusters.grant(
                    clusters.target(),
                    ResourceType.TOPIC,
                    topic,
                    AclOperation.CREATE,
                    AclOperation.READ,
                    AclOperation.WRITE,
                    AclOperation.ALTER,
                    AclOperation.DESCRIBE_CONFIGS);
        }
        var flow = clusters.guestFlow("granted").selecting("granted-.*");
        TopicClusters.grant(
                clusters.target(),
                ResourceType.TOPIC,
                flow.config().offsetsTopic(),
                AclOperation.CREATE,
                AclOperation.READ,
                AclOperation.WRITE);
        TopicClusters.grant(
                clusters.target(),
                ResourceType.TOPIC,
                flow.config().ownershipTopic(),
                AclOperation.CREATE,
                AclOperation.DESCRIBE);
        TopicClusters.grant(clusters.target(), ResourceType.GROUP, flow.config().ownershipGroup(), AclOperation.READ);
        for (int group = 0; group < 4; group++) {
            TopicClusters.grant(
                    clusters.target(),
                    ResourceType.TRANSACTIONAL_ID,
                    flow.config().transactionalId(group),
                    AclOperation.WRITE);
        }

        TopicClusters.await(
                () -> check(flow).findings().stream().noneMatch(finding -> finding.severity() == Severity.ERROR));
    }

    @Test
    void shouldNameWhatIsMissingToShareAFlow() throws Exception {
        clusters.source().createTopic("shared", 1);
        var flow = clusters.guestFlow("sharing").selecting("shared");

        assertOne(
                check(flow),
                Severity.ERROR,
                Kind.PERMISSION,
                "READ",
                "group " + flow.config().ownershipGroup());
        assertOne(
                check(flow),
                Severity.ERROR,
                Kind.PERMISSION,
                "topic " + flow.config().ownershipTopic());

        clusters.target()
                .createTopic(flow.config().ownershipTopic(), flow.config().shards() + 1);
        TopicClusters.grant(
                clusters.target(), ResourceType.TOPIC, flow.config().ownershipTopic(), AclOperation.DESCRIBE);
        TopicClusters.await(() -> check(flow).findings().stream()
                .anyMatch(finding -> finding.kind() == Kind.CONFIGURATION
                        && finding.message()
                                .contains("shards = " + flow.config().shards())));
    }

    @Test
    void shouldNameACollisionAnIllegalNameAndALoop() throws Exception {
        clusters.source().createTopic("bad.name", 1);
        clusters.target().createTopic("bad_name", 1);
        clusters.source().createTopic("bad-" + "x".repeat(240), 1);
        var flow = clusters.flow("bad").selecting("bad.*").renaming("{topic}");
        var back = flow.reversed("bad-back").selecting("bad[.]name");

        assertOne(check(flow), Severity.ERROR, Kind.TOPIC, "bad.name", "bad_name");
        assertOne(check(flow.renaming("copied-{topic}")), Severity.ERROR, Kind.CONFIGURATION, "no legal topic name");
        assertThat(Preflight.check(flow.config(), List.of(flow.config(), back.config()), TIMEOUT)
                        .findings())
                .anyMatch(finding -> finding.kind() == Kind.CONFIGURATION
                        && finding.severity() == Severity.ERROR
                        && finding.message().contains("bad.name would feed itself"));
    }

    @Test
    void shouldCompareSettingsWithAnExistingCopy() throws Exception {
        clusters.source().createTopic("unlike", 1, Map.of("max.message.bytes", "2000000"));
        clusters.target()
                .createTopic("unlike", 1, Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "60000"));

        var report = check(clusters.flow("unlike").selecting("unlike"));

        assertOne(report, Severity.WARNING, Kind.TOPIC, "unlike", "west", "set max.message.bytes=2000000 on it");
        assertOne(report, Severity.WARNING, Kind.TOPIC, "unlike", "message.timestamp.type=CreateTime");
        assertOne(report, Severity.NOTE, Kind.TOPIC, "unlike", "retention.ms");
        assertOne(report, Severity.NOTE, Kind.TOPIC, "unlike", "message.timestamp.after.max.ms");
    }

    @Test
    void shouldSayWhichGroupsAreKeptFreshAndWhichCannotBe() throws Exception {
        clusters.source().createTopic("grouped", 1);
        for (String group : List.of("app.one", "app-one", "other")) {
            clusters.source()
                    .admin()
                    .alterConsumerGroupOffsets(
                            group, Map.of(new TopicPartition("grouped", 0), new OffsetAndMetadata(0)))
                    .all()
                    .get();
        }
        FlowConfig flow = clusters.flow("grouped").selecting("grouped").config();
        FlowConfig denied = clusters.guestFlow("grouped").selecting("grouped").config();

        PreflightReport all = Preflight.check(flow.with(groups("app.*", "{group}")), TIMEOUT);
        assertOne(all, Severity.NOTE, Kind.GROUP, "positions of 2 consumer groups are kept fresh: app-one, app.one");
        assertThat(all.findings())
                .noneMatch(finding -> finding.kind() == Kind.GROUP && finding.severity() != Severity.NOTE);
        assertOne(
                Preflight.check(denied.with(groups("app-one|other", "moved-{group}")), TIMEOUT),
                Severity.WARNING,
                Kind.GROUP,
                "positions of groups moved-app-one, moved-other cannot be written: grant READ on these groups");
        assertThat(Preflight.check(flow, TIMEOUT).findings())
                .as("groups are left alone")
                .noneMatch(finding -> finding.kind() == Kind.GROUP);
    }

    private static PositionsConfig groups(String select, String rename) {
        return new PositionsConfig(
                new GroupsConfig(
                        List.of(Pattern.compile(select)),
                        List.of(),
                        rename,
                        true,
                        Duration.ofSeconds(5),
                        GroupDeletion.LEAVE),
                PositionsConfig.NONE.mirrorMaker(),
                PositionsConfig.DEFAULT_MAX_RUNS);
    }
}
