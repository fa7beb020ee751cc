package io.replicator.it.positions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.it.Flows;
import io.replicator.operations.GroupMigration;
import io.replicator.operations.MigrationOptions;
import io.replicator.operations.MigrationPlan;
import io.replicator.operations.PlannedPosition;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Kafka Streams application with state, which counts words exactly once, is moved to the target in the middle of its
 * work: its input, what it keeps for itself (a changelog, a repartition topic that it purges) and its group.
 */
@ExtendWith(ClusterExtension.class)
final class StreamsMoveIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int PARTITIONS = 3;
    private static final int WORDS = 300;
    private static final int WORDS_PER_LINE = 5;
    private static final int LINES = 6_000;
    private static final String APPLICATION = "word-count";

    private static KafkaCluster source;
    private static KafkaCluster target;

    @TempDir
    Path folder;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldCountOnWithoutAWrongCount() throws Exception {
        source.createTopic("lines", PARTITIONS);
        source.createTopic("counts", PARTITIONS);
        Random random = new Random(20261121);
        Map<String, Long> expected = new HashMap<>();
        FlowConfig flow = Flows.flow(source, target, "lines", "counts", APPLICATION + "-.*");

        try (Replicator replicator = Flows.start(flow)) {
            write(random, LINES, expected);
            Pause pause = new Pause(LINES * WORDS_PER_LINE / 3);
            try (KafkaStreams application = start(source, folder.resolve("source"), pause)) {
                pause.await();
                application.close(Duration.ZERO);
                pause.end();
                application.close(Duration.ofSeconds(30));
            }
            write(random, LINES, expected);
            assertThat(counts(source)).hasSizeBetween(LINES * WORDS_PER_LINE / 3, LINES * WORDS_PER_LINE - 1);
            String[] topics = source.admin().listTopics().names().get().stream()
                    .filter(name -> name.equals("lines") || name.equals("counts") || name.startsWith(APPLICATION))
                    .toArray(String[]::new);
            assertThat(topics).hasSize(4);
            Flows.awaitCopied(replicator, source, topics);

            migrate(flow);

            try (KafkaStreams application = start(target, folder.resolve("target"), word -> {})) {
                await().atMost(PATIENCE).until(() -> counts(target).size() >= 2 * LINES * WORDS_PER_LINE);
                application.close(Duration.ofSeconds(30));
            }
        }

        Map<String, List<Long>> counted = counts(target).stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        assertThat(counted).hasSize(WORDS);
        // Each word was counted 1, 2, 3 and so on up to its number, each once, in this order.
        expected.forEach((word, count) -> assertThat(counted.get(word))
                .as(word)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, count).boxed().toList()));
    }

    private static void migrate(FlowConfig flow) throws Exception {
        try (GroupMigration migration = GroupMigration.open(flow, Duration.ofSeconds(10))) {
            // Until the group coordinator has let go of the application that was stopped.
            MigrationPlan plan = migration.await(APPLICATION, MigrationOptions.STRICT, PATIENCE, waiting -> {});
            assertThat(plan.refusals()).isEmpty();
            // The lines and the words: what is in the changelog is read from its start.
            assertThat(plan.positions())
                    .allMatch(PlannedPosition::isExact)
                    .anyMatch(position -> position.topic().equals("lines"))
                    .anyMatch(position -> position.topic().endsWith("-repartition"))
                    .anyMatch(position -> position.sourceOffset() != position.targetOffset());
            assertThat(migration.execute(plan).failures()).isEmpty();
        }
    }

    private static void write(Random random, int lines, Map<String, Long> expected) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(source.clientProperties(), new StringSerializer(), new StringSerializer())) {
            for (int line = 0; line < lines; line++) {
                List<String> words = new ArrayList<>();
                for (int word = 0; word < WORDS_PER_LINE; word++) {
                    words.add("w" + random.nextInt(WORDS));
                }
                words.forEach(word -> expected.merge(word, 1L, Long::sum));
                var unused =
                        producer.send(new ProducerRecord<>("lines", line % PARTITIONS, null, String.join(" ", words)));
            }
        }
    }

    /** Every count that was ever told, in the order of its partition. */
    private static List<Map.Entry<String, Long>> counts(KafkaCluster cluster) {
        return TopicDump.committed(cluster, "counts").partitions().values().stream()
                .flatMap(List::stream)
                .map(record -> Map.entry(
                        text(record.key().orNull()),
                        Long.valueOf(text(record.value().orNull()))))
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** @param counting called for each word, once it is counted */
    private static KafkaStreams start(KafkaCluster cluster, Path state, Consumer<String> counting) {
        Properties properties = new Properties();
        properties.putAll(cluster.clientProperties());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        properties.put(StreamsConfig.REPARTITION_PURGE_INTERVAL_MS_CONFIG, 500);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(wordCount(counting), properties);
        streams.start();
        return streams;
    }

    private static Topology wordCount(Consumer<String> counting) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("lines", Consumed.with(Serdes.String(), Serdes.String()))
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.as("words"))
                .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counted"))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.Long()))
                .toStream()
                .peek((word, count) -> counting.accept(word))
                .mapValues(count -> Long.toString(count))
                .to("counts", Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    /** Holds the application in the middle of its work: it has counted some of the words, and not all. */
    private static final class Pause implements Consumer<String> {
        private final int after;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);

        /** Of the application's only thread. */
        private int counted;

        Pause(int after) {
            this.after = after;
        }

        @Override
        public void accept(String word) {
            counted++;
            if (counted == after) {
                reached.countDown();
                awaitLatch(ended);
            }
        }

        void await() {
            awaitLatch(reached);
        }

        void end() {
            ended.countDown();
        }

        private static void awaitLatch(CountDownLatch latch) {
            try {
                assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        }
    }
}
