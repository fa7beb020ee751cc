package io.replicator.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.LiveLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The counts that the soak stands on, against mistakes planted on a real broker. */
@ExtendWith(ClusterExtension.class)
final class TallyIT {
    private static final int RECORDS = 3_000;
    private static final int PLACE = 1_234;

    private static KafkaCluster cluster;
    private static List<ConsumerRecord<byte[], byte[]>> source;

    @BeforeAll
    static void write(Clusters clusters) {
        cluster = clusters.shared(KafkaCluster.builder().name("compared"));
        source = load("tallied", load -> {});
    }

    @Test
    void shouldFindACopyClean() {
        copy("clean", records -> {});

        Tally.Counts counts = count("clean");
        assertThat(counts.isClean()).as(counts.toString()).isTrue();
        assertThat(counts.records()).isEqualTo(source.size()).isEqualTo(counts.copied());
    }

    @Test
    void shouldCountWhatIsThereTwice() {
        copy("twice", records -> records.addAll(PLACE, List.copyOf(records.subList(PLACE - 7, PLACE))));

        Tally.Counts counts = count("twice");
        assertThat(counts.duplicates()).isEqualTo(7);
        assertThat(counts.lost() + counts.disordered() + counts.damaged() + counts.foreign())
                .isZero();
        assertThat(counts.told()).containsExactly("twice-0@1234: 7 records, from number 1227 on, stand there already");
    }

    @Test
    void shouldCountWhatIsMissing() {
        copy("missing", records -> records.subList(PLACE, PLACE + 3).clear());

        Tally.Counts counts = count("missing");
        assertThat(counts.lost()).isEqualTo(3);
        assertThat(counts.duplicates() + counts.disordered()).isZero();
        assertThat(counts.told()).containsExactly("missing-0: 3 records are not there, the first is number 1234");
    }

    @Test
    void shouldCountWhatIsMissingAtTheEnd() {
        copy("short", records -> records.remove(records.size() - 1));

        assertThat(count("short").lost()).isEqualTo(1);
    }

    @Test
    void shouldCountWhatIsOutOfOrder() {
        copy("swapped", records -> Collections.swap(records, PLACE, PLACE + 1));

        Tally.Counts counts = count("swapped");
        assertThat(counts.disordered()).isEqualTo(1);
        assertThat(counts.duplicates() + counts.lost()).isZero();
    }

    @Test
    void shouldCountWhatIsNotAsItWasWritten() {
        copy("damaged", records -> {
            ConsumerRecord<byte[], byte[]> record = records.get(PLACE);
            byte[] value = record.value().clone();
            value[3]++;
            records.set(PLACE, with(record, value));
        });

        assertThat(count("damaged").damaged()).isEqualTo(1);
    }

    @Test
    void shouldCountWhatAReaderOfTheSourceDoesNotSee() {
        List<ConsumerRecord<byte[], byte[]>> everything = load("aborted", load -> load.transactions(0.5));
        write("all", everything);

        Tally.Counts counts = count("aborted", "all");
        assertThat(counts.records()).isPositive().isLessThan(everything.size());
        assertThat(counts.foreign()).isEqualTo(everything.size() - counts.records());
        assertThat(counts.lost() + counts.duplicates()).isZero();
    }

    @Test
    void shouldTakeForGoodWhatACompactedSourceHasForgottenSince() {
        copy("forgetful", records -> records.subList(PLACE, PLACE + 3).clear());

        // The other way round: the target holds three records more than its source.
        assertThat(count("forgetful", "tallied").foreign()).isEqualTo(3);
        assertThat(Tally.ofCompacted(cluster.adminProperties(), "forgetful", cluster.adminProperties(), "tallied")
                        .isClean())
                .isTrue();
    }

    private static Tally.Counts count(String topic) {
        return count("tallied", topic);
    }

    private static Tally.Counts count(String one, String other) {
        return Tally.of(cluster.adminProperties(), one, cluster.adminProperties(), other);
    }

    private static void copy(String topic, Consumer<List<ConsumerRecord<byte[], byte[]>>> mistake) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(source);
        mistake.accept(records);
        write(topic, records);
    }

    private static void write(String topic, List<ConsumerRecord<byte[], byte[]>> records) {
        cluster.createTopic(topic, 1);
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(cluster.adminProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                var unused = producer.send(new ProducerRecord<>(
                        topic, 0, record.timestamp(), record.key(), record.value(), record.headers()));
            }
            producer.flush();
        }
    }

    /** What a default reader sees of a load. */
    private static List<ConsumerRecord<byte[], byte[]>> load(String topic, Consumer<LiveLoad> more) {
        cluster.createTopic(topic, 1, Map.of());
        LiveLoad load = LiveLoad.to(cluster, topic).recordsPerSecond(10_000);
        more.accept(load);
        try (LiveLoad.Running running = load.start()) {
            while (running.written() < RECORDS) {
                Thread.onSpinWait();
            }
            running.stop();
        }
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        var partitions = TopicReader.read(cluster.adminProperties(), topic, records::add);
        assertThat(partitions).containsExactly(0);
        return records;
    }

    private static ConsumerRecord<byte[], byte[]> with(ConsumerRecord<byte[], byte[]> record, byte[] value) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                value.length,
                record.key(),
                value,
                record.headers(),
                record.leaderEpoch());
    }
}
