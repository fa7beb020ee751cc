package io.replicator.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A migration by hand, on two real clusters: look, copy, compare. */
final class CommandsIT {
    private static final int RECORDS = 5_000;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    @Timeout(180)
    void shouldCheckCopyAndVerify() throws Exception {
        try (KafkaCluster east = KafkaCluster.builder().name("east").start();
                KafkaCluster west = KafkaCluster.builder().name("west").start()) {
            Path file = Files.writeString(folder.resolve("r.conf"), """
                    replicator {
                      clusters {
                        east { bootstrap-servers = "%s" }
                        west { bootstrap-servers = "%s" }
                      }
                      flows { x { source = east, target = west, topics { select = ["orders"] } } }
                      admin { listen = "127.0.0.1:0" }
                      memory = 32 MiB
                    }
                    """.formatted(bootstrap(east), bootstrap(west)));
            east.admin()
                    .createTopics(List.of(new NewTopic("orders", Optional.of(3), Optional.empty())))
                    .all()
                    .get();
            Load.to(east, "orders").write(RECORDS);

            assertThat(execute("check", "-c", file.toString()))
                    .as(err::toString)
                    .isZero();
            assertThat(out.toString()).contains("flow x: east -> west, 1 topics", "orders");
            assertThat(west.admin().listTopics().names().get()).doesNotContain("orders");

            assertThat(execute("verify", "-c", file.toString())).isEqualTo(69);

            assertThat(execute("run", "-c", file.toString(), "--until-caught-up"))
                    .as(err::toString)
                    .isZero();
            assertThat(TopicDump.uncommitted(west, "orders").contents())
                    .isEqualTo(TopicDump.committed(east, "orders").contents());

            assertThat(execute("verify", "-c", file.toString()))
                    .as(err::toString)
                    .isZero();
            assertThat(out.toString()).contains("EQUAL x: " + RECORDS + " records");
            assertThat(execute("verify", "-c", file.toString(), "--json")).isZero();
            assertThat(out.toString()).contains("{\"flows\":[{\"flow\":\"x\",\"differences\":[],\"equal\":true,");
            assertThat(execute("verify", "-c", file.toString(), "--flow", "y")).isEqualTo(64);

            String[] forget = {"forget", "-c", file.toString(), "--flow", "x", "--topic", "orders"};
            try (KafkaConsumer<byte[], byte[]> member = member(west, "replicator-x")) {
                assertThat(execute(forget)).isEqualTo(78);
                assertThat(err.toString()).contains("flow x is running: group replicator-x on west has 1 members");
                member.unsubscribe();
            }
            assertThat(execute(forget)).as(err::toString).isZero();
            assertThat(out.toString()).contains("forgot 3 partitions of orders");
            assertThat(execute(forget)).isEqualTo(78);
            west.admin().deleteTopics(List.of("orders")).all().get();
            assertThat(execute("run", "-c", file.toString(), "--until-caught-up"))
                    .as(err::toString)
                    .isZero();
            assertThat(TopicDump.uncommitted(west, "orders").contents())
                    .isEqualTo(TopicDump.committed(east, "orders").contents());
        }
    }

    /** A member of the group of the flow's instances, as a running one is. */
    private static KafkaConsumer<byte[], byte[]> member(KafkaCluster cluster, String group) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("group.id", group);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of("orders"));
        consumer.poll(Duration.ofSeconds(10));
        return consumer;
    }

    private static String bootstrap(KafkaCluster cluster) {
        return cluster.clientProperties().get("bootstrap.servers").toString();
    }

    private int execute(String... arguments) {
        CommandLine command = ReplicatorCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
