package io.replicator.it.security;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.config.StartFrom;
import io.replicator.flow.FlowState;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.Flows;
import io.replicator.it.GroupsOf;
import io.replicator.partition.PartitionState;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import io.replicator.testkit.ClusterBuilder;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.ListenerSecurity;
import io.replicator.testkit.Mechanism;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters that let in only whom they know, and let those do only what they must. */
@ExtendWith(ClusterExtension.class)
final class SecurityIT {
    private static final String MIRROR = "mirror";
    private static final String PLAIN = "PLAIN";
    private static final String MUTUAL_TLS = "MUTUAL_TLS";

    private static KafkaCluster source;
    private static KafkaCluster target;

    /** Whose right it is. */
    private enum Side {
        SOURCE,
        TARGET
    }

    /**
     * Everything that a flow needs to be allowed, and nothing more. {@code %s} is the name of the topic and of the flow.
     */
    private enum Right {
        READ_SOURCE(Side.SOURCE, TOPIC, "%s", READ),
        SEE_SOURCE_SETTINGS(Side.SOURCE, TOPIC, "%s", DESCRIBE_CONFIGS),
        CREATE_TARGET(Side.TARGET, TOPIC, "%s", CREATE),
        READ_TARGET(Side.TARGET, TOPIC, "%s", READ),
        WRITE_TARGET(Side.TARGET, TOPIC, "%s", WRITE),
        OWN_GROUPS(Side.TARGET, TRANSACTIONAL_ID, "replicator.%s.", WRITE),
        CREATE_OFFSETS(Side.TARGET, TOPIC, "replicator.%s.offsets.internal", CREATE),
        READ_OFFSETS(Side.TARGET, TOPIC, "replicator.%s.offsets.internal", READ),
        WRITE_OFFSETS(Side.TARGET, TOPIC, "replicator.%s.offsets.internal", WRITE),
        CREATE_OWNERSHIP(Side.TARGET, TOPIC, "replicator.%s.ownership.internal", CREATE),
        SEE_OWNERSHIP(Side.TARGET, TOPIC, "replicator.%s.ownership.internal", DESCRIBE),
        BE_MEMBER(Side.TARGET, GROUP, "replicator-%s", READ);

        private final Side side;
        private final ResourceType type;
        private final String pattern;
        private final AclOperation operation;

        Right(Side side, ResourceType type, String pattern, AclOperation operation) {
            this.side = side;
            this.type = type;
            this.pattern = pattern;
            this.operation = operation;
        }

        String resource(String topic) {
            return String.format(pattern, topic);
        }

        void grant(String topic) throws Exception {
            PatternType kind = type == TRANSACTIONAL_ID ? PatternType.PREFIXED : PatternType.LITERAL;
            allow(side == Side.SOURCE ? source : target, type, kind, resource(topic), operation);
        }

        void revoke(String topic) throws Exception {
            KafkaCluster cluster = side == Side.SOURCE ? source : target;
            cluster.admin()
                    .deleteAcls(List.of(new AclBindingFilter(
                            new ResourcePatternFilter(type, resource(topic), PatternType.LITERAL),
                            new AccessControlEntryFilter(null, null, operation, AclPermissionType.ANY))))
                    .all()
                    .get();
        }
    }

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(secured("east"));
        target = clusters.own(secured("west"));
    }

    private static ClusterBuilder secured(String name) {
        return KafkaCluster.builder()
                .name(name)
                .security(ListenerSecurity.saslSsl(Mechanism.SCRAM_SHA_512))
                .listener(PLAIN, ListenerSecurity.saslPlaintext(Mechanism.PLAIN))
                .listener(MUTUAL_TLS, ListenerSecurity.ssl())
                .superUser("admin", "admin's secret")
                .user(MIRROR, "mirror's secret")
                .authorizer();
    }

    @ParameterizedTest
    @ValueSource(strings = {KafkaCluster.CLIENT, PLAIN, MUTUAL_TLS})
    void shouldCopyOverEveryKindOfListener(String listener) throws Exception {
        String topic = "by-" + listener.toLowerCase(Locale.ROOT).replace('_', '-');
        source.createTopic(topic, 2);
        Load.to(source, topic).write(200);
        FlowConfig flow = Flows.flow(
                topic,
                Flows.cluster("east", source.clientProperties(listener, "admin")),
                Flows.cluster("west", target.clientProperties(listener, "admin")),
                topic);

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, topic);
        }

        assertSame(topic);
    }

    @Test
    void shouldNeedNoRightsButThese() throws Exception {
        source.createTopic("enough", 2);
        Load.to(source, "enough").write(200);
        for (Right right : Right.values()) {
            right.grant("enough");
        }

        try (Replicator replicator = Flows.start(flow("enough"))) {
            Flows.awaitCopied(replicator, source, "enough");
        }
        Load.to(source, "enough").seed(2).write(200);
        try (Replicator replicator = Flows.start(flow("enough"))) {
            Flows.awaitCopied(replicator, source, "enough");
        }

        assertSame("enough");
    }

    @ParameterizedTest
    @EnumSource(Right.class)
    void shouldNameTheRightThatIsMissingAndGoOnOnceItIsGranted(Right missing) throws Exception {
        String topic = "without-" + missing.name().toLowerCase(Locale.ROOT).replace('_', '-');
        source.createTopic(topic, 1);
        Load.to(source, topic).write(100);
        for (Right right : Right.values()) {
            if (right != missing) {
                right.grant(topic);
            }
        }

        try (Replicator replicator = Flows.start(flow(topic))) {
            Flows.awaitStatus(replicator, flow -> isNamed(flow, missing, topic));
            missing.grant(topic);
            Flows.awaitCopied(replicator, source, topic);
            Flows.awaitStatus(replicator, flow -> reasons(flow).stream().allMatch(String::isEmpty));
        }

        assertSame(topic);
    }

    @Test
    void shouldNotBeginAgainWhereSavedProgressMayNotBeRead() throws Exception {
        source.createTopic("unread", 1);
        Load.to(source, "unread").write(100);
        for (Right right : Right.values()) {
            right.grant("unread");
        }
        try (Replicator replicator = Flows.start(flow("unread"))) {
            Flows.awaitCopied(replicator, source, "unread");
        }
        Right.READ_OFFSETS.revoke("unread");

        try (Replicator replicator = Flows.start(flow("unread"))) {
            Flows.awaitStatus(replicator, flow -> isNamed(flow, Right.READ_OFFSETS, "unread"));
            assertThat(replicator.flows().get(0).state()).isEqualTo(FlowState.STARTING);
            Load.to(source, "unread").seed(2).write(100);
            Right.READ_OFFSETS.grant("unread");
            Flows.awaitCopied(replicator, source, "unread");
        }

        assertSame("unread");
    }

    @Test
    void shouldNameTheRightThatAGroupNeedsAndGoOnOnceItIsGranted() throws Exception {
        source.createTopic("grouped", 1);
        Load.to(source, "grouped").write(100);
        for (Right right : Right.values()) {
            right.grant("grouped");
        }
        new GroupsOf(source).commit("app-grouped", "grouped", 0, 10);
        new GroupsOf(source).commit("app-grouped-too", "grouped", 0, 10);
        GroupsConfig groups = new GroupsConfig(
                List.of(Pattern.compile("app-.*")),
                List.of(),
                "{group}",
                true,
                Duration.ofMillis(200),
                GroupDeletion.LEAVE);
        FlowConfig flow = flow("grouped")
                .with(new PositionsConfig(
                        groups, PositionsConfig.NONE.mirrorMaker(), PositionsConfig.DEFAULT_MAX_RUNS));

        try (Replicator replicator = Flows.start(flow)) {
            awaitGroups(replicator, status -> status.trouble().contains("grant DESCRIBE"));
            allow(source, GROUP, PatternType.LITERAL, "app-grouped", DESCRIBE);
            awaitGroups(replicator, status -> isDenied(status, "app-grouped", "DESCRIBE"));
            allow(target, GROUP, PatternType.LITERAL, "app-grouped", DESCRIBE);
            awaitGroups(replicator, status -> isDenied(status, "app-grouped", "READ"));
            allow(source, GROUP, PatternType.PREFIXED, "app-", DESCRIBE);
            allow(target, GROUP, PatternType.LITERAL, "app-grouped-too", READ);
            // One group's trouble is not the other's.
            awaitGroups(
                    replicator,
                    status -> isSynced(status, "app-grouped-too") && isDenied(status, "app-grouped", "READ"));
            allow(target, GROUP, PatternType.LITERAL, "app-grouped", READ);
            awaitGroups(
                    replicator,
                    status ->
                            isSynced(status, "app-grouped") && status.trouble().isEmpty());
        }
    }

    private static void awaitGroups(Replicator replicator, Predicate<GroupsStatus> expected) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> replicator.groups("grouped").orElseThrow(), expected);
    }

    private static boolean isDenied(GroupsStatus status, String group, String operation) {
        return status.positions().stream()
                .anyMatch(told -> told.group().equals(group)
                        && told.state() == PositionState.FAILED
                        && told.reason().contains("west denies " + operation)
                        && told.reason().contains("group " + group)
                        && told.reason().contains("user " + MIRROR));
    }

    private static boolean isSynced(GroupsStatus status, String group) {
        return status.positions().stream()
                .anyMatch(told -> told.group().equals(group) && told.state() == PositionState.SYNCED);
    }

    @Test
    void shouldStopAPartitionWhileReadingIsDenied() throws Exception {
        source.createTopic("unreadable", 1);
        Load.to(source, "unreadable").write(100);
        allow(source, TOPIC, PatternType.LITERAL, "unreadable", DESCRIBE);
        for (Right right : Right.values()) {
            if (right != Right.READ_SOURCE) {
                right.grant("unreadable");
            }
        }

        try (Replicator replicator = Flows.start(flow("unreadable"))) {
            PartitionStatus denied =
                    Flows.awaitPartition(replicator, "unreadable", 0, it -> it.state() == PartitionState.FAILED);
            assertThat(denied.reason()).contains("east").contains("READ").contains("topic unreadable");
            assertThat(denied.resumesWhen()).contains("ACL").contains("READ");
            Right.READ_SOURCE.grant("unreadable");
            Flows.awaitCopied(replicator, source, "unreadable");
        }

        assertSame("unreadable");
    }

    @Test
    void shouldStopPartitionsWhileWritingIsDenied() throws Exception {
        source.createTopic("unwritable", 1);
        Load.to(source, "unwritable").write(100);
        target.createTopic("unwritable", 1);
        allow(target, TOPIC, PatternType.LITERAL, "unwritable", DESCRIBE);
        for (Right right : Right.values()) {
            if (right != Right.WRITE_TARGET) {
                right.grant("unwritable");
            }
        }

        try (Replicator replicator = Flows.start(flow("unwritable"))) {
            PartitionStatus denied =
                    Flows.awaitPartition(replicator, "unwritable", 0, it -> it.state() == PartitionState.FAILED);
            assertThat(denied.reason()).contains("west").contains("WRITE").contains("topic unwritable");
            assertThat(denied.resumesWhen()).contains("ACL").contains("WRITE");
            Right.WRITE_TARGET.grant("unwritable");
            Flows.awaitCopied(replicator, source, "unwritable");
        }

        assertSame("unwritable");
    }

    @Test
    void shouldStopPartitionsWhileTheTransactionalIdIsDenied() throws Exception {
        source.createTopic("anonymous", 1);
        Load.to(source, "anonymous").write(100);
        for (Right right : Right.values()) {
            if (right != Right.OWN_GROUPS) {
                right.grant("anonymous");
            }
        }

        Replicator stopping = Flows.start(flow("anonymous"));
        PartitionStatus denied =
                Flows.awaitPartition(stopping, "anonymous", 0, it -> it.state() == PartitionState.FAILED);
        assertThat(denied.reason()).contains("west").contains("WRITE").contains("replicator.anonymous.");
        assertThat(denied.resumesWhen()).contains("ACL").contains("at-least-once");
        // What was fetched and can never be sent must not hold the stop up.
        Flows.stop(stopping);
        assertThat(stopping.flows().get(0).state()).isEqualTo(FlowState.STOPPED);

        FlowConfig atLeastOnce = Flows.with(flow("anonymous"), Delivery.AT_LEAST_ONCE);
        try (Replicator replicator = Flows.start(atLeastOnce)) {
            Flows.awaitCopied(replicator, source, "anonymous");
        }

        assertSame("anonymous");
    }

    @Test
    void shouldGrowATopicOnceItMay() throws Exception {
        source.createTopic("growing", 1);
        for (Right right : Right.values()) {
            right.grant("growing");
        }

        try (Replicator replicator = Flows.start(flow("growing"))) {
            Flows.awaitCopied(replicator, source, "growing");
            source.admin()
                    .createPartitions(Map.of("growing", NewPartitions.increaseTo(2)))
                    .all()
                    .get();
            await().ignoreExceptions()
                    .until(() -> Load.to(source, "growing").write(100) > 0
                            && TopicDump.committed(source, "growing")
                                            .partitions()
                                            .size()
                                    == 2);
            Flows.awaitStatus(replicator, flow -> reasons(flow).stream()
                    .anyMatch(reason ->
                            reason.contains("west") && reason.contains("ALTER") && reason.contains("topic growing")));
            allow(target, TOPIC, PatternType.LITERAL, "growing", ALTER);
            Flows.awaitCopied(replicator, source, "growing");
        }

        assertSame("growing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"east", "west"})
    void shouldSayWhichClusterRefusesThePasswordButNotThePassword(String wrong) throws Exception {
        ClusterConfig east = wrong.equals("east") ? mistyped(source) : Flows.cluster(source);
        ClusterConfig west = wrong.equals("west") ? mistyped(target) : Flows.cluster(target);

        try (Replicator replicator = Flows.start(Flows.flow("password", east, west, "enough"))) {
            Flows.awaitStatus(replicator, flow -> flow.reason().contains("cluster " + wrong));

            FlowStatus flow = replicator.flows().get(0);
            assertThat(flow.state()).isEqualTo(FlowState.STARTING);
            assertThat(flow.reason())
                    .contains("user admin")
                    .contains("SCRAM-SHA-512")
                    .doesNotContain("secret");
        }
    }

    private static ClusterConfig mistyped(KafkaCluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.computeIfPresent(
                "sasl.jaas.config", (key, login) -> String.valueOf(login).replace("admin's secret", "other secret"));
        return Flows.cluster(cluster.name(), properties);
    }

    /** Where a topic may not even be seen, that is what is said. */
    private static boolean isNamed(FlowStatus flow, Right missing, String topic) {
        String cluster = missing.side == Side.SOURCE ? "east" : "west";
        String operation = missing == Right.READ_SOURCE ? "DESCRIBE" : missing.operation.name();
        return reasons(flow).stream()
                .anyMatch(reason -> reason.contains(cluster)
                        && reason.toUpperCase(Locale.ROOT).contains(operation)
                        && reason.contains(missing.resource(topic)));
    }

    private static List<String> reasons(FlowStatus flow) {
        List<String> reasons = new ArrayList<>(List.of(flow.reason()));
        flow.partitions().forEach(partition -> reasons.add(partition.reason()));
        return reasons;
    }

    private static FlowConfig flow(String topic) {
        return Flows.flow(
                topic,
                Flows.cluster("east", source.clientProperties(MIRROR)),
                Flows.cluster("west", target.clientProperties(MIRROR)),
                Flows.topics(new StartFrom.Earliest(), topic));
    }

    private static void allow(
            KafkaCluster cluster, ResourceType type, PatternType kind, String name, AclOperation operation)
            throws Exception {
        cluster.admin()
                .createAcls(List.of(new AclBinding(
                        new ResourcePattern(type, name, kind),
                        new AccessControlEntry("User:" + MIRROR, "*", operation, AclPermissionType.ALLOW))))
                .all()
                .get();
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
