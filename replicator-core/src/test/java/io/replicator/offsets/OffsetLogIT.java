package io.replicator.offsets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.it.Flows;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
class OffsetLogIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Writer WRITER = new Writer(0, 2001, (short) 5);

    private static KafkaCluster target;

    @BeforeAll
    static void startTarget(Clusters clusters) {
        target = clusters.shared(KafkaCluster.builder()
                .name("west")
                .property("log.cleaner.backoff.ms", "100")
                .property("log.initial.task.delay.ms", "100"));
    }

    @Test
    void shouldLoadWhatThousandsOfPartitionsSaved() throws Exception {
        FlowConfig flow = flow("log-many");
        Map<TopicPartition, OffsetMap> maps = new HashMap<>();
        SplittableRandom random = new SplittableRandom(1);
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            log.ensureTopic();
            assertThat(log.load()).isEqualTo(new SavedState(Map.of(), Map.of(), Optional.empty(), 0));
            for (int save = 0; save < 3; save++) {
                List<Progress> progress = new ArrayList<>();
                for (int partition = 0; partition < 3000; partition++) {
                    OffsetMap map =
                            maps.computeIfAbsent(new TopicPartition("orders", partition), ignored -> new OffsetMap(0));
                    grow(map, random, 1 + random.nextInt(10));
                    progress.add(new Progress(pair(partition), WRITER, map.takeChanges()));
                }
                log.save(progress);
            }
            log.save(ShardOwner.first(0, "a", 2001, (short) 5));
        }

        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            log.ensureTopic();
            SavedState state = log.load();

            assertThat(state.shards()).containsEntry(0, ShardOwner.first(0, "a", 2001, (short) 5));
            assertThat(state.partitions()).hasSize(3000);
            maps.forEach((source, map) -> assertSame(state.partitions().get(source), map));
        }
    }

    @Test
    void shouldForgiveARecordThatCannotBeReadOnceATombstoneFollows() throws Exception {
        FlowConfig flow = flow("edited");
        byte[] key = "{\"v\":1,\"kind\":\"progress\",\"topic\":\"orders\",\"partition\":1}".getBytes(UTF_8);
        createLog(flow, Map.of("cleanup.policy", "compact"));
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            OffsetMap map = new OffsetMap(0);
            map.append(0, 0, 3);
            log.save(List.of(new Progress(pair(0), WRITER, map.takeChanges())));
        }
        write(flow.offsetsTopic(), key, "by hand".getBytes(UTF_8));
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            assertThatThrownBy(log::load).hasMessageContaining("@1: unreadable record", "tombstone");
        }
        write(flow.offsetsTopic(), key, null);
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            assertThat(log.load().partitions()).containsOnlyKeys(new TopicPartition("orders", 0));
        }
    }

    private static void write(String topic, byte[] key, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(target.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        }
    }

    @Test
    void shouldLoseNothingToCompactionAndForgetWhatWasRemoved() throws Exception {
        FlowConfig flow = flow("log-compacted");
        createLog(
                flow,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "segment.bytes",
                        "1048576",
                        "segment.ms",
                        "500",
                        "min.cleanable.dirty.ratio",
                        "0.001",
                        "delete.retention.ms",
                        "0"));
        OffsetMap map = new OffsetMap(0);
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            SplittableRandom random = new SplittableRandom(2);
            log.save(List.of(new Progress(pair(1), WRITER, manyRuns().takeChanges())));
            for (int save = 0; save < 100; save++) {
                grow(map, random, 5);
                log.save(List.of(new Progress(pair(0), WRITER, map.takeChanges())));
            }
        }
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            assertThat(log.load().partitions()).hasSize(2);
            log.remove(List.of(new TopicPartition("orders", 1)));
            long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (recordsIn(flow) > 60) {
                assertThat(System.nanoTime()).as("the log was not compacted").isLessThan(deadlineNanos);
                map.advance(map.position() + 1); // A segment is closed by the next write.
                log.save(List.of(new Progress(pair(0), WRITER, map.takeChanges())));
            }

            SavedState state = log.load();

            assertThat(state.partitions()).hasSize(1);
            assertSame(state.partitions().get(new TopicPartition("orders", 0)), map);
        }
    }

    @Test
    void shouldForgetOldRunsWithoutLosingWhatIsKnownOfThem() throws Exception {
        FlowConfig flow = flow("bounded");
        createLog(
                flow,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "segment.bytes",
                        "1048576",
                        "segment.ms",
                        "500",
                        "min.cleanable.dirty.ratio",
                        "0.001",
                        "delete.retention.ms",
                        "0"));
        OffsetMap coarse = new OffsetMap(0, 0, 256);
        OffsetMap trimmed = new OffsetMap(0, 0);
        SplittableRandom random = new SplittableRandom(5);
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            for (int save = 0; save < 100; save++) {
                grow(coarse, random, 100);
                grow(trimmed, random, 100);
                trimmed.trim(trimmed.position() - 300, trimmed.targetEnd() - 300);
                log.save(List.of(
                        new Progress(pair(0), WRITER, coarse.takeChanges()),
                        new Progress(pair(1), WRITER, trimmed.takeChanges())));
            }
        }

        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            log.load();
            while (recordsIn(flow) > 60) {
                assertThat(System.nanoTime()).as("the log was not compacted").isLessThan(deadlineNanos);
                coarse.advance(coarse.position() + 1); // A segment is closed by the next write.
                log.save(List.of(new Progress(pair(0), WRITER, coarse.takeChanges())));
            }
        }

        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            SavedState state = log.load();
            SavedProgress first = state.partitions().get(new TopicPartition("orders", 0));
            assertSame(first, coarse);
            assertSame(state.partitions().get(new TopicPartition("orders", 1)), trimmed);
            assertThat(coarse.runs()).isLessThan(400);
            assertThat(trimmed.runs()).isLessThan(400);
            assertThat(first.map().coarse()).hasSizeBetween(1, 4);
            assertThat(first.map().records()).isEqualTo(coarse.records());
            assertThat(first.translator().toTarget(0)).isEqualTo(new Translation.Exact(0));
            assertThat(first.translator().toTarget(coarse.position() / 2)).isInstanceOf(Translation.Coarse.class);

            log.remove(List.of(new TopicPartition("orders", 0), new TopicPartition("orders", 1)));
            assertThat(log.load().partitions()).isEmpty();
            assertThat(valuesIn(flow)).isEmpty();
        }
    }

    /** What compaction will leave. */
    private static Map<String, byte[]> valuesIn(FlowConfig flow) {
        TopicPartition log = new TopicPartition(flow.offsetsTopic(), 0);
        Map<String, byte[]> values = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                target.clientProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(log));
            consumer.seekToBeginning(List.of(log));
            long end = consumer.endOffsets(List.of(log)).get(log);
            while (consumer.position(log) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    String key = new String(record.key(), UTF_8);
                    if (record.value() == null) {
                        values.remove(key);
                    } else {
                        values.put(key, record.value());
                    }
                });
            }
        }
        return values;
    }

    @Test
    void shouldRefuseATopicThatForgets() throws Exception {
        createLog(flow("expiring"), Map.of("cleanup.policy", "compact,delete"));
        target.createTopic(flow("spread").offsetsTopic(), 2, Map.of("cleanup.policy", "compact"));

        try (OffsetLog log = OffsetLog.open(flow("expiring"), TIMEOUT)) {
            assertThatThrownBy(() -> log.ensureTopic())
                    .isInstanceOf(OffsetLogException.class)
                    .hasMessageContaining("replicator.expiring.offsets.internal on west has cleanup.policy=")
                    .hasMessageContaining("set it to compact");
        }
        try (OffsetLog log = OffsetLog.open(flow("spread"), TIMEOUT)) {
            assertThatThrownBy(() -> log.ensureTopic())
                    .isInstanceOf(OffsetLogException.class)
                    .hasMessageContaining("has 2 partitions");
        }
    }

    @Test
    void shouldCountForeignRecordsAndLoadTheRest() throws Exception {
        FlowConfig flow = flow("foreign");
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT);
                KafkaProducer<byte[], byte[]> stranger = new KafkaProducer<>(
                        target.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            log.ensureTopic();
            OffsetMap map = manyRuns();
            log.save(List.of(new Progress(pair(0), WRITER, map.takeChanges())));
            stranger.send(new ProducerRecord<>(flow.offsetsTopic(), "hello".getBytes(UTF_8), new byte[] {1}))
                    .get();

            SavedState state = log.load();

            assertThat(state.foreignRecords()).isEqualTo(1);
            assertSame(state.partitions().get(new TopicPartition("orders", 0)), map);
        }
    }

    @Test
    void shouldLoadNothingWhereThereIsNoTopic() throws Exception {
        try (OffsetLog log = OffsetLog.open(flow("absent"), TIMEOUT)) {
            assertThat(log.load().partitions()).isEmpty();
        }
    }

    @Test
    void shouldSaveLaterWhatTheTargetDidNotTake() throws Exception {
        try (KafkaCluster failing = KafkaCluster.builder().name("failing").start()) {
            FlowConfig flow = flow("retried", failing);
            OffsetMap map = manyRuns();
            try (OffsetLog log = OffsetLog.open(flow, Duration.ofSeconds(2))) {
                log.ensureTopic();
                log.save(List.of(new Progress(pair(0), WRITER, map.takeChanges())));
                failing.broker(failing.brokers().get(0).id()).pause();
                grow(map, new SplittableRandom(3), 100);
                Progress progress = new Progress(pair(0), WRITER, map.takeChanges());

                assertThatThrownBy(() -> log.save(List.of(progress)))
                        .isInstanceOfSatisfying(OffsetLogException.class, e -> assertThat(e.isTransient())
                                .isTrue())
                        .hasMessageContaining(
                                "progress cannot be saved in replicator.retried.offsets.internal on west");

                assertThat(log.hasUnsaved()).isTrue();
                failing.broker(failing.brokers().get(0).id()).resume();
                failing.awaitReady();
                saveUntilTaken(log);
                assertThat(log.hasUnsaved()).isFalse();
                assertSame(log.load().partitions().get(new TopicPartition("orders", 0)), map);
            }
        }
    }

    private static void saveUntilTaken(OffsetLog log) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                log.save(List.of());
                return;
            } catch (OffsetLogException e) {
                if (System.nanoTime() > deadlineNanos) {
                    throw e;
                }
            }
        }
    }

    private static void createLog(FlowConfig flow, Map<String, String> settings) {
        target.createTopic(flow.offsetsTopic(), 1, settings);
    }

    private static long recordsIn(FlowConfig flow) {
        TopicPartition log = new TopicPartition(flow.offsetsTopic(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                target.clientProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(log));
            consumer.seekToBeginning(List.of(log));
            long end = consumer.endOffsets(List.of(log)).get(log);
            long records = 0;
            while (consumer.position(log) < end) {
                records += consumer.poll(Duration.ofMillis(100)).count();
            }
            return records;
        }
    }

    private static OffsetMap manyRuns() {
        OffsetMap map = new OffsetMap(0);
        grow(map, new SplittableRandom(4), 300);
        return map;
    }

    private static void grow(OffsetMap map, SplittableRandom random, int appends) {
        for (int i = 0; i < appends; i++) {
            map.append(map.position() + random.nextInt(2), Math.max(0, map.targetEnd()), 1 + random.nextInt(9));
        }
    }

    private static void assertSame(SavedProgress saved, OffsetMap map) {
        assertThat(saved.isWhole()).isTrue();
        assertThat(saved.position()).isEqualTo(map.position());
        assertThat(saved.targetEnd()).isEqualTo(map.targetEnd());
        assertThat(saved.runs().count()).isEqualTo(map.runs());
        for (int run = 0; run < map.runs(); run++) {
            assertThat(saved.runs().source(run)).isEqualTo(map.runSource(run));
            assertThat(saved.runs().target(run)).isEqualTo(map.runTarget(run));
            assertThat(saved.runs().length(run)).isEqualTo(map.runLength(run));
        }
    }

    private static PartitionPair pair(int partition) {
        return new PartitionPair(new TopicPartition("orders", partition), new Uuid(1, 2), "orders", new Uuid(3, 4));
    }

    private static FlowConfig flow(String name) {
        return flow(name, target);
    }

    private static FlowConfig flow(String name, KafkaCluster cluster) {
        return Flows.flow(
                name,
                new ClusterConfig("east", "127.0.0.1:1", Map.of()),
                new ClusterConfig("west", cluster.bootstrapServers(), Map.of()),
                ".*");
    }
}
