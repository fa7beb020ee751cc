package io.replicator.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.RecordGenerator;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The check that every figure stands on, against mistakes planted on a real broker. */
@ExtendWith(ClusterExtension.class)
final class EqualityIT {
    private static final int RECORDS = 5_000;
    private static final int PLACE = 3_210;

    private static KafkaCluster cluster;

    @BeforeAll
    static void write(Clusters clusters) throws Exception {
        cluster = clusters.shared(KafkaCluster.builder().name("compared"));
        write("equality-source", records -> {});
    }

    @Test
    void shouldFindNothingBetweenEqualTopics() throws Exception {
        write("equality-equal", records -> {});

        assertThat(difference("equality-equal")).isEmpty();
        assertThat(digests("equality-equal")).isEqualTo(digests("equality-source"));
    }

    @Test
    void shouldNameTheRecordThatIsMissing() throws Exception {
        write("equality-lacking", records -> records.remove(PLACE));

        assertFound("equality-lacking", "source offset 3210 is not target offset 3210");
    }

    @Test
    void shouldNameTheFirstOfTwoThatChangedPlaces() throws Exception {
        write("equality-swapped", records -> Collections.swap(records, PLACE, PLACE + 1));

        assertFound("equality-swapped", "source offset 3210 is not target offset 3210");
    }

    @Test
    void shouldNameTheRecordWithAnotherHeader() throws Exception {
        write("equality-header", records -> {
            RecordContent record = records.get(PLACE);
            records.set(PLACE, new RecordContent(record.timestamp(), record.key(), record.value(), List.of()));
        });

        assertFound("equality-header", "source offset 3210 is not target offset 3210");
    }

    @Test
    void shouldNameWhatOnlyTheTargetHas() throws Exception {
        write("equality-more", records -> records.add(records.get(0)));

        assertFound("equality-more", "only the target has offset 5000");
    }

    private static void assertFound(String topic, String words) {
        assertThat(digests(topic)).isNotEqualTo(digests("equality-source"));
        assertThat(difference(topic).orElseThrow()).contains(words);
    }

    private static Object digests(String topic) {
        return Equality.digest(cluster.adminProperties(), topic);
    }

    private static Optional<String> difference(String topic) {
        return Equality.firstDifference(
                cluster.adminProperties(), "equality-source", cluster.adminProperties(), topic, 0);
    }

    private static void write(String topic, Consumer<List<RecordContent>> mistake) throws Exception {
        cluster.createTopic(topic, 1);
        List<RecordContent> records = new RecordGenerator(RecordShape.values(50).headers(1), 1).next(RECORDS);
        mistake.accept(records);
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(cluster.adminProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (RecordContent record : records) {
                var unused = producer.send(record.toProducerRecord(topic, 0));
            }
            producer.flush();
        }
    }
}
