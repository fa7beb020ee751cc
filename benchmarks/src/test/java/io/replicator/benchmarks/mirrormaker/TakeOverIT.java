package io.replicator.benchmarks.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.benchmarks.daemon.Await;
import io.replicator.config.FlowConfig;
import io.replicator.config.MirrorMakerConfig.Side;
import io.replicator.config.StartFrom;
import io.replicator.flow.PartitionStatus;
import io.replicator.mirrormaker.OffsetSync;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real MirrorMaker 2 copies under load and goes; a flow goes on where it stopped. */
final class TakeOverIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 4;

    /** Of each partition, so that it is in the middle of its work when it goes. */
    private static final int RECORDS = 3_000;

    private KafkaCluster source;
    private KafkaCluster target;

    @TempDir
    Path directory;

    @BeforeEach
    void startClusters() throws Exception {
        source = KafkaCluster.builder().name("east").start();
        target = KafkaCluster.builder().name("west").start();
        create(source, "orders");
        create(source, "quiet");
    }

    @AfterEach
    void closeClusters() {
        target.close();
        source.close();
    }

    private static void create(KafkaCluster cluster, String topic) throws Exception {
        cluster.admin()
                .createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
                .all()
                .get();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void shouldGoOnBehindTheLastRecord(boolean isStopped, boolean isPrefixed) throws Exception {
        Map<String, String> more = new HashMap<>();
        more.put("east->west.topics", "orders,quiet");
        more.put("west.offset.flush.interval.ms", "1000");
        if (!isPrefixed) {
            more.put("replication.policy.class", "org.apache.kafka.connect.mirror.IdentityReplicationPolicy");
        }
        String prefix = isPrefixed ? "east." : "";
        write("quiet", 10);
        try (Load load = new Load();
                RunningMirrorMaker mirrorMaker = RunningMirrorMaker.start(source, target, directory, more)) {
            Await.until(
                    PATIENCE,
                    () -> ends(target, prefix + "orders").size() == PARTITIONS
                            && ends(target, prefix + "orders").values().stream().allMatch(end -> end > RECORDS),
                    () -> "MirrorMaker 2 lives: " + mirrorMaker.isAlive() + ", copied: "
                            + ends(target, prefix + "orders"));
            Await.until(PATIENCE, this::hasSaidHowFar, () -> "it never said how far it has come");
            if (isStopped) {
                mirrorMaker.stop();
            } else {
                mirrorMaker.kill();
            }
            create(source, "fresh");
            write("fresh", 10);
            FlowConfig flow = MirrorFlows.flow(
                    source,
                    target,
                    new StartFrom.MirrorMaker(),
                    isPrefixed ? MirrorFlows.PREFIX : MirrorFlows.IDENTITY,
                    Side.SOURCE,
                    "orders",
                    "quiet",
                    "fresh");
            try (Replicator replicator = MirrorFlows.start(flow)) {
                Await.until(
                        PATIENCE,
                        () -> isCopying(replicator),
                        () -> replicator.flows().get(0).toString());
                load.finish();
                for (String topic : List.of("orders", "quiet", "fresh")) {
                    Await.until(
                            PATIENCE,
                            () -> size(target, prefix + topic) >= size(source, topic),
                            () -> topic + ": " + size(target, prefix + topic) + " of " + size(source, topic));
                }
            }
        }
        for (String topic : List.of("orders", "quiet", "fresh")) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(values(target, new TopicPartition(prefix + topic, partition)))
                        .as(topic + "-" + partition)
                        .containsExactlyElementsOf(values(source, new TopicPartition(topic, partition)));
            }
        }
        assertSyncsAreRead();
    }

    private boolean hasSaidHowFar() {
        return ends(target, "mm2-offsets.east.internal").keySet().stream()
                        .flatMap(partition -> records(target, partition).stream())
                        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                        .filter(key -> key.contains("\"topic\":\"orders\""))
                        .distinct()
                        .count()
                == PARTITIONS;
    }

    /** What MirrorMaker 2 wrote itself we read, and would have written the same. */
    private void assertSyncsAreRead() {
        List<ConsumerRecord<byte[], byte[]>> syncs =
                records(source, new TopicPartition("mm2-offset-syncs.west.internal", 0));
        assertThat(syncs).isNotEmpty();
        for (ConsumerRecord<byte[], byte[]> record : syncs) {
            OffsetSync sync = OffsetSync.read(record.key(), record.value()).orElseThrow();
            assertThat(sync.key()).isEqualTo(record.key());
            assertThat(sync.value()).isEqualTo(record.value());
        }
    }

    @Test
    void shouldStopWhatCannotBeTold() throws Exception {
        write("orders", 50);
        write("quiet", 50);
        try (RunningMirrorMaker mirrorMaker =
                RunningMirrorMaker.start(source, target, directory, Map.of("east->west.topics", "orders,quiet"))) {
            Await.until(
                    PATIENCE,
                    () -> count(target, "east.orders") == 50 * PARTITIONS
                            && count(target, "east.quiet") == 50 * PARTITIONS,
                    () -> "copied: " + ends(target, "east.orders"));
            mirrorMaker.stop();
        }
        send(target, new TopicPartition("east.orders", 1), "somebody else's");
        create(source, "unknown");
        create(target, "east.unknown");
        send(target, new TopicPartition("east.unknown", 0), "somebody else's");
        FlowConfig flow = MirrorFlows.flow(
                source,
                target,
                new StartFrom.MirrorMaker(),
                MirrorFlows.PREFIX,
                Side.SOURCE,
                "orders",
                "quiet",
                "unknown");

        try (Replicator replicator = MirrorFlows.start(flow)) {
            Await.until(
                    PATIENCE,
                    () -> partitions(replicator, PartitionState.FAILED).size() == 2
                            && partitions(replicator, PartitionState.RUNNING).size() >= 3 * PARTITIONS - 2,
                    () -> replicator.flows().get(0).partitions().toString());

            assertThat(partitions(replicator, PartitionState.FAILED))
                    .anySatisfy(partition -> {
                        assertThat(partition.topic() + partition.partition()).isEqualTo("orders1");
                        assertThat(partition.reason()).contains("are not those that the source has up to offset 49");
                    })
                    .anySatisfy(partition -> {
                        assertThat(partition.topic() + partition.partition()).isEqualTo("unknown0");
                        assertThat(partition.reason()).contains("does not say in mm2-offsets.east.internal");
                    });
        }
        assertThat(count(target, "east.orders")).isEqualTo(50 * PARTITIONS + 1);
    }

    private static List<PartitionStatus> partitions(Replicator replicator, PartitionState state) {
        return replicator.flows().get(0).partitions().stream()
                .filter(partition -> partition.state() == state)
                .toList();
    }

    private static boolean isCopying(Replicator replicator) {
        List<PartitionStatus> partitions = replicator.flows().get(0).partitions();
        return partitions.size() >= 3 * PARTITIONS
                && partitions.stream().allMatch(partition -> partition.state() == PartitionState.RUNNING);
    }

    /** Writes to all partitions of orders until it is closed: before, while and after the flow takes over. */
    private final class Load implements AutoCloseable {
        private final CompletableFuture<Void> done =
                CompletableFuture.runAsync(this::run, command -> new Thread(command, "load").start());
        private volatile boolean stopping;

        private void run() {
            try (KafkaProducer<byte[], byte[]> producer = producer(source)) {
                for (int number = 0; !stopping; number++) {
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        var unused = producer.send(record(new TopicPartition("orders", partition), "record " + number));
                    }
                    if (number > 2 * RECORDS || number % 10 == 0) {
                        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                    }
                }
            }
        }

        /** All that was to be written is. */
        void finish() {
            stopping = true;
            done.join();
        }

        @Override
        public void close() {
            finish();
        }
    }

    private void write(String topic, int records) {
        try (KafkaProducer<byte[], byte[]> producer = producer(source)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                for (int number = 0; number < records; number++) {
                    var unused = producer.send(record(new TopicPartition(topic, partition), "record " + number));
                }
            }
        }
    }

    private static void send(KafkaCluster cluster, TopicPartition partition, String value) {
        try (KafkaProducer<byte[], byte[]> producer = producer(cluster)) {
            var unused = producer.send(record(partition, value));
        }
    }

    private static ProducerRecord<byte[], byte[]> record(TopicPartition partition, String value) {
        byte[] key = Integer.toString(value.hashCode() % 100).getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                partition.topic(), partition.partition(), key, value.getBytes(StandardCharsets.UTF_8));
        record.headers().add("of", partition.topic().getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static KafkaProducer<byte[], byte[]> producer(KafkaCluster cluster) {
        return new KafkaProducer<>(cluster.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static long count(KafkaCluster cluster, String topic) {
        long count = 0;
        for (TopicPartition partition : ends(cluster, topic).keySet()) {
            count += records(cluster, partition).size();
        }
        return count;
    }

    /** By the ends of its partitions, which begin at 0: cheaper to ask again and again than to read it. */
    private static long size(KafkaCluster cluster, String topic) {
        return ends(cluster, topic).values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<TopicPartition, Long> ends(KafkaCluster cluster, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
            if (!consumer.listTopics().containsKey(topic)) {
                return Map.of();
            }
            return consumer.endOffsets(consumer.partitionsFor(topic).stream()
                    .map(found -> new TopicPartition(topic, found.partition()))
                    .toList());
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaCluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<String> values(KafkaCluster cluster, TopicPartition partition) {
        return records(cluster, partition).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(KafkaCluster cluster, TopicPartition partition) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
