package io.replicator.benchmarks.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.benchmarks.daemon.Await;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig.Side;
import io.replicator.config.StartFrom;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Blob;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.TopicDump;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.mirror.Checkpoint;
import org.apache.kafka.connect.mirror.IdentityReplicationPolicy;
import org.apache.kafka.connect.mirror.MirrorClient;
import org.apache.kafka.connect.mirror.OffsetSync;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;
import org.apache.kafka.connect.mirror.formatters.CheckpointFormatter;
import org.apache.kafka.connect.mirror.formatters.HeartbeatFormatter;
import org.apache.kafka.connect.mirror.formatters.OffsetSyncFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MirrorMaker 2's own client and formatters against a running flow. */
final class MirrorMakerClientsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final int GROUPS = 5;
    private static final int PARTITIONS = 3;

    private KafkaCluster source;
    private KafkaCluster target;

    @BeforeEach
    void startClusters() {
        source = KafkaCluster.builder().name("east").start();
        target = KafkaCluster.builder().name("west").start();
    }

    @AfterEach
    void closeClusters() {
        target.close();
        source.close();
    }

    @ParameterizedTest
    @CsvSource({"{topic}, SOURCE", "{source}.{topic}, SOURCE", "{topic}, TARGET"})
    void shouldBeReadByMirrorMakersFriends(String rename, Side syncsAt) throws Exception {
        source.admin()
                .createTopics(List.of(new NewTopic("orders", Optional.of(PARTITIONS), Optional.empty())))
                .all()
                .get();
        write(2_000);
        Map<String, Map<TopicPartition, Long>> committed = commitSomewhere();
        FlowConfig flow = MirrorFlows.flow(source, target, new StartFrom.Earliest(), rename, syncsAt, "orders");

        try (Replicator replicator = MirrorFlows.start(flow)) {
            Map<String, Object> client = clientOf(target, rename);
            assertThat(replicator.flows()).hasSize(1);
            Await.until(
                    PATIENCE,
                    () -> !checkpointTopics(client).isEmpty()
                            && checkpoints(client).size() == GROUPS * PARTITIONS,
                    () -> "checkpoints: " + checkpoints(client));

            TopicDump read = TopicDump.committed(source, "orders");
            TopicDump copied = TopicDump.committed(target, copyOf("orders", rename));
            committed.forEach((group, positions) -> assertTranslated(client, rename, group, positions, read, copied));
            Await.until(
                    PATIENCE,
                    () -> sources(client).contains("east"),
                    () -> "no heartbeats came from the source, only of " + sources(client));
            assertThat(sources(client)).containsExactly("east");
            assertThat(RemoteClusterUtils.replicationHops(client, "east")).isEqualTo(1);
            assertThat(RemoteClusterUtils.replicationHops(client, "north")).isEqualTo(-1);
            assertThat(RemoteClusterUtils.heartbeatTopics(client))
                    .containsExactlyInAnyOrder("heartbeats", "east.heartbeats");
            assertThat(RemoteClusterUtils.checkpointTopics(client)).containsExactly("east.checkpoints.internal");
            try (MirrorClient mirror = new MirrorClient(client)) {
                assertThat(mirror.remoteTopics().stream().filter(topic -> topic.endsWith("orders")))
                        .containsExactly(copyOf("orders", rename));
            }
            assertFormatted(rename, syncsAt);
        }
    }

    private static String copyOf(String topic, String rename) {
        return rename.equals(MirrorFlows.PREFIX) ? "east." + topic : topic;
    }

    private static void assertTranslated(
            Map<String, Object> client,
            String rename,
            String group,
            Map<TopicPartition, Long> positions,
            TopicDump read,
            TopicDump copied) {
        Map<TopicPartition, OffsetAndMetadata> translated = translate(client, group);
        positions.forEach((partition, offset) -> {
            OffsetAndMetadata there =
                    translated.get(new TopicPartition(copyOf(partition.topic(), rename), partition.partition()));
            assertThat(there).as(group + " " + partition).isNotNull();
            // What the group would have read on the source it reads on the target, all of it and nothing else.
            assertThat(from(copied.partition(partition.partition()), there.offset()))
                    .containsExactlyElementsOf(from(read.partition(partition.partition()), offset));
        });
    }

    private static List<Blob> from(List<DumpedRecord> records, long offset) {
        return records.stream()
                .filter(record -> record.offset() >= offset)
                .map(DumpedRecord::value)
                .toList();
    }

    private static Map<TopicPartition, OffsetAndMetadata> translate(Map<String, Object> client, String group) {
        try {
            return RemoteClusterUtils.translateOffsets(client, "east", group, CALL);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> sources(Map<String, Object> client) {
        try {
            return RemoteClusterUtils.upstreamClusters(client);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> checkpointTopics(Map<String, Object> client) {
        try {
            return RemoteClusterUtils.checkpointTopics(client);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<TopicPartition> checkpoints(Map<String, Object> client) {
        List<TopicPartition> all = new ArrayList<>();
        RemoteClusterUtils.translateOffsets(client, "east", Pattern.compile("app-.*"), CALL)
                .values()
                .forEach(positions -> all.addAll(positions.keySet()));
        return all;
    }

    private void assertFormatted(String rename, Side syncsAt) throws Exception {
        String topic = rename.equals(MirrorFlows.PREFIX) ? "east.orders" : "orders";
        List<ConsumerRecord<byte[], byte[]>> checkpoints = records(target, "east.checkpoints.internal");
        List<ConsumerRecord<byte[], byte[]>> syncs = syncsAt == Side.SOURCE
                ? records(source, "mm2-offset-syncs.west.internal")
                : records(target, "mm2-offset-syncs.east.internal");
        List<ConsumerRecord<byte[], byte[]>> heartbeats = records(target, "heartbeats");

        assertThat(formatted(new CheckpointFormatter(), checkpoints))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("Checkpoint{consumerGroupId=app-")
                        && line.contains("topicPartition=" + topic + "-"));
        assertThat(formatted(new OffsetSyncFormatter(), syncs))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("OffsetSync{topicPartition="));
        assertThat(formatted(new HeartbeatFormatter(), heartbeats))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("Heartbeat{sourceClusterAlias=east, targetClusterAlias=west"));
        assertThat(formatted(new HeartbeatFormatter(), records(target, "east.heartbeats")))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("Heartbeat{sourceClusterAlias=west, targetClusterAlias=east"));
        for (ConsumerRecord<byte[], byte[]> record : checkpoints) {
            assertThat(Checkpoint.deserializeRecord(record).upstreamOffset()).isNotNegative();
        }
        TopicDump read = TopicDump.committed(source, "orders");
        TopicDump copied = TopicDump.committed(target, topic);
        for (ConsumerRecord<byte[], byte[]> record : syncs) {
            OffsetSync sync = OffsetSync.deserializeRecord(record);
            if (sync.topicPartition().topic().equals("orders")) {
                int partition = sync.topicPartition().partition();
                assertThat(from(read.partition(partition), sync.upstreamOffset())
                                .get(0))
                        .isEqualTo(from(copied.partition(partition), sync.downstreamOffset())
                                .get(0));
            }
        }
    }

    private static List<String> formatted(MessageFormatter formatter, List<ConsumerRecord<byte[], byte[]>> records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            records.forEach(record -> formatter.writeTo(record, out));
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Map<String, Object> clientOf(KafkaCluster cluster, String rename) {
        Map<String, Object> client = new HashMap<>(cluster.clientProperties());
        if (rename.equals(MirrorFlows.IDENTITY)) {
            client.put("replication.policy.class", IdentityReplicationPolicy.class.getName());
            client.put("source.cluster.alias", "east");
        }
        return client;
    }

    /** In transactions, some of which are aborted: offsets have holes, and positions stand on markers. */
    private void write(int records) {
        Random random = new Random(7);
        Map<String, Object> properties = new HashMap<>(source.clientProperties());
        properties.put("transactional.id", "writer");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int written = 0; written < records; ) {
                producer.beginTransaction();
                for (int size = 1 + random.nextInt(100); size > 0 && written < records; size--, written++) {
                    byte[] value = ("record " + written).getBytes(StandardCharsets.UTF_8);
                    var unused = producer.send(new ProducerRecord<>("orders", random.nextInt(PARTITIONS), null, value));
                }
                producer.flush();
                if (random.nextInt(4) == 0) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
    }

    private Map<String, Map<TopicPartition, Long>> commitSomewhere() throws Exception {
        Random random = new Random(11);
        Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
        for (int group = 0; group < GROUPS; group++) {
            Map<TopicPartition, Long> positions = new HashMap<>();
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (int number = 0; number < PARTITIONS; number++) {
                TopicPartition partition = new TopicPartition("orders", number);
                long end = end(source, partition);
                // The first group stands at the ends, which are markers.
                long position = group == 0 ? end : random.nextInt((int) end);
                positions.put(partition, position);
                offsets.put(partition, new OffsetAndMetadata(position, "kept by " + group));
            }
            committed.put("app-" + group, positions);
            source.admin()
                    .alterConsumerGroupOffsets("app-" + group, offsets)
                    .all()
                    .get();
        }
        return committed;
    }

    private static long end(KafkaCluster cluster, TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaCluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "none");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(KafkaCluster cluster, String topic) {
        return records(cluster, new TopicPartition(topic, 0), 0);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(
            KafkaCluster cluster, TopicPartition partition, long from) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
