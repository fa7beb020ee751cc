package io.replicator.testkit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.junit.ClusterExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(ClusterExtension.class)
final class DataIT {
    private static KafkaCluster cluster;

    @BeforeAll
    static void start() {
        cluster = KafkaCluster.builder().name("data").start();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadBackWhatItWrote(Codec codec) {
        String topic = "load-" + codec.kafkaName();
        RecordShape shape = RecordShape.values(0, 300).keys(20).headers(1).tombstones(0.1);
        cluster.createTopic(topic, 3);

        Load.to(cluster, topic)
                .records(shape)
                .batches(BatchShape.of(codec))
                .seed(5)
                .write(300);

        TopicDump dump = TopicDump.committed(cluster, topic);
        List<RecordContent> read = new ArrayList<>();
        dump.contents().values().forEach(read::addAll);
        assertThat(dump.partitions()).hasSize(3);
        assertThat(read).containsExactlyInAnyOrderElementsOf(new RecordGenerator(shape, 5).next(300));
        dump.contents().values().forEach(partition -> assertThat(partition)
                .isSortedAccordingTo((a, b) -> Long.compare(a.timestamp(), b.timestamp())));
    }

    @Test
    void shouldHideAbortedRecordsFromReadCommittedOnly() {
        cluster.createTopic("transactions", 1);

        List<RecordContent> committed = TransactionalLoad.to(cluster, "transactions")
                .producers(3)
                .recordsEach(4)
                .seed(3)
                .write(5);

        assertThat(committed).hasSizeBetween(4, 56);
        // The last commits are answered before their markers stand in the log.
        await().untilAsserted(() -> assertThat(
                        TopicDump.committed(cluster, "transactions").contents().get(0))
                .containsExactlyInAnyOrderElementsOf(committed));
        assertThat(TopicDump.uncommitted(cluster, "transactions").count()).isEqualTo(60);
        // A marker for each transaction.
        await().untilAsserted(() -> assertThat(TopicDump.committed(cluster, "transactions")
                        .endOffsets()
                        .get(0))
                .isEqualTo(75));
    }

    @Test
    void shouldHoldTheLastStableOffsetBackWhileATransactionIsOpen() {
        cluster.createTopic("hanging", 1);

        try (TransactionalLoad.OpenTransaction open =
                TransactionalLoad.to(cluster, "hanging").recordsEach(3).open()) {
            Load.to(cluster, "hanging").write(2);
            assertThat(TopicDump.committed(cluster, "hanging").count()).isZero();
            assertThat(TopicDump.uncommitted(cluster, "hanging").count()).isEqualTo(5);

            open.commit();

            // A commit is answered before its marker stands in the log.
            await().untilAsserted(() ->
                    assertThat(TopicDump.committed(cluster, "hanging").count()).isEqualTo(5));
        }
    }

    @Test
    void shouldMakeHolesByCompaction() {
        TopicDump dump = CompactedTopic.create(cluster, "compacted", 2, 50, 2_000, Codec.LZ4);

        assertThat(dump.count()).isLessThan(2_000);
        assertThat(dump.partitions().values()).allMatch(CompactedTopic::hasHoles);
        assertThat(dump.endOffsets().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(2_000);
    }

    @Test
    void shouldWriteOddRecordsUnchanged() {
        cluster.createTopic("odd", 1, OddRecords.TOPIC_SETTINGS);

        OddRecords.write(cluster, "odd", 0);

        assertThat(TopicDump.committed(cluster, "odd").contents().get(0))
                .containsExactlyElementsOf(OddRecords.all().values());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteOddRecordsInOneBatch(Codec codec) {
        String topic = "odd-together-" + codec.kafkaName();
        cluster.createTopic(topic, 1, OddRecords.TOPIC_SETTINGS);

        OddRecords.writeTogether(cluster, topic, 0, codec);

        assertThat(TopicDump.committed(cluster, topic).contents().get(0))
                .containsExactlyElementsOf(OddRecords.all().values().stream()
                        .filter(content -> content.value().length() < 1_000_000)
                        .toList());
    }

    @Test
    void shouldSayWhatTheBrokerRefused() {
        cluster.createTopic("picky", 1, Map.of("max.message.bytes", "1000"));

        assertThatThrownBy(() -> Load.to(cluster, "picky")
                        .records(RecordShape.values(2_000))
                        .write(1))
                .hasRootCauseInstanceOf(RecordTooLargeException.class);
        assertThatThrownBy(() -> OddRecords.write(cluster, "picky", 0)).hasMessageContaining("MESSAGE_TOO_LARGE");
    }
}
