package io.replicator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.replicator.cluster.ClusterPair;
import io.replicator.it.EngineLog;
import io.replicator.it.FlowDraft;
import io.replicator.it.Flows;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import io.replicator.topics.TopicClusters;
import io.replicator.topics.TopicPlanner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Target topics whose settings, their own or their brokers', do something to the copies: said by check and by run. */
@ExtendWith(ClusterExtension.class)
final class CopySettingsIT {
    private static final String COMPRESSED =
            "is stored with %s: its brokers recompress every batch that comes otherwise, which costs the target's CPU;"
                    + " set compression.type=producer on it";
    private static final String STAMPED =
            "replaces timestamps by the time of copying, so its readers see others than the source's;"
                    + " set message.timestamp.type=CreateTime on it";
    private static final String NARROW =
            "takes batches of 20000 bytes at most, its source 1048588: larger ones are split, and a larger record"
                    + " stops its partition; set max.message.bytes=1048588 on it";

    private static KafkaCluster east;
    private static KafkaCluster west;

    @BeforeAll
    static void start(Clusters clusters) {
        east = clusters.own(KafkaCluster.builder().name("east"));
        west = clusters.own(KafkaCluster.builder().name("west"));
    }

    private static FlowDraft flow(String name, String... select) {
        return FlowDraft.from(name, Flows.cluster(east), Flows.cluster(west)).selecting(select);
    }

    private static List<String> warningsOfCheck(FlowDraft flow) throws InterruptedException {
        return Preflight.check(flow.config(), Duration.ofSeconds(10)).findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.WARNING)
                .map(Finding::message)
                .toList();
    }

    /** What a refresh says in the log. */
    private static List<String> refresh(TopicPlanner planner) throws InterruptedException {
        try (EngineLog log = EngineLog.open()) {
            planner.refresh(Map.of());
            return log.lines(Level.WARN);
        }
    }

    private static String topic(String name, String words) {
        return "topic " + name + " of cluster west " + words;
    }

    /** Sets or takes back a default of all brokers of the target; topics show it a moment later. */
    private static void setDefault(AlterConfigOp.OpType how, String key, String value, String topicKey, String topic)
            throws Exception {
        var brokers = new ConfigResource(ConfigResource.Type.BROKER, "");
        var change = new AlterConfigOp(new ConfigEntry(key, value), how);
        west.admin()
                .incrementalAlterConfigs(Map.of(brokers, List.of(change)))
                .all()
                .get();
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        TopicClusters.await(() -> west.admin()
                        .describeConfigs(List.of(resource))
                        .all()
                        .get()
                        .get(resource)
                        .get(topicKey)
                        .value()
                        .equals(value)
                == (how == AlterConfigOp.OpType.SET));
    }

    @Test
    void shouldSayWhatTopicsSetThemselvesOnceAndAgainWhenItChanges() throws Exception {
        for (String each : List.of("own-fine", "own-narrow", "own-packed", "own-stamped")) {
            east.createTopic(each, 1);
        }
        west.createTopic("own-fine", 1);
        west.createTopic("own-narrow", 1, Map.of("max.message.bytes", "20000"));
        west.createTopic("own-packed", 1, Map.of("compression.type", "zstd"));
        west.createTopic("own-stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        FlowDraft flow = flow("own", "own-.*");

        assertThat(warningsOfCheck(flow))
                .containsExactlyInAnyOrder(
                        topic("own-narrow", NARROW),
                        topic("own-packed", COMPRESSED.formatted("zstd")),
                        topic("own-stamped", STAMPED));

        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            TopicPlanner planner =
                    new TopicPlanner(flow.config(), List.of(flow.config()), gate.source(), gate.target());
            assertThat(refresh(planner))
                    .containsExactly(
                            topic("own-narrow", NARROW) + " flow=own",
                            topic("own-packed", COMPRESSED.formatted("zstd")) + " flow=own",
                            topic("own-stamped", STAMPED) + " flow=own");
            assertThat(refresh(planner)).isEmpty();

            TopicClusters.set(west, "own-packed", "compression.type", "lz4");
            assertThat(refresh(planner))
                    .containsExactly(topic("own-packed", COMPRESSED.formatted("lz4")) + " flow=own");
            assertThat(refresh(planner)).isEmpty();

            TopicClusters.set(west, "own-packed", "compression.type", "producer");
            assertThat(refresh(planner)).isEmpty();

            TopicClusters.set(east, "own-fine", "max.message.bytes", "3000000");
            assertThat(refresh(planner)).singleElement().asString().contains("own-fine", "max.message.bytes=3000000");
        }
    }

    @Test
    void shouldSayWhatComesFromTheBrokersDefaults() throws Exception {
        east.createTopic("default-old", 1);
        west.createTopic("default-old", 1);
        east.createTopic("default-new", 1);
        setDefault(AlterConfigOp.OpType.SET, "compression.type", "gzip", "compression.type", "default-old");
        setDefault(
                AlterConfigOp.OpType.SET,
                "log.message.timestamp.type",
                "LogAppendTime",
                "message.timestamp.type",
                "default-old");
        setDefault(AlterConfigOp.OpType.SET, "message.max.bytes", "20000", "max.message.bytes", "default-old");
        try {
            FlowDraft flow = flow("default", "default-.*");

            // One that is created gets what its source has, where that changes or refuses records.
            assertThat(warningsOfCheck(flow))
                    .containsExactlyInAnyOrder(
                            topic("default-old", NARROW),
                            topic("default-old", STAMPED),
                            topic("default-old", COMPRESSED.formatted("gzip")),
                            topic("default-new (once created)", COMPRESSED.formatted("gzip")));

            try (ClusterPair gate = ClusterPair.open(flow.config())) {
                TopicPlanner planner =
                        new TopicPlanner(flow.config(), List.of(flow.config()), gate.source(), gate.target());
                assertThat(refresh(planner))
                        .contains(
                                topic("default-new", COMPRESSED.formatted("gzip")) + " flow=default",
                                topic(
                                        "default-old",
                                        NARROW + "; it " + STAMPED + "; it " + COMPRESSED.formatted("gzip")
                                                + " flow=default"));
                assertThat(refresh(planner)).isEmpty();
            }
        } finally {
            setDefault(AlterConfigOp.OpType.DELETE, "compression.type", "gzip", "compression.type", "default-old");
            setDefault(
                    AlterConfigOp.OpType.DELETE,
                    "log.message.timestamp.type",
                    "LogAppendTime",
                    "message.timestamp.type",
                    "default-old");
            setDefault(AlterConfigOp.OpType.DELETE, "message.max.bytes", "20000", "max.message.bytes", "default-old");
        }
    }

    @Test
    void shouldFoldManyTopics() throws Exception {
        for (int i = 10; i < 22; i++) {
            east.createTopic("fold-" + i, 1);
            west.createTopic("fold-" + i, 1, Map.of("compression.type", "gzip"));
        }
        FlowDraft flow = flow("fold", "fold-.*");

        assertThat(warningsOfCheck(flow)).hasSize(12);
        try (ClusterPair gate = ClusterPair.open(flow.config())) {
            TopicPlanner planner =
                    new TopicPlanner(flow.config(), List.of(flow.config()), gate.source(), gate.target());
            List<String> lines = refresh(planner);

            assertThat(lines).hasSize(6);
            assertThat(lines.get(0)).startsWith("topic fold-10 of cluster west is stored with gzip");
            assertThat(lines.get(5))
                    .startsWith("and 7 more topics of cluster west")
                    .endsWith("flow=fold");
            assertThat(refresh(planner)).isEmpty();
        }
    }
}
