package io.replicator.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.replicator.daemon.Daemon;
import io.replicator.daemon.settings.SettingsFile;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.tools.consumer.group.ConsumerGroupCommand;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Positions on two real clusters, asked for and moved from the command line. */
@Timeout(180)
@ExtendWith(ClusterExtension.class)
final class GroupCommandsIT {
    private static final int RECORDS = 600;

    private static KafkaCluster east;
    private static KafkaCluster west;

    @TempDir
    private static Path folder;

    private static Path file;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void copy(Clusters clusters) throws Exception {
        east = clusters.shared(KafkaCluster.builder().name("east"));
        west = clusters.shared(KafkaCluster.builder().name("west"));
        file = Files.writeString(folder.resolve("r.conf"), """
                replicator {
                  clusters {
                    east { bootstrap-servers = "%s" }
                    west { bootstrap-servers = "%s" }
                  }
                  flows { x { source = east, target = west, topics { select = ["orders"], rename = "{source}.{topic}" } } }
                  flow-defaults.groups.sync = false
                  admin { listen = "127.0.0.1:0" }
                  memory = 32 MiB
                }
                """.formatted(bootstrap(east), bootstrap(west)));
        east.createTopic("orders", 3);
        east.createTopic("elsewhere", 1);
        // A record that is not copied, and stands in the way: offsets differ by one from then on.
        west.createTopic("east.orders", 3);
        Load.to(west, "east.orders").write(3);
        Load.to(east, "orders").write(RECORDS);
        assertThat(new GroupCommandsIT().execute("run", "-c", file.toString(), "--until-caught-up"))
                .isZero();
    }

    @BeforeEach
    void commit() throws Exception {
        commit(
                "billing",
                Map.of(
                        new TopicPartition("orders", 0), new OffsetAndMetadata(0, "zero"),
                        new TopicPartition("orders", 2), new OffsetAndMetadata(150, "half")));
        commit(
                "wide",
                Map.of(
                        new TopicPartition("orders", 1),
                        new OffsetAndMetadata(7),
                        new TopicPartition("elsewhere", 0),
                        new OffsetAndMetadata(0)));
    }

    private static void commit(String group, Map<TopicPartition, OffsetAndMetadata> offsets) throws Exception {
        east.admin().alterConsumerGroupOffsets(group, offsets).all().get();
    }

    @Test
    void shouldTranslateOffsetsTimesAndGroups() throws Exception {
        assertThat(translate("--topic", "orders", "--partition", "2", "--offset", "150"))
                .as(err::toString)
                .isZero();
        assertThat(lines()).hasSize(2).last().asString().matches("orders +2 +150 +east.orders +\\d+ +yes");
        assertThat(translate("--topic", "orders", "--partition", "2", "--offset", "150", "--json"))
                .isZero();
        JsonNode there = new ObjectMapper().readTree(out.toString()).get(0);
        long target = there.path("targetOffset").asLong();
        assertThat(target).isGreaterThan(150);
        assertThat(there.path("targetTopic").asText()).isEqualTo("east.orders");

        assertThat(translate(
                        "--topic", "east.orders", "--partition", "2", "--offset", String.valueOf(target), "--reverse"))
                .isZero();
        assertThat(lines()).last().asString().matches("east.orders +2 +" + target + " +orders +150 +yes");

        assertThat(translate("--topic", "orders", "--time", "2100-01-01T00:00:00Z"))
                .isZero();
        assertThat(lines()).hasSize(4).last().asString().matches("orders +2 +200 .*yes");

        assertThat(translate("--group", "billing", "--csv")).isZero();
        assertThat(lines()).containsExactly("east.orders,0,2", "east.orders,2," + target);
    }

    @Test
    void shouldSayWhatItCannotSay() throws Exception {
        assertThat(translate("--topic", "orders", "--partition", "0", "--offset", "500"))
                .isEqualTo(1);
        assertThat(lines()).last().asString().contains("no: the copy has only come to offset 200, 300 before it");
        assertThat(translate("--group", "wide", "--csv")).isEqualTo(1);
        assertThat(lines()).hasSize(1).first().asString().startsWith("east.orders,1,");
        assertThat(err.toString()).contains("elsewhere-0 is left out: flow x does not copy elsewhere-0");

        assertThat(translate("--topic", "odrers", "--partition", "0", "--offset", "0"))
                .isEqualTo(78);
        assertThat(err.toString()).contains("topic odrers on east; did you mean orders?");
        assertThat(translate("--topic", "orders", "--partition", "9", "--offset", "0"))
                .isEqualTo(78);
        assertThat(err.toString()).contains("orders-9 on east; it knows 3 partitions of that topic");
        assertThat(translate("--group", "nobody")).isEqualTo(78);
        assertThat(err.toString()).contains("group nobody has no committed positions on east");
        assertThat(translate("--topic", "orders", "--partition", "0", "--offset", "-1"))
                .isEqualTo(64);
        assertThat(translate("--topic", "orders")).isEqualTo(64);
        assertThat(translate("--group", "billing", "--flow", "y")).isEqualTo(64);
        assertThat(err.toString()).contains("there is no flow y; there are: x");
    }

    @Test
    void shouldMoveAGroupAndSayWhatItReadsNext() throws Exception {
        assertThat(migrate("--group", "billing", "--dry-run")).as(err::toString).isZero();
        assertThat(lines()).first().isEqualTo("group billing: could be moved, 2 positions");
        assertThat(positions("billing")).isEmpty();

        assertThat(migrate("--group", "billing")).as(err::toString).isZero();
        assertThat(lines()).first().isEqualTo("group billing: MOVED, 2 positions, 2 written");
        Map<TopicPartition, OffsetAndMetadata> there = positions("billing");
        assertThat(there.get(new TopicPartition("east.orders", 2)).metadata()).isEqualTo("half");
        assertThat(migrate("--group", "billing")).isZero();
        assertThat(lines()).first().isEqualTo("group billing: MOVED, 2 positions, all of which were there already");
        assertThat(positions("billing")).isEqualTo(there);

        assertThat(migrate("--group", "billing", "--json")).isZero();
        JsonNode half = new ObjectMapper()
                .readTree(out.toString())
                .path(0)
                .path("positions")
                .path(1);
        assertThat(half.path("sourceOffset").asLong()).isEqualTo(150);
        assertThat(half.path("exact").asBoolean()).isTrue();
        assertThat(half.path("sourceRecord").path("timestamp").asText())
                .isEqualTo(half.path("targetRecord").path("timestamp").asText())
                .endsWith("Z");
    }

    @Test
    void shouldRefuseWhatItCannotMoveAndMoveTheOthers() throws Exception {
        commit("free", Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(3)));
        try (KafkaConsumer<byte[], byte[]> member = member(east, "busy")) {
            member.commitSync(Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(5)));

            assertThat(migrate("--pattern", "busy|wide|free")).isEqualTo(1);

            assertThat(out.toString())
                    .contains("group busy: REFUSED, nothing was changed")
                    .contains("group busy has 1 member on east: worker-7 at /127.0.0.1")
                    .contains("group wide: REFUSED, nothing was changed")
                    .contains("elsewhere-0: the flow copies nothing of it")
                    .contains("group free: MOVED, 1 positions, 1 written");
            assertThat(positions("busy")).isEmpty();
            assertThat(positions("wide")).isEmpty();
        }

        assertThat(migrate("--group", "busy", "--wait", "30s"))
                .as(out::toString)
                .isZero();
        assertThat(migrate("--group", "wide", "--leave-out")).as(out::toString).isZero();
        assertThat(positions("wide")).containsOnlyKeys(new TopicPartition("east.orders", 1));
        assertThat(migrate("--group", "bilking")).isEqualTo(1);
        assertThat(out.toString()).contains("there is no group bilking on east; did you mean billing?");
        assertThat(migrate("--pattern", "nobody.*")).isEqualTo(78);
        assertThat(migrate("--pattern", "[")).isEqualTo(64);
        assertThat(migrate()).isEqualTo(64);
        assertThat(migrate("--group", "billing", "--wait", "soon")).isEqualTo(64);
        assertThat(err.toString()).contains("'soon' is not a duration such as 90s or 10m");
    }

    /** The file that {@code --csv} prints is one for Kafka's own tool, and the tool shows what was moved. */
    @Test
    void shouldSpeakTheLanguageOfKafkasOwnTool() throws Exception {
        commit("tooled", Map.of(new TopicPartition("orders", 2), new OffsetAndMetadata(150)));
        assertThat(translate("--group", "tooled", "--csv")).isZero();
        Path csv = Files.writeString(folder.resolve("tooled.csv"), out.toString());

        kafkaConsumerGroups("--group", "tooled", "--reset-offsets", "--from-file", csv.toString(), "--execute");

        String offset = out.toString().strip().split(",")[2];
        assertThat(positions("tooled").get(new TopicPartition("east.orders", 2)).offset())
                .isEqualTo(Long.parseLong(offset));
        assertThat(migrate("--group", "tooled")).isZero();
        assertThat(lines()).first().asString().endsWith("all of which were there already");
        assertThat(kafkaConsumerGroups("--group", "tooled", "--describe"))
                .containsPattern("tooled +east.orders +2 +" + offset + " ");
    }

    @Test
    void shouldAnswerOverHttpAndKeepGroupsFresh() throws Exception {
        commit("fresh", Map.of(new TopicPartition("orders", 2), new OffsetAndMetadata(150, "kept")));
        List<String> settings =
                List.of("replicator.flow-defaults.groups.sync=true", "replicator.flow-defaults.groups.interval=500ms");
        try (Daemon daemon = Daemon.start(SettingsFile.read(file, settings))) {
            String flow = "http://127.0.0.1:" + daemon.adminPort() + "/api/flows/x/";

            HttpResponse<String> exact = ask(flow + "translate?topic=orders&partition=2&offset=150");
            assertThat(exact.statusCode()).isEqualTo(200);
            JsonNode answer = new ObjectMapper().readTree(exact.body());
            assertThat(answer.path("targetTopic").asText()).isEqualTo("east.orders");
            assertThat(answer.path("exact").asBoolean()).isTrue();
            long target = answer.path("targetOffset").asLong();
            assertThat(ask(flow + "translate?topic=east.orders&partition=2&offset=" + target + "&reverse=true")
                            .body())
                    .contains("\"sourceOffset\":150");
            HttpResponse<String> notYet = ask(flow + "translate?topic=orders&partition=2&offset=500");
            assertThat(notYet.statusCode()).isEqualTo(409);
            assertThat(notYet.body()).contains("the copy has only come to offset 200");
            assertThat(ask(flow + "translate?topic=odrers&partition=2&offset=1").statusCode())
                    .isEqualTo(404);
            for (String bad : List.of(
                    "",
                    "topic=orders&partition=2",
                    "topic=orders&partition=two&offset=1",
                    "topic=orders&partition=2&offset=-1",
                    "topic=orders&partition=2&offset=1&reverse=1",
                    "group=billing&offset=1",
                    "topic=orders&time=yesterday",
                    "topic=orders&parttion=2&offset=1")) {
                assertThat(ask(flow + "translate?" + bad).statusCode()).as(bad).isEqualTo(400);
            }

            await().atMost(Duration.ofSeconds(60)).until(() -> ask(flow + "groups")
                    .body()
                    .contains("{\"group\":\"fresh\",\"topic\":\"orders\",\"partition\":2,\"state\":\"SYNCED\","
                            + "\"sourceOffset\":150,\"targetOffset\":" + target + ",\"exact\":true,"));
            assertThat(positions("fresh").get(new TopicPartition("east.orders", 2)))
                    .isEqualTo(new OffsetAndMetadata(target, Optional.empty(), "kept"));
            assertThat(ask("http://127.0.0.1:" + daemon.adminPort() + "/metrics")
                            .body())
                    .contains("replicator_group_offset_lag_records{flow=\"x\",group=\"fresh\"} 0.0");
        }
    }

    private static HttpResponse<String> ask(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What the tool prints. */
    private static String kafkaConsumerGroups(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", bootstrap(west)));
        all.addAll(List.of(arguments));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            ConsumerGroupCommand.main(all.toArray(String[]::new));
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static KafkaConsumer<byte[], byte[]> member(KafkaCluster cluster, String group) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("group.id", group);
        properties.put("client.id", "worker-7");
        properties.put("enable.auto.commit", false);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of("orders"));
        while (consumer.assignment().isEmpty()) {
            consumer.poll(Duration.ofMillis(200));
        }
        return consumer;
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(String group) throws Exception {
        return west.admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private static String bootstrap(KafkaCluster cluster) {
        return cluster.clientProperties().get("bootstrap.servers").toString();
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private int translate(String... more) {
        return command("translate", more);
    }

    private int migrate(String... more) {
        return command("migrate-group", more);
    }

    private int command(String name, String... more) {
        String[] all = new String[more.length + 3];
        all[0] = name;
        all[1] = "-c";
        all[2] = file.toString();
        System.arraycopy(more, 0, all, 3, more.length);
        return execute(all);
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        CommandLine command = ReplicatorCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
