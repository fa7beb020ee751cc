package io.replicator.it.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.it.Flows;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.Writer;
import io.replicator.testkit.ClusterBuilder;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import io.replicator.verify.Difference;
import io.replicator.verify.Verification;
import io.replicator.verify.VerificationException;
import io.replicator.verify.VerificationProgress;
import io.replicator.verify.VerificationReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ClusterExtension.class)
class VerificationIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The records' timestamps are of long ago. */
    private static final Map<String, String> KEEP_ALL = Map.of("retention.ms", "-1");

    private static KafkaCluster east;
    private static KafkaCluster west;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        east = clusters.shared(cleaningSoon("east"));
        west = clusters.shared(cleaningSoon("west"));
    }

    private static ClusterBuilder cleaningSoon(String name) {
        return KafkaCluster.builder()
                .name(name)
                .property("log.cleaner.backoff.ms", "100")
                .property("log.initial.task.delay.ms", "100");
    }

    /** A flow whose one topic is copied by hand. */
    private static final class HandMadeFlow {
        final FlowConfig flow;
        final String topic;
        final Map<TopicPartition, OffsetMap> maps = new HashMap<>();

        HandMadeFlow(String name, int partitions) {
            this.flow = flow(name);
            this.topic = name;
            east.createTopic(topic, partitions, KEEP_ALL);
            west.createTopic(topic, partitions, KEEP_ALL);
        }

        /** Copies every record that a committed reader sees, as it is, one by one. */
        void copy() throws Exception {
            try (KafkaProducer<byte[], byte[]> producer = producer(west)) {
                for (ConsumerRecord<byte[], byte[]> record : read(east, topic)) {
                    append(record, send(producer, record, record.value()));
                }
            }
        }

        void append(ConsumerRecord<byte[], byte[]> record, long targetOffset) {
            maps.computeIfAbsent(new TopicPartition(topic, record.partition()), ignored -> new OffsetMap(0))
                    .append(record.offset(), targetOffset, 1);
        }

        long send(KafkaProducer<byte[], byte[]> producer, ConsumerRecord<byte[], byte[]> record, byte[] value)
                throws Exception {
            ProducerRecord<byte[], byte[]> copy = new ProducerRecord<>(
                    topic, record.partition(), record.timestamp(), record.key(), value, record.headers());
            return producer.send(copy).get().offset();
        }

        void save() throws Exception {
            Uuid sourceId = topicId(east);
            Uuid targetId = topicId(west);
            List<Progress> progress = new ArrayList<>();
            maps.forEach((source, map) -> progress.add(new Progress(
                    new PartitionPair(source, sourceId, topic, targetId),
                    new Writer(0, 1, (short) 0),
                    map.takeChanges())));
            try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
                log.ensureTopic();
                log.save(progress);
            }
        }

        private Uuid topicId(KafkaCluster cluster) throws Exception {
            return cluster.admin()
                    .describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .topicId();
        }

        VerificationReport verify(List<Difference> differences, List<VerificationProgress> progress)
                throws InterruptedException {
            return Verification.run(flow, ignored -> true, 2, progress::add, differences::add);
        }
    }

    @Test
    void shouldFindManyPartitionsWithTransactionsEqual() throws Exception {
        HandMadeFlow made = new HandMadeFlow("many", 50);
        Map<String, Object> properties = new HashMap<>(east.clientProperties());
        properties.put("transactional.id", "writer");
        try (KafkaProducer<byte[], byte[]> writer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            writer.initTransactions();
            for (int transaction = 0; transaction < 10; transaction++) {
                writer.beginTransaction();
                for (int i = 0; i < 150; i++) {
                    Future<?> sent = writer.send(
                            record("many", i % 50, 1000L + i, "key " + i, "value " + transaction + " " + i));
                    assertThat(sent.isCancelled()).isFalse(); // The commit waits for it.
                }
                if (transaction % 3 == 1) {
                    writer.abortTransaction();
                } else {
                    writer.commitTransaction();
                }
            }
        }
        made.copy();
        made.maps.values().forEach(map -> map.advance(map.position() + 1)); // The last commit's marker.
        made.save();
        List<Difference> differences = new ArrayList<>();
        List<VerificationProgress> progress = new ArrayList<>();

        VerificationReport report = made.verify(differences, progress);

        assertThat(differences).isEmpty();
        assertThat(report.isEqual()).isTrue();
        assertThat(report.partitions()).isEqualTo(50);
        assertThat(report.comparedRecords()).isEqualTo(1050);
        assertThat(report.notes()).isEmpty();
        assertThat(progress.get(progress.size() - 1)).isEqualTo(new VerificationProgress(1050, 1050, 50, 50));
    }

    @Test
    void shouldListEveryDifference() throws Exception {
        HandMadeFlow made = new HandMadeFlow("broken", 1);
        produce(east, "broken", 100);
        try (KafkaProducer<byte[], byte[]> producer = producer(west)) {
            List<ConsumerRecord<byte[], byte[]>> records = read(east, "broken");
            for (ConsumerRecord<byte[], byte[]> record : records) {
                int offset = (int) record.offset();
                if (offset == 20) {
                    made.append(record, made.send(producer, record, "other".getBytes(UTF_8)));
                } else if (offset == 40) {
                    made.send(producer, record, record.value());
                    made.append(record, made.send(producer, record, record.value()));
                } else if (offset == 70 || offset == 71) {
                    made.append(record, made.send(producer, records.get(141 - offset), record.value()));
                } else if (offset != 60) {
                    made.append(record, made.send(producer, record, record.value()));
                }
            }
        }
        made.save();
        produce(east, "broken", 5); // Not copied yet: not to be compared.
        produce(west, "broken", 3); // After the saved progress: none of ours.
        List<Difference> differences = new ArrayList<>();

        VerificationReport report = made.verify(differences, new ArrayList<>());

        assertThat(differences)
                .containsExactly(
                        new Difference("broken", 0, 20, "broken", 20, "value differs: 8 bytes, target 5 bytes"),
                        new Difference("broken", 0, -1, "broken", 40, "extra record on target: no run explains it"),
                        new Difference("broken", 0, 60, "broken", -1, "missing on target: no run covers it"),
                        new Difference(
                                "broken",
                                0,
                                70,
                                "broken",
                                70,
                                "key differs: 6 bytes, target 6 bytes; timestamp differs: 1070, target 1071; header 1 differs"),
                        new Difference(
                                "broken",
                                0,
                                71,
                                "broken",
                                71,
                                "key differs: 6 bytes, target 6 bytes; timestamp differs: 1071, target 1070; header 1 differs"));
        assertThat(report.differences()).isEqualTo(5);
        assertThat(report.comparedRecords()).isEqualTo(99);
    }

    @Test
    void shouldFindOneMistakeInEachOfSomeLongStreams() throws Exception {
        HandMadeFlow made = new HandMadeFlow("long", 4);
        int records = 8_000;
        try (KafkaProducer<byte[], byte[]> producer = producer(east)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 4 * records; i++) {
                sent.add(producer.send(record("long", i % 4, 1000L + i / 4, "key", "value")));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
        Map<Integer, Integer> places = Map.of(0, 6_001, 1, 2_500, 2, 7_998);
        try (KafkaProducer<byte[], byte[]> producer = producer(west)) {
            Map<ConsumerRecord<byte[], byte[]>, Future<RecordMetadata>> sent = new LinkedHashMap<>();
            List<ConsumerRecord<byte[], byte[]>> written = read(east, "long");
            for (int i = 0; i < written.size(); i++) {
                ConsumerRecord<byte[], byte[]> record = written.get(i);
                long beyond = record.offset() - places.getOrDefault(record.partition(), -10);
                ConsumerRecord<byte[], byte[]> copied = record;
                if (record.partition() == 0 && beyond == 0) {
                    continue;
                } else if (record.partition() == 1 && (beyond == 0 || beyond == 1)) {
                    copied = written.get(beyond == 0 ? i + 1 : i - 1);
                } else if (record.partition() == 2 && beyond == 0) {
                    record.headers().remove("header").add("header", null).add("header", "kez".getBytes(UTF_8));
                }
                sent.put(
                        record,
                        producer.send(new ProducerRecord<>(
                                "long",
                                record.partition(),
                                copied.timestamp(),
                                copied.key(),
                                copied.value(),
                                copied.headers())));
            }
            for (Map.Entry<ConsumerRecord<byte[], byte[]>, Future<RecordMetadata>> each : sent.entrySet()) {
                made.append(each.getKey(), each.getValue().get().offset());
            }
        }
        made.save();
        List<Difference> differences = new ArrayList<>();

        VerificationReport report = made.verify(differences, new ArrayList<>());

        assertThat(differences)
                .containsExactlyInAnyOrder(
                        new Difference("long", 0, 6_001, "long", -1, "missing on target: no run covers it"),
                        new Difference("long", 1, 2_500, "long", 2_500, "timestamp differs: 3500, target 3501"),
                        new Difference("long", 1, 2_501, "long", 2_501, "timestamp differs: 3501, target 3500"),
                        new Difference("long", 2, 7_998, "long", 7_998, "header 1 differs"));
        assertThat(report.comparedRecords()).isEqualTo(4 * records - 1);
    }

    @Test
    void shouldNotCompareWhatExpired() throws Exception {
        HandMadeFlow made = new HandMadeFlow("expired", 1);
        produce(east, "expired", 20);
        made.copy();
        made.save();
        deleteBefore(east, "expired", 5);
        deleteBefore(west, "expired", 8);
        List<Difference> differences = new ArrayList<>();

        VerificationReport report = made.verify(differences, new ArrayList<>());

        assertThat(differences).isEmpty();
        assertThat(report.comparedRecords()).isEqualTo(12);
        assertThat(report.notes())
                .containsExactly(
                        "expired: 5 records had expired on the source, not compared",
                        "expired: 3 records had expired on the target, not compared");
    }

    @Test
    void shouldSayWhatStandsAfterTheCopied() throws Exception {
        HandMadeFlow made = new HandMadeFlow("beyond", 1);
        produce(east, "beyond", 20);
        made.copy();
        made.save();
        produce(west, "beyond", 3);

        VerificationReport report = made.verify(new ArrayList<>(), new ArrayList<>());

        assertThat(report.differences()).isZero();
        assertThat(report.notes())
                .containsExactly("beyond: 3 records stand on the target after what is saved as copied, not compared");
    }

    @Test
    void shouldForgiveWhatTheTargetsCleanerRemoved() throws Exception {
        HandMadeFlow made = new HandMadeFlow("compacted", 1);
        west.admin().deleteTopics(List.of("compacted")).all().get();
        awaitGone(west, "compacted");
        west.createTopic(
                "compacted",
                1,
                Map.of("cleanup.policy", "compact", "segment.ms", "100", "min.cleanable.dirty.ratio", "0.001"));
        produce(east, "compacted", 200);
        made.copy();
        made.save();
        awaitCompaction(west, "compacted", 200);
        List<Difference> differences = new ArrayList<>();

        VerificationReport report = made.verify(differences, new ArrayList<>());

        assertThat(differences).isEmpty();
        assertThat(report.comparedRecords()).isBetween(1L, 199L);
        // What made the cleaner roll the segment may stand after the copied: another note, now and then.
        assertThat(report.notes())
                .contains("compacted: " + (200 - report.comparedRecords())
                        + " records compacted away on the target, not compared");
    }

    /** A marker after each record: each is a run of its own, and most of them are too many. */
    @Test
    void shouldBeginBehindWhatIsKnownByItsEndsAlone() throws Exception {
        HandMadeFlow made = new HandMadeFlow("old", 1);
        made.maps.put(new TopicPartition("old", 0), new OffsetMap(0, 0, 64));
        Map<String, Object> properties = new HashMap<>(east.clientProperties());
        properties.put("transactional.id", "old");
        try (KafkaProducer<byte[], byte[]> writer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            writer.initTransactions();
            for (int i = 0; i < 200; i++) {
                writer.beginTransaction();
                Future<RecordMetadata> sent = writer.send(record("old", 0, 1000L + i, "key " + i, "value " + i));
                writer.commitTransaction();
                sent.get();
            }
        }
        made.copy();
        made.save();
        List<Difference> differences = new ArrayList<>();

        VerificationReport report = made.verify(differences, new ArrayList<>());

        assertThat(differences).isEmpty();
        assertThat(report.comparedRecords()).isEqualTo(200 - 3 * 64);
        assertThat(report.notes())
                .contains("old: 192 records are older than the flow knows the place of each (offset-map.max-runs),"
                        + " not compared");
    }

    @Test
    void shouldSayThatTheTargetTopicWasCreatedAnew() throws Exception {
        HandMadeFlow made = new HandMadeFlow("anew", 1);
        produce(east, "anew", 3);
        made.copy();
        made.save();
        west.admin().deleteTopics(List.of("anew")).all().get();
        awaitGone(west, "anew");
        west.createTopic("anew", 1);
        List<Difference> differences = new ArrayList<>();

        made.verify(differences, new ArrayList<>());

        assertThat(differences)
                .containsExactly(
                        new Difference("anew", 0, -1, "anew", -1, "topic was recreated on target after it was copied"));
    }

    @Test
    void shouldSayThatNothingWasCopiedYet() throws Exception {
        assertThatThrownBy(() -> Verification.run(flow("fresh"), ignored -> true, 1, ignored -> {}, ignored -> {}))
                .isInstanceOf(VerificationException.class)
                .hasMessage("flow fresh has no saved progress in replicator.fresh.offsets.internal on west:"
                        + " nothing was copied yet");

        HandMadeFlow made = new HandMadeFlow("asked", 1);
        produce(east, "asked", 1);
        made.copy();
        made.save();
        assertThatThrownBy(() -> Verification.run(made.flow, "other"::equals, 1, ignored -> {}, ignored -> {}))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("no saved progress of the topics asked for");
    }

    private static void produce(KafkaCluster cluster, String topic, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(cluster)) {
            for (int i = 0; i < records; i++) {
                producer.send(record(topic, 0, 1000L + i, "key " + i % 10 + i % 2, "value " + i % 10 + i % 7))
                        .get();
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, int partition, long timestamp, String key, String value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, partition, timestamp, key.getBytes(UTF_8), value.getBytes(UTF_8));
        record.headers().add(new RecordHeader("header", null)).add(new RecordHeader("header", key.getBytes(UTF_8)));
        return record;
    }

    private static KafkaProducer<byte[], byte[]> producer(KafkaCluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("linger.ms", 0);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaCluster cluster) {
        Map<String, Object> properties = new HashMap<>(cluster.clientProperties());
        properties.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** All records of a topic, partition by partition. */
    private static List<ConsumerRecord<byte[], byte[]>> read(KafkaCluster cluster, String topic) {
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> records = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    records.computeIfAbsent(record.partition(), ignored -> new ArrayList<>())
                            .add(record);
                }
            }
        }
        return records.values().stream().flatMap(List::stream).toList();
    }

    private static void deleteBefore(KafkaCluster cluster, String topic, long offset) throws Exception {
        cluster.admin()
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    private static void awaitGone(KafkaCluster cluster, String topic) throws Exception {
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        while (cluster.admin().listTopics().names().get().contains(topic)) {
            assertThat(System.nanoTime()).as("%s is still there", topic).isLessThan(deadlineNanos);
        }
    }

    /** Writes on until the cleaner has removed something: it never touches the segment that is being written. */
    private static void awaitCompaction(KafkaCluster cluster, String topic, int records) throws Exception {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (read(cluster, topic).stream()
                        .filter(each -> each.offset() < records)
                        .count()
                == records) {
            assertThat(System.nanoTime()).as("%s was not compacted", topic).isLessThan(deadlineNanos);
            produce(cluster, topic, 1);
        }
    }

    private static FlowConfig flow(String name) {
        return Flows.flow(
                name,
                new ClusterConfig("east", east.bootstrapServers(), Map.of()),
                new ClusterConfig("west", west.bootstrapServers(), Map.of()),
                name);
    }
}
