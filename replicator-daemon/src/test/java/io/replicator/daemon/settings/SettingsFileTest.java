package io.replicator.daemon.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.Isolation;
import io.replicator.config.LossPolicy;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.Shaping;
import io.replicator.config.SourceChanges;
import io.replicator.config.StartFrom;
import io.replicator.config.TransactionBounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingsFileTest {
    private static final String SOUND = """
            replicator {
              clusters {
                east { bootstrap-servers = "east-1:9092,east-2:9092" }
                west { bootstrap-servers = "[::1]:9092" }
              }
              flows {
                x {
                  source = east
                  target = west
                  topics { select = ["orders"] }
                }
              }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void shouldTakeEveryDefaultFromTheReference() throws Exception {
        Settings settings = read(SOUND);

        FlowConfig flow = settings.replicator().flows().get(0);
        assertThat(flow.topics().rename()).isEqualTo("{topic}");
        assertThat(flow.topics().start()).isEqualTo(new StartFrom.Earliest());
        assertThat(flow.topics().refreshInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(flow.topics().createEnabled()).isTrue();
        assertThat(flow.topics().replicationFactor()).isEqualTo(new ReplicationFactor.AsSource());
        assertThat(flow.delivery()).isEqualTo(Delivery.EXACTLY_ONCE);
        assertThat(flow.transaction()).isEqualTo(TransactionBounds.DEFAULT);
        assertThat(flow.isolation()).isEqualTo(Isolation.READ_COMMITTED);
        assertThat(flow.shaping()).isEqualTo(Shaping.AUTO);
        assertThat(flow.sourceChanges())
                .isEqualTo(new SourceChanges(LossPolicy.CONTINUE, LossPolicy.STOP, LossPolicy.STOP));
        assertThat(flow.shards()).isEqualTo(16);
        assertThat(flow.maxBytesPerSecond()).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.replicator().memoryBytes()).isEqualTo(128L << 20);
        assertThat(settings.replicator().progressInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.replicator().drainTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.replicator().lanes())
                .isEqualTo(Math.min(16, Runtime.getRuntime().availableProcessors()));
        assertThat(settings.replicator().instance()).isNotBlank();
        assertThat(settings.replicator().sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.replicator().ownershipProtocol()).isEqualTo(OwnershipProtocol.AUTO);
        assertThat(settings.adminHost()).isEqualTo("127.0.0.1");
        assertThat(settings.adminPort()).isEqualTo(8080);
        assertThat(settings.metricsPerPartition()).isTrue();
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void shouldReadEveryKey() throws Exception {
        Settings settings = read("""
                replicator {
                  clusters {
                    east { bootstrap-servers = "e:1", client { security.protocol = SSL, "fetch.max.wait.ms" = 7 } }
                    west { bootstrap-servers = "w:1" }
                  }
                  flows {
                    x {
                      source = east
                      target = west
                      topics {
                        select = ["a", "b[.].*"]
                        exclude = ${replicator.internal-topics} ["b[.]c"]
                        rename = "{source}.{topic}"
                        start = "2026-11-21T08:00:00+01:00"
                        refresh-interval = 5 minutes
                        create { enabled = no, replication-factor = 3 }
                      }
                      delivery = transactional
                      transaction { interval = 1s, max-bytes = 1 MiB }
                      isolation = read-uncommitted
                      shaping = rebuild
                      on-gap = stop
                      on-truncation = continue
                      on-recreation = continue
                      shards = 4
                      throttle { bytes-per-second = 50 MiB }
                      groups { select = ["g.*"], exclude = [], rename = "{source}.{group}", sync = no, interval = 1 minute
                               on-delete = delete }
                      mirrormaker { offset-syncs = no, offset-syncs-location = target, checkpoints = no, heartbeats = no
                                    heartbeats-interval = 3s }
                      offset-map { max-runs = 1000 }
                    }
                  }
                  instance = i1
                  lanes = 3
                  memory = 1 GiB
                  progress-interval = 250ms
                  drain-timeout = 0s
                  session-timeout = 1 minute
                  ownership-protocol = consumer
                  admin { listen = "[::1]:0" }
                  metrics { per-partition = false }
                }
                """);

        FlowConfig flow = settings.replicator().flows().get(0);
        assertThat(flow.source().client())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("fetch.max.wait.ms", "7");
        assertThat(flow.topics().select()).extracting(Pattern::pattern).containsExactly("a", "b[.].*");
        assertThat(flow.topics().exclude()).extracting(Pattern::pattern).contains("__.*", "b[.]c");
        assertThat(flow.topics().rename()).isEqualTo("{source}.{topic}");
        assertThat(flow.topics().start()).isEqualTo(new StartFrom.At(Instant.parse("2026-11-21T07:00:00Z")));
        assertThat(flow.topics().refreshInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(flow.topics().createEnabled()).isFalse();
        assertThat(flow.topics().replicationFactor()).isEqualTo(new ReplicationFactor.Fixed((short) 3));
        assertThat(flow.delivery()).isEqualTo(Delivery.TRANSACTIONAL);
        assertThat(flow.transaction()).isEqualTo(new TransactionBounds(Duration.ofSeconds(1), 1 << 20));
        assertThat(flow.isolation()).isEqualTo(Isolation.READ_UNCOMMITTED);
        assertThat(flow.shaping()).isEqualTo(Shaping.REBUILD);
        assertThat(flow.sourceChanges())
                .isEqualTo(new SourceChanges(LossPolicy.STOP, LossPolicy.CONTINUE, LossPolicy.CONTINUE));
        assertThat(flow.shards()).isEqualTo(4);
        assertThat(flow.maxBytesPerSecond()).isEqualTo(50L << 20);
        GroupsConfig groups = flow.positions().groups();
        assertThat(groups.select()).extracting(Pattern::pattern).containsExactly("g.*");
        assertThat(groups.exclude()).isEmpty();
        assertThat(groups.rename()).isEqualTo("{source}.{group}");
        assertThat(groups.sync()).isFalse();
        assertThat(groups.interval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(groups.onDelete()).isEqualTo(GroupDeletion.DELETE);
        assertThat(flow.positions().mirrorMaker())
                .isEqualTo(new MirrorMakerConfig(
                        false, MirrorMakerConfig.Side.TARGET, false, false, Duration.ofSeconds(3)));
        assertThat(flow.positions().maxRuns()).isEqualTo(1000);
        assertThat(settings.replicator().instance()).isEqualTo("i1");
        assertThat(settings.replicator().lanes()).isEqualTo(3);
        assertThat(settings.replicator().memoryBytes()).isEqualTo(1L << 30);
        assertThat(settings.replicator().progressInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(settings.replicator().drainTimeout()).isZero();
        assertThat(settings.replicator().sessionTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.replicator().ownershipProtocol()).isEqualTo(OwnershipProtocol.CONSUMER);
        assertThat(settings.adminHost()).isEqualTo("::1");
        assertThat(settings.adminPort()).isZero();
        assertThat(settings.metricsPerPartition()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "topics { select = [\"orders\"] } | topics { selct = [\"orders\"] }"
                        + "| 10: replicator.flows.x.topics.selct: unknown key; did you mean select?",
                "source = east | source = eats | 8: replicator.flows.x.source: there is no cluster eats; did you mean east?",
                "source = east | source = mars"
                        + "| 8: replicator.flows.x.source: there is no cluster mars; there are: east, west",
                "source = east | # | 7: replicator.flows.x.source: is missing; it must be the name of a cluster in replicator.clusters",
                "target = west | target = east | 9: replicator.flows.x.target: east must differ from source",
                "[\"orders\"] | \"orders\" | 10: replicator.flows.x.topics.select: must be a list of regular expressions"
                        + " such as [\"orders\", \"payments[.].*\"], not a text",
                "[\"orders\"] | [] | 10: replicator.flows.x.topics.select: [] must name at least one topic or pattern",
                "[\"orders\"] | [\"a\", \"b(\"] | 10: replicator.flows.x.topics.select[1]: \"b(\" is not a valid regular expression:"
                        + " Unclosed group near index 2",
                "source = east | source = [east] | 8: replicator.flows.x.source: must be the name of a cluster in"
                        + " replicator.clusters, not a list",
                "source = east | source = east, shards = 0" + "| 8: replicator.flows.x.shards: 0 must be 1 to 1000",
                "source = east | source = east, shards = many"
                        + "| 8: replicator.flows.x.shards: \"many\" is not a number from 1 to 1000",
                "source = east | source = east, transaction.interval = 1 minute | 8: replicator.flows.x.transaction.interval:"
                        + " PT1M must be 1 ms to 10 s",
                "source = east | source = east, transaction.max-bytes = 0 | 8: replicator.flows.x.transaction.max-bytes:"
                        + " 0 must be at least 1",
                "source = east | source = east, transaction.max-byte = 1 | 8: replicator.flows.x.transaction.max-byte: unknown"
                        + " key; did you mean max-bytes?",
                "source = east | source = east, delivery = exactly-onc | 8: replicator.flows.x.delivery: \"exactly-onc\" is"
                        + " not exactly-once, transactional or at-least-once; did you mean exactly-once?",
                "source = east | source = east, on-gap = ignore"
                        + "| 8: replicator.flows.x.on-gap: \"ignore\" is not stop or continue",
                "source = east | source = east, on-truncation = true"
                        + "| 8: replicator.flows.x.on-truncation: \"true\" is not stop or continue",
                "source = east | source = east, on-recreation = contine"
                        + "| 8: replicator.flows.x.on-recreation: \"contine\" is not stop or continue; did you mean"
                        + " continue?",
                "source = east | source = east, on-truncaton = stop"
                        + "| 8: replicator.flows.x.on-truncaton: unknown key; did you mean on-truncation?",
                "source = east | source = east, topics.start = yesterday | 8: replicator.flows.x.topics.start: \"yesterday\""
                        + " is not earliest, latest, mirrormaker or a time such as 2026-11-21T08:00:00Z",
                "source = east | source = east, topics.rename = \"copy\""
                        + "| 8: replicator.flows.x.topics.rename: copy must contain {topic}",
                "source = east | source = east, topics.rename = \"{target}.{topic}\" | 8: replicator.flows.x.topics.rename:"
                        + " {target} is unknown; {topic} and {source} are known",
                "source = east | source = east, topics.refresh-interval = 5 parsecs | 8:"
                        + " replicator.flows.x.topics.refresh-interval: \"5 parsecs\" is not a duration such as 500ms, 10s or"
                        + " 5 minutes",
                "source = east | source = east, topics.create.replication-factor = some | 8:"
                        + " replicator.flows.x.topics.create.replication-factor: \"some\" is not source, broker or a number"
                        + " from 1 to 32767",
                "source = east | source = east, topics.create.enabled = perhaps | 8:"
                        + " replicator.flows.x.topics.create.enabled: \"perhaps\" is not true or false",
                "source = east | source = east, throttle.bytes-per-second = 50 MB/s | 8:"
                        + " replicator.flows.x.throttle.bytes-per-second: \"50 MB/s\" is not unlimited or a size such as 50"
                        + " MiB",
                "source = east | source = east, groups.interval = often | 8: replicator.flows.x.groups.interval: \"often\" is"
                        + " not a duration such as 500ms, 10s or 5 minutes",
                "source = east | source = east, groups.interval = 1ms | 8: replicator.flows.x.groups.interval: PT0.001S must"
                        + " be at least 100 ms",
                "source = east | source = east, groups.rename = mine | 8: replicator.flows.x.groups.rename: mine must contain"
                        + " {group}",
                "source = east | source = east, groups.rename = \"{group}.{topic}\" | 8: replicator.flows.x.groups.rename:"
                        + " {topic} is unknown; {group} and {source} are known",
                "source = east | source = east, groups.on-delete = forget | 8: replicator.flows.x.groups.on-delete:"
                        + " \"forget\" is not leave or delete",
                "source = east | source = east, mirrormaker.offset-syncs-location = both | 8:"
                        + " replicator.flows.x.mirrormaker.offset-syncs-location: \"both\" is not source or target",
                "source = east | source = east, offset-map.max-runs = 1 | 8: replicator.flows.x.offset-map.max-runs: 1 must be"
                        + " 256 to 10000000",
                "east { bootstrap-servers = \"east-1:9092,east-2:9092\" } | east {}"
                        + "| 3: replicator.clusters.east.bootstrap-servers: is missing; it must be host:port, or several"
                        + " of them separated by commas",
                "east-1:9092 | east-1 | 3: replicator.clusters.east.bootstrap-servers: \"east-1\" is not host:port, or several"
                        + " of them separated by commas",
                "flows { | memory = 1 MiB, flows { | 6: replicator.memory: 1048576 must be at least 16 MiB",
                "flows { | lanes = 0, flows { | 6: replicator.lanes: 0 must be 1 to 256",
                "flows { | admin.listen = 8080, flows { | 6: replicator.admin.listen: \"8080\" is not host:port such as"
                        + " 127.0.0.1:8080",
                "flows { | admin.listen = \"a:99999\", flows { | 6: replicator.admin.listen: \"a:99999\" is not host:port such"
                        + " as 127.0.0.1:8080",
                "flows { | progress-interval = 1ms, flows { | 6: replicator.progress-interval: PT0.001S must be at least 10 ms",
                "flows { | drain-timeout = -1s, flows { | 6: replicator.drain-timeout: PT-1S must not be negative",
                "flows { | session-timeout = 100ms, flows { | 6: replicator.session-timeout: PT0.1S must be 1 second to 30"
                        + " minutes",
                "flows { | ownership-protocol = newest, flows { | 6: replicator.ownership-protocol: \"newest\" is not auto,"
                        + " classic or consumer",
                "flows { | instance = \"a b\", flows { | 6: replicator.instance: a b must be 1 to 249 letters, digits, '.',"
                        + " '_' or '-'",
                "x { | \"a b\" { | 7: replicator.flows.\"a b\": the name a b must be 1 to 100 letters, digits, '.', '_' or '-'",
                "source = east | source = ${nowhere} | 8: ${nowhere} is not defined: there is no such key or environment"
                        + " variable; write ${?nowhere} if it may be missing",
                "target = west | target = west, source = east | 9: replicator.flows.x.source: is set twice; the first time in line 8"
            })
    void shouldPointAtTheLineOfAMistake(String written, String instead, String expected) throws IOException {
        assertThat(SOUND).contains(written);

        assertThat(mistakes(SOUND.replace(written, instead))).containsExactly(file() + ":" + expected);
    }

    @Test
    void shouldSayAllMistakesAtOnceInTheOrderOfTheFile() throws IOException {
        BadSettingsException refusal = refusal(SOUND.replace("source = east", "sorce = east")
                .replace("select = [\"orders\"]", "select = [\"(\"], rename = x")
                .replace("clusters {", "lanes = none, clusters {"));

        assertThat(refusal.lines())
                .containsExactly(
                        file() + ":2: replicator.lanes: \"none\" is not auto or a number from 1 to 256",
                        file() + ":8: replicator.flows.x.sorce: unknown key; did you mean source?",
                        file()
                                + ":10: replicator.flows.x.topics.select[0]: \"(\" is not a valid regular expression: Unclosed group near"
                                + " index 1",
                        file() + ":10: replicator.flows.x.topics.rename: x must contain {topic}");
        assertThat(refusal.closingLine()).isEqualTo("4 mistakes; nothing was started");
    }

    @Test
    void shouldSayWhatAnEmptyFileLacks() throws IOException {
        assertThat(mistakes(""))
                .containsExactly(
                        file() + ": replicator.clusters: is missing; name at least a source and a target cluster",
                        file() + ": replicator.flows: is missing; name at least one flow");
    }

    @Test
    void shouldHintAtAMisspeltRoot() throws IOException {
        assertThat(mistakes(SOUND.replace("replicator {", "replicater {")))
                .contains(file() + ":1: replicater: unknown key; did you mean replicator?");
    }

    @Test
    void shouldPointIntoAnIncludedFile() throws IOException {
        Path part = folder.resolve("part.conf");
        Files.writeString(part, "replicator {\n lanez = 3\n}\n");

        assertThat(mistakes("include \"part.conf\"\n" + SOUND))
                .containsExactly(part + ":2: replicator.lanez: unknown key; did you mean lanes?");
    }

    @Test
    void shouldLetAnOverrideWinAndNameItWhenItIsWrong() throws Exception {
        Path file = Files.writeString(file(), SOUND);

        Settings settings = SettingsFile.read(
                file,
                List.of("replicator.lanes=1", "replicator.lanes=2", "replicator.flows.x.topics.select=[\"a\", \"b\"]"));
        BadSettingsException refusal = catchThrowableOfType(
                BadSettingsException.class,
                () -> SettingsFile.read(
                        file, List.of("replicator.lanes=x", "lanes", "replicator.flows.x.topics.select=[")));

        assertThat(settings.replicator().lanes()).isEqualTo(2);
        assertThat(settings.replicator().flows().get(0).topics().select()).hasSize(2);
        assertThat(refusal.lines())
                .containsExactly(
                        "-D lanes: must be written -D key=value",
                        "-D replicator.flows.x.topics.select: the value is not a valid list or object in HOCON",
                        "-D replicator.lanes: replicator.lanes: \"x\" is not auto or a number from 1 to 256");
    }

    @Test
    void shouldRefuseAnOverrideThatWouldChangeNothing() throws Exception {
        Path file = Files.writeString(file(), SOUND);

        BadSettingsException refusal = catchThrowableOfType(
                BadSettingsException.class,
                () -> SettingsFile.read(
                        file, List.of("lanes=1", "replicatr.lanes=1", "flows.x.topics.start=latest", "MY_OWN=1")));

        assertThat(refusal.lines())
                .containsExactlyInAnyOrder(
                        "-D lanes: has no effect; keys begin with replicator.",
                        "-D replicatr: has no effect; keys begin with replicator.",
                        "-D flows: has no effect; keys begin with replicator.");
    }

    @Test
    void shouldTakeSecretsFromFilesAndWarnOfUnknownClientProperties() throws Exception {
        Path secret = Files.writeString(folder.resolve("jaas"), "the secret;\n");

        Settings settings = read(SOUND.replace(
                "west {",
                "west { client { \"sasl.jaas.config\" = { file = \"" + secret + "\" }, sasl.mechansm = hunter2 },"));

        assertThat(settings.replicator().flows().get(0).target().client())
                .containsEntry("sasl.jaas.config", "the secret;")
                .containsEntry("sasl.mechansm", "hunter2");
        assertThat(settings.warnings())
                .containsExactly(file()
                        + ":4: replicator.clusters.west.client.sasl.mechansm: unknown to kafka-clients;"
                        + " it is passed on unchanged; did you mean sasl.mechanism?");
    }

    @Test
    void shouldKeepAPropertyOfKafkaThatEndsInFile() throws Exception {
        Settings settings =
                read(SOUND.replace("west {", "west { client { sasl.oauthbearer.assertion.file = \"/absent\" },"));

        assertThat(settings.replicator().flows().get(0).target().client())
                .containsEntry("sasl.oauthbearer.assertion.file", "/absent");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "client { \"ssl.key.password\" = { file = \"/absent\" }, x = [[hunter2]] }",
                "client = hunter2",
                "client { password = hunter2 ${absent} }",
                "client { password = hunter2$3cret }",
                "client { password = {a = hunter2} [hunter2] }",
                "client { password = ${x} hunter2 }, x = {a = hunter2}",
                "client { password hunter2 }",
                "client { password = \"hunter2 }",
                "client { password = \"hunter2\" \"hunter2\" : hunter2 }",
                "clientt { password = hunter2 }, client { password = hunter2, password = hunter2 }"
            })
    void shouldNeverSayTheValueOfAClientProperty(String client) throws IOException {
        List<String> lines = mistakes(SOUND.replace("west {", "west { " + client + ","));

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("hunter2") || line.contains("3cret"));
        assertThat(lines).allMatch(line -> line.startsWith(file() + ":"));
    }

    @Test
    void shouldNotTakeMergedOrExtendedKeysForRepeatedOnes() throws Exception {
        Settings settings = read(SOUND + """
                # clusters again: objects are merged // as HOCON has it
                replicator.flows.x { topics { select = ${replicator.flows.x.topics.select} ["b"] } }
                replicator.flows.x.topics.select += "c" // one more
                replicator.clusters.east.client { "a.b" = "}#{", c = \"\"\"multi
                line = { " = 1 \"\"\", d = 1 }
                """);

        assertThat(settings.replicator().flows().get(0).topics().select())
                .extracting(Pattern::pattern)
                .containsExactly("orders", "b", "c");
    }

    @Test
    void shouldSayThatTheFileDoesNotExist() {
        Path absent = folder.resolve("absent.conf");

        BadSettingsException refusal =
                catchThrowableOfType(BadSettingsException.class, () -> SettingsFile.read(absent, List.of()));

        assertThat(refusal.lines()).containsExactly(absent + ": does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "__consumer_offsets, true",
        "replicator.x.offsets.internal, true",
        "mm2-offset-syncs.west.internal, true",
        "east.checkpoints.internal, true",
        "heartbeats, true",
        "east.heartbeats, true",
        "connect-offsets, true",
        "_schemas, false",
        "orders, false",
        "connect-orders, false"
    })
    void shouldLeaveOutInternalTopicsByDefault(String topic, boolean excluded) throws Exception {
        List<Pattern> exclude = read(SOUND).replicator().flows().get(0).topics().exclude();

        assertThat(exclude.stream().anyMatch(p -> p.matcher(topic).matches())).isEqualTo(excluded);
    }

    private Path file() {
        return folder.resolve("replicator.conf");
    }

    private Settings read(String text) throws Exception {
        return SettingsFile.read(Files.writeString(file(), text), List.of());
    }

    private List<String> mistakes(String text) throws IOException {
        return refusal(text).lines();
    }

    private BadSettingsException refusal(String text) throws IOException {
        Files.writeString(file(), text);
        BadSettingsException refusal =
                catchThrowableOfType(BadSettingsException.class, () -> SettingsFile.read(file(), List.of()));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
