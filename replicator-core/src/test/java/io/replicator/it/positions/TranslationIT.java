package io.replicator.it.positions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.it.Flows;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.positions.FlowPositions;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Blob;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where positions stand on the other side, as whoever reads the flow's log beside it finds out. */
@ExtendWith(ClusterExtension.class)
class TranslationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final StartFrom EARLIEST = new StartFrom.Earliest();

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    /** Markers and aborted records on the source, another writer's records on the target: hundreds of runs. */
    @Test
    void shouldTranslateEveryOffsetBothWays() throws Exception {
        FlowConfig flow = flow("mixed", EARLIEST);
        source.createTopic("mixed", 1);
        target.createTopic("east.mixed", 1);
        try (Replicator replicator = Flows.start(flow)) {
            for (int part = 0; part < 5; part++) {
                transactions("mixed", part);
                Flows.awaitCopied(replicator, source, "mixed");
                write(target, "east.mixed", "other-" + part, 3);
            }
            transactions("mixed", 5);
            Flows.awaitCopied(replicator, source, "mixed");
        }

        NavigableMap<Long, Long> copied = copied("mixed");
        try (FlowPositions positions = FlowPositions.open(flow, PATIENCE)) {
            Translator translator =
                    positions.translator(new TopicPartition("mixed", 0)).orElseThrow();
            assertThat(positions.byTarget(new TopicPartition("east.mixed", 0))).contains(translator);
            assertThat(positions.translator(new TopicPartition("mixed", 1))).isEmpty();
            long end = Flows.ends(source.admin(), "mixed").get(new TopicPartition("mixed", 0));
            assertThat(translator.position()).isEqualTo(end);
            long lastTarget = copied.lastEntry().getValue();
            for (long offset = 0; offset <= copied.lastKey(); offset++) {
                long expected = copied.ceilingEntry(offset).getValue();
                assertThat(translator.toTarget(offset)).as("@%d", offset).isEqualTo(new Translation.Exact(expected));
            }
            for (long offset = copied.lastKey() + 1; offset <= end; offset++) {
                assertThat(translator.toTarget(offset))
                        .isInstanceOfSatisfying(Translation.Exact.class, exact -> assertThat(exact.offset())
                                .isGreaterThan(lastTarget));
            }
            assertThat(translator.toTarget(end + 5)).isEqualTo(new Translation.NotYet(end, 5));
            TreeMap<Long, Long> origins = new TreeMap<>();
            copied.forEach((from, to) -> origins.put(to, from));
            for (long offset = 0; offset <= lastTarget; offset++) {
                long expected = origins.ceilingEntry(offset).getValue();
                assertThat(translator.toSource(offset)).as("@%d", offset).isEqualTo(new Translation.Exact(expected));
            }
            assertThat(translator.toSource(lastTarget + 1)).isEqualTo(new Translation.Exact(end));
        }
    }

    @Test
    void shouldTranslateWhereNothingIsLeftOrWasEverThere() throws Exception {
        FlowConfig flow = flow("drained", EARLIEST, "drained", "empty", "expired");
        source.createTopic("drained", 1);
        source.createTopic("empty", 1);
        source.createTopic("expired", 1);
        write(source, "drained", "before", 100);
        deleteTo("drained", 100);
        write(source, "expired", "before", 100);
        try (Replicator replicator = Flows.start(flow);
                FlowPositions positions = FlowPositions.open(flow, PATIENCE)) {
            Flows.awaitCopied(replicator, source, "drained", "empty", "expired");
            deleteTo("expired", 60);

            // All of it expired before the copy began: whoever stands there begins with what comes next.
            // The marker that fences earlier writers comes into the target's log in its own time, and moves both.
            Translation drained = await().atMost(PATIENCE)
                    .until(
                            () -> awaitExact(positions, "drained", 100),
                            last -> last.equals(awaitExact(positions, "drained", 30)));
            awaitExact(positions, "empty", 0);
            assertThat(awaitExact(positions, "expired", 30)).isEqualTo(new Translation.Exact(place("expired", 30)));

            write(source, "drained", "after", 1);
            write(source, "empty", "after", 1);
            Flows.awaitCopied(replicator, source, "drained", "empty");
            assertThat(awaitExact(positions, "drained", 101)).isNotEqualTo(drained);
            assertThat(copied("drained")).containsOnlyKeys(100L);
            assertThat(awaitExact(positions, "drained", 30))
                    .isEqualTo(new Translation.Exact(copied("drained").get(100L)));
        }
    }

    @Test
    void shouldSayWhatIsNotCopiedWhileTheSourceHasIt() throws Exception {
        FlowConfig flow = flow("from-the-end", new StartFrom.Latest());
        source.createTopic("from-the-end", 1);
        write(source, "from-the-end", "before", 50);
        try (Replicator replicator = Flows.start(flow);
                FlowPositions positions = FlowPositions.open(flow, PATIENCE)) {
            Flows.awaitCopied(replicator, source, "from-the-end");
            write(source, "from-the-end", "after", 10);
            Flows.awaitCopied(replicator, source, "from-the-end");
            Translation first = awaitExact(positions, "from-the-end", 60);
            long start = ((Translation.Exact) awaitExact(positions, "from-the-end", 50)).offset();
            assertThat(first).isNotEqualTo(new Translation.Exact(start));
            assertThat(translate(positions, "from-the-end", 20)).isEqualTo(new Translation.NotCopied(50, start));

            deleteTo("from-the-end", 50);

            assertThat(awaitExact(positions, "from-the-end", 20)).isEqualTo(new Translation.Exact(start));
        }
    }

    private static Translation awaitExact(FlowPositions positions, String topic, long offset) {
        return await().atMost(PATIENCE)
                .until(() -> translate(positions, topic, offset), Translation.Exact.class::isInstance);
    }

    private static Translation translate(FlowPositions positions, String topic, long offset)
            throws InterruptedException {
        positions.refresh();
        return positions
                .translator(new TopicPartition(topic, 0))
                .map(translator -> translator.toTarget(offset))
                .orElse(new Translation.Unknown("nothing saved"));
    }

    private static long place(String topic, long offset) {
        return TopicDump.uncommitted(target, "east." + topic)
                .partition(0)
                .get(Math.toIntExact(offset))
                .offset();
    }

    /** The records of the source that stand on the target, each by its place on both sides. */
    private static NavigableMap<Long, Long> copied(String topic) {
        Map<Blob, Long> places = new HashMap<>();
        for (DumpedRecord record :
                TopicDump.uncommitted(target, "east." + topic).partition(0)) {
            places.put(record.value(), record.offset());
        }
        TreeMap<Long, Long> copied = new TreeMap<>();
        for (DumpedRecord record : TopicDump.committed(source, topic).partition(0)) {
            copied.put(record.offset(), places.get(record.value()));
        }
        return copied;
    }

    private static void transactions(String topic, int part) {
        Map<String, Object> properties = new HashMap<>(source.clientProperties());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topic);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int transaction = 0; transaction < 60; transaction++) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                producer.beginTransaction();
                for (int record = 0; record <= transaction % 3; record++) {
                    sent.add(producer.send(record(topic, part + "-" + transaction + "-" + record)));
                }
                if (transaction % 7 == 0) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
                assertThat(sent).allMatch(Future::isDone);
            }
        }
    }

    private static void write(KafkaCluster cluster, String topic, String name, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(cluster.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int record = 0; record < records; record++) {
                producer.send(record(topic, name + "-" + record)).get();
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
        return new ProducerRecord<>(topic, 0, null, value.getBytes(UTF_8));
    }

    private static void deleteTo(String topic, long offset) throws Exception {
        source.admin()
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    private static FlowConfig flow(String name, StartFrom start, String... topics) {
        List<String> select = topics.length == 0 ? List.of(name) : List.of(topics);
        return Flows.flow(
                name, Flows.cluster(source), Flows.cluster(target), Flows.topics(start, "{source}.{topic}", select));
    }
}
