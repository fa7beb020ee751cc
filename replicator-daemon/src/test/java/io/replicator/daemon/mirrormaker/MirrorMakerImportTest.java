package io.replicator.daemon.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.MirrorMakerConfig.Side;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.ReplicatorConfig;
import io.replicator.config.StartFrom;
import io.replicator.daemon.settings.SettingsFile;
import io.replicator.naming.TopicNaming;
import io.replicator.naming.TopicSelection;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.connect.mirror.MirrorCheckpointConnector;
import org.apache.kafka.connect.mirror.MirrorHeartbeatConnector;
import org.apache.kafka.connect.mirror.MirrorMakerConfig;
import org.apache.kafka.connect.mirror.MirrorSourceConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MirrorMakerImportTest {
    private static final String TWO_CLUSTERS = """
            clusters = A, B
            A.bootstrap.servers = a1:9092,a2:9092
            B.bootstrap.servers = b1:9092
            A->B.enabled = true
            """;

    @TempDir
    Path folder;

    private static String hocon(String properties) throws Exception {
        return MirrorMakerImport.read(new StringReader(properties), "mm2.properties", Optional.empty())
                .hocon();
    }

    private ReplicatorConfig settings(String properties) throws Exception {
        Path file = folder.resolve("replicator.conf");
        Files.writeString(file, hocon(properties));
        return SettingsFile.read(file, List.of()).replicator();
    }

    private FlowConfig flow(String properties) throws Exception {
        return settings(properties).flows().get(0);
    }

    private static String line(String hocon, String key) {
        return hocon.lines()
                .filter(line -> line.startsWith("# " + key + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " is not accounted for in\n" + hocon));
    }

    @Test
    void shouldDoWhatMirrorMakerDoesWhereItsFileSaysNothing() throws Exception {
        FlowConfig flow = flow(TWO_CLUSTERS);

        assertThat(flow.name()).isEqualTo("A-to-B");
        assertThat(flow.source().bootstrapServers()).isEqualTo("a1:9092,a2:9092");
        assertThat(flow.target().name()).isEqualTo("B");
        assertThat(flow.topics().start()).isEqualTo(new StartFrom.MirrorMaker());
        assertThat(flow.topics().replicationFactor()).isEqualTo(new ReplicationFactor.Fixed((short) 2));
        assertThat(flow.isolation()).isEqualTo(Isolation.READ_UNCOMMITTED);
        assertThat(flow.positions().groups().sync()).isFalse();
        assertThat(flow.positions().groups().selects("app")).isTrue();
        assertThat(flow.positions().groups().selects("connect-sink")).isFalse();
        assertThat(flow.positions().mirrorMaker().offsetSyncs()).isTrue();
        assertThat(flow.positions().mirrorMaker().offsetSyncsAt()).isEqualTo(Side.SOURCE);
        assertThat(flow.positions().mirrorMaker().checkpoints()).isTrue();
        assertThat(flow.positions().mirrorMaker().heartbeats()).isTrue();
        assertThat(new TopicNaming(flow).targetOf("orders")).isEqualTo("A.orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "__consumer_offsets",
                ".x",
                "mm2-offsets.B.internal",
                "mm2-configs.A.internal",
                "B.checkpoints.internal",
                "orders.replica",
                "B.orders",
                "C.B.orders",
                "B.heartbeats"
            })
    void shouldSelectNothingThatMirrorMakerDoesNot(String topic) throws Exception {
        TopicSelection selection = new TopicSelection(flow(TWO_CLUSTERS));

        assertThat(selection.isSelected(topic)).isFalse();
        assertThat(selection.isSelected("orders")).isTrue();
        assertThat(selection.isSelected("C.orders")).isTrue();
        assertThat(selection.isSelected("heartbeats")).isTrue();
    }

    @Test
    void shouldTakeWhatItsFileSays() throws Exception {
        FlowConfig flow = flow(TWO_CLUSTERS + """
                topics = never
                A->B.topics = orders, pay.*
                A->B.topics.exclude = pay-tmp.*
                replication.factor = 3
                A->B.groups = app-.*
                A->B.groups.exclude = app-x
                A->B.sync.group.offsets.enabled = true
                A->B.sync.group.offsets.interval.seconds = 7
                replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy
                refresh.topics.interval.seconds = 30
                emit.heartbeats.interval.seconds = 4
                A->B.emit.checkpoints.enabled = false
                A->B.offset-syncs.topic.location = target
                A.consumer.isolation.level = read_committed
                """);

        assertThat(flow.topics().select().stream().map(Pattern::pattern)).containsExactly("orders", "pay.*");
        assertThat(new TopicSelection(flow).isSelected("pay-tmp-1")).isFalse();
        assertThat(flow.topics().replicationFactor()).isEqualTo(new ReplicationFactor.Fixed((short) 3));
        assertThat(flow.topics().refreshInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(flow.topics().rename()).isEqualTo("{topic}");
        assertThat(flow.isolation()).isEqualTo(Isolation.READ_COMMITTED);
        assertThat(flow.positions().groups().sync()).isTrue();
        assertThat(flow.positions().groups().interval()).isEqualTo(Duration.ofSeconds(7));
        assertThat(flow.positions().groups().selects("app-x")).isFalse();
        assertThat(flow.positions().mirrorMaker().checkpoints()).isFalse();
        assertThat(flow.positions().mirrorMaker().offsetSyncsAt()).isEqualTo(Side.TARGET);
        assertThat(flow.positions().mirrorMaker().heartbeatsInterval()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void shouldHonourTheSeparator() throws Exception {
        FlowConfig flow = flow(TWO_CLUSTERS + "replication.policy.separator = _\n");

        assertThat(new TopicNaming(flow).targetOf("orders")).isEqualTo("A_orders");
        assertThat(new TopicSelection(flow).isSelected("B_orders")).isFalse();
        assertThat(new TopicSelection(flow).isSelected("A_checkpoints_internal"))
                .isFalse();
    }

    @Test
    void shouldImportEveryEnabledFlowOrTheOneThatIsAskedFor() throws Exception {
        String both = TWO_CLUSTERS + "B->A.enabled = true\nB->A.topics = back\n";

        assertThat(settings(both).flows().stream().map(FlowConfig::name)).containsExactly("A-to-B", "B-to-A");
        assertThat(MirrorMakerImport.read(new StringReader(both), "f", Optional.of("B->A"))
                        .hocon())
                .contains("B-to-A {")
                .doesNotContain("A-to-B {");
        assertThatThrownBy(() -> MirrorMakerImport.read(new StringReader(both), "f", Optional.of("A->C")))
                .hasMessage("f: flow A->C is not enabled; the enabled flows are: A->B, B->A");
    }

    @Test
    void shouldCarrySecretsIntoClientPropertiesAlone() throws Exception {
        String jaas =
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p$w{x}#\";";
        String properties = TWO_CLUSTERS + """
                security.protocol = SASL_SSL
                A.sasl.mechanism = PLAIN
                A.sasl.jaas.config = %s
                A.producer.sasl.jaas.config = other-s3cret
                ssl.truststore.password = tr5st
                """.formatted(jaas);
        ReplicatorConfig config = settings(properties);
        String hocon = hocon(properties);

        assertThat(config.flows().get(0).source().client())
                .containsEntry("sasl.jaas.config", jaas)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("ssl.truststore.password", "tr5st");
        assertThat(config.flows().get(0).target().client())
                .containsEntry("ssl.truststore.password", "tr5st")
                .doesNotContainKey("sasl.jaas.config");
        assertThat(hocon).contains("${?A_SASL_JAAS_CONFIG}").doesNotContain("other-s3cret");
        assertThat(hocon.lines().filter(line -> line.contains("p$w")).count()).isEqualTo(1);
        assertThat(hocon.lines().filter(line -> line.strip().startsWith("#")))
                .noneMatch(line -> line.contains("tr5st") || line.contains("p$w"));
        assertThat(line(hocon, "A.producer.sasl.jaas.config")).contains("NOT SUPPORTED");
    }

    @Test
    void shouldAccountForEveryPropertyOfTheFile() throws Exception {
        String hocon = hocon(TWO_CLUSTERS + """
                B->A.enabled = false
                B->A.topics = x
                tasks.max = 4
                B.producer.batch.size = 1
                B.producer.compression.type = zstd
                A.consumer.auto.offset.reset = latest
                A.metadata.max.age.ms = 1000
                B.offset.storage.replication.factor = 1
                offset.storage.topic = mine
                A->B.transforms = mask
                A->B.transforms.mask.type = X
                A->B.producer.override.linger.ms = 5
                sync.topic.acls.enabled = false
                topicz = x
                A->B.topicz = x
                A.nonsense = x
                B.consumer.nonsense = x
                producer.batch.size = 1
                replication.policy.class = com.example.Mine
                """);

        assertThat(line(hocon, "clusters")).endsWith("taken: clusters");
        assertThat(line(hocon, "A->B.enabled")).contains("taken");
        assertThat(line(hocon, "B->A.enabled")).contains("not needed", "B->A");
        assertThat(line(hocon, "B->A.topics")).contains("not needed");
        assertThat(line(hocon, "tasks.max")).contains("not needed");
        assertThat(line(hocon, "B.producer.batch.size")).contains("not needed");
        assertThat(line(hocon, "B.producer.compression.type")).contains("NOT SUPPORTED");
        assertThat(line(hocon, "A.consumer.auto.offset.reset")).contains("not needed");
        assertThat(line(hocon, "A.metadata.max.age.ms")).contains("taken: clusters.A.client");
        assertThat(line(hocon, "B.offset.storage.replication.factor")).contains("not needed");
        assertThat(line(hocon, "offset.storage.topic")).contains("NOT SUPPORTED");
        assertThat(line(hocon, "A->B.transforms")).contains("NOT SUPPORTED");
        assertThat(line(hocon, "A->B.transforms.mask.type")).contains("NOT SUPPORTED");
        assertThat(line(hocon, "A->B.producer.override.linger.ms")).contains("not needed");
        assertThat(line(hocon, "sync.topic.acls.enabled")).contains("NOT SUPPORTED");
        for (String unknown : List.of("topicz", "A->B.topicz", "A.nonsense", "B.consumer.nonsense")) {
            assertThat(line(hocon, unknown)).contains("UNKNOWN");
        }
        assertThat(line(hocon, "producer.batch.size")).contains("not needed", "does not read this key at this place");
        assertThat(line(hocon, "replication.policy.class")).contains("NOT SUPPORTED");
        assertThat(hocon).contains("CHECK THIS");
    }

    static Stream<String> connectorKeys() throws Exception {
        return Stream.of(
                        new MirrorSourceConnector().config(),
                        new MirrorCheckpointConnector().config(),
                        new MirrorHeartbeatConnector().config())
                .flatMap(definition -> definition.names().stream())
                .distinct()
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("connectorKeys")
    void shouldKnowEveryPropertyOfTheConnectors(String key) throws Exception {
        for (String prefix : List.of("", "A->B.")) {
            String hocon = hocon(TWO_CLUSTERS + prefix + key + " = true\n");

            assertThat(line(hocon, prefix + key)).doesNotContain("UNKNOWN");
        }
    }

    static Stream<String> clientKeys() {
        return topLevelKeys().filter(key -> ClientKeys.isSecurity(key) && !key.equals("ssl.client.auth"));
    }

    @ParameterizedTest
    @MethodSource("clientKeys")
    void shouldTakeEveryPropertyOfHowAClusterIsReached(String key) throws Exception {
        assertThat(line(hocon(TWO_CLUSTERS + "A." + key + " = x\n"), "A." + key))
                .contains("taken: clusters.A");
    }

    static Stream<String> topLevelKeys() {
        return new MirrorMakerConfig(Map.of("clusters", "A"))
                .values().keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("topLevelKeys")
    void shouldKnowEveryPropertyOfTheDedicatedMode(String key) throws Exception {
        String hocon = hocon(key.equals("clusters") ? TWO_CLUSTERS : TWO_CLUSTERS + key + " = x\n");

        assertThat(line(hocon, key)).doesNotContain("UNKNOWN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "clusters = A",
                "clusters = A, B\nA->B.enabled = false",
                "clusters = A, B\nA->B.enabled = true\nA.bootstrap.servers = a:1",
                "clusters = \\u00zz"
            })
    void shouldRefuseAFileWithNothingToImport(String properties) {
        assertThatThrownBy(() -> hocon(properties)).isInstanceOf(UnusableFileException.class);
    }
}
