package io.replicator.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.StartFrom;
import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.Flows;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.CompactedTopic;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.OddRecords;
import io.replicator.testkit.data.RawProducer;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.RecordGenerator;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.Texture;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.data.TransactionalLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a reader of the target sees is what a reader of the source sees, whatever stands in the source's log. Formats
 * older than magic 2 are no case here: brokers of these tests' version do not write them.
 */
@ExtendWith(ClusterExtension.class)
final class FidelityIT {
    private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldCopyEveryOddRecordOneByOneAndTogether() throws Exception {
        Codec[] codecs = Codec.values();
        source.createTopic("odd", codecs.length + 1, OddRecords.TOPIC_SETTINGS);
        OddRecords.write(source, "odd", 0);
        for (int partition = 1; partition <= codecs.length; partition++) {
            OddRecords.writeTogether(source, "odd", partition, codecs[partition - 1]);
        }

        try (Replicator replicator = start("odd")) {
            Flows.awaitCopied(replicator, source, "odd");
            assertThat(batches(replicator, LaneStatus::passedBatches)).isPositive();
            assertThat(batches(replicator, LaneStatus::coalescedBatches)).isPositive();
        }

        assertSame("odd");
        assertThat(contents(TopicDump.uncommitted(target, "odd"), 0))
                .isEqualTo(List.copyOf(OddRecords.all().values()));
    }

    @Test
    void shouldShowTheTimesThatABrokerGave() throws Exception {
        Map<String, String> settings = new HashMap<>(OddRecords.TOPIC_SETTINGS);
        settings.put("message.timestamp.type", "LogAppendTime");
        Codec[] codecs = Codec.values();
        source.createTopic("append-time", codecs.length, settings);
        for (int partition = 0; partition < codecs.length; partition++) {
            OddRecords.writeTogether(source, "append-time", partition, codecs[partition]);
            OddRecords.writeTogether(source, "append-time", partition, codecs[partition]);
        }

        try (Replicator replicator = start("append-time")) {
            Flows.awaitCopied(replicator, source, "append-time");
        }

        assertSame("append-time");
        assertThat(TopicDump.uncommitted(source, "append-time").partition(0))
                .allMatch(record -> record.timestampType() == TimestampType.LOG_APPEND_TIME);
        assertThat(TopicDump.uncommitted(target, "append-time").partition(0))
                .allMatch(record -> record.timestampType() == TimestampType.CREATE_TIME);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void shouldPassLargeBatchesAndCoalesceTinyOnes(Codec codec) throws Exception {
        String large = "large-" + codec.kafkaName();
        String tiny = "tiny-" + codec.kafkaName();
        RecordShape shape = RecordShape.values(10, 900).keys(50).headers(2).tombstones(0.1);
        source.createTopic(large, 2);
        source.createTopic(tiny, 2);
        Load.to(source, large)
                .records(RecordShape.values(500, 1_500).keys(50).texture(Texture.NOISE))
                .batches(BatchShape.full(codec, 100_000))
                .write(1_000);
        Load.to(source, tiny).records(shape).batches(BatchShape.single(codec)).write(1_000);

        try (Replicator replicator = start(large, tiny)) {
            Flows.awaitCopied(replicator, source, large, tiny);
            assertThat(batches(replicator, LaneStatus::passedBatches)).isPositive();
            assertThat(batches(replicator, LaneStatus::coalescedBatches)).isPositive();
        }

        assertSame(large);
        assertSame(tiny);
    }

    @Test
    void shouldCopyCommittedTransactionsOnly() throws Exception {
        source.createTopic("transactions", 2);
        TransactionalLoad load =
                TransactionalLoad.to(source, "transactions").producers(4).recordsEach(12);
        load.write(10);

        try (Replicator replicator = start("transactions")) {
            Flows.awaitCopied(replicator, source, "transactions");
            assertSame("transactions");
            try (TransactionalLoad.OpenTransaction open = load.seed(2).open()) {
                Load.to(source, "transactions").seed(3).write(100);
                Flows.awaitCopied(replicator, source, "transactions");
                open.commit();
            }
            try (TransactionalLoad.OpenTransaction open = load.seed(4).open()) {
                Load.to(source, "transactions").seed(5).write(100);
                open.abort();
            }
            awaitStableEnd("transactions");
            Flows.awaitCopied(replicator, source, "transactions");
        }

        assertSame("transactions");
        long all = TopicDump.uncommitted(source, "transactions").count();
        assertThat(TopicDump.committed(source, "transactions").count()).isBetween(200L, all - 24);
    }

    /** Without transactional ids nothing but the copied records stands in the target's log: every offset is a record. */
    @Test
    void shouldCopyAbortedRecordsToButNoControlBatchesWhenUncommitted() throws Exception {
        source.createTopic("uncommitted", 2);
        TransactionalLoad.to(source, "uncommitted").producers(3).write(8);
        FlowConfig flow =
                Flows.with(Flows.with(flow("uncommitted"), Isolation.READ_UNCOMMITTED), Delivery.AT_LEAST_ONCE);

        try (TransactionalLoad.OpenTransaction open =
                        TransactionalLoad.to(source, "uncommitted").seed(2).open();
                Replicator replicator = Flows.start(flow)) {
            Flows.awaitStatus(replicator, status -> isAt(status, endsOf("uncommitted")));
            open.abort();
        }

        TopicDump copied = TopicDump.uncommitted(target, "uncommitted");
        assertThat(copied.contents())
                .isEqualTo(TopicDump.uncommitted(source, "uncommitted").contents());
        copied.partitions().forEach((partition, records) -> assertThat(copied.endOffsets())
                .containsEntry(partition, (long) records.size()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "ZSTD"})
    void shouldCloseTheHolesThatCompactionLeft(Codec codec) throws Exception {
        String topic = "compacted-" + codec.kafkaName();
        CompactedTopic.create(source, topic, 2, 40, 2_000, codec);
        // What the cleaner takes away after it was copied would be no difference of ours.
        set(source, topic, "min.cleanable.dirty.ratio", "1");

        try (Replicator replicator = start(topic)) {
            Flows.awaitCopied(replicator, source, topic);
            assertThat(batches(replicator, LaneStatus::rebuiltBatches)).isPositive();
        }

        assertSame(topic);
    }

    @Test
    void shouldGoOnWhereTheSourceBeginsWhenRecordsWereDeleted() throws Exception {
        source.createTopic("begun-later", 1);
        Load load = Load.to(source, "begun-later").batches(BatchShape.full(Codec.NONE, 4_000));
        load.write(300);
        deleteBefore("begun-later", 123);
        List<RecordContent> expected = new ArrayList<>(contents(TopicDump.committed(source, "begun-later"), 0));

        try (Replicator replicator = start("begun-later")) {
            Flows.awaitCopied(replicator, source, "begun-later");
            // What was copied already is no loss.
            deleteBefore("begun-later", 300);
            load.seed(2).write(50);
            Flows.awaitCopied(replicator, source, "begun-later");
        }
        expected.addAll(contents(TopicDump.committed(source, "begun-later"), 0));
        load.seed(3).write(200);
        deleteBefore("begun-later", 471);
        expected.addAll(contents(TopicDump.committed(source, "begun-later"), 0));
        try (Replicator replicator = start("begun-later")) {
            Flows.awaitCopied(replicator, source, "begun-later");
        }

        assertThat(expected).hasSize(177 + 50 + 79);
        assertThat(contents(TopicDump.uncommitted(target, "begun-later"), 0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"NONE", "LZ4"})
    void shouldStartInTheMiddleOfABatch(Codec codec) throws Exception {
        String topic = "middle-" + codec.kafkaName();
        source.createTopic(topic, 1);
        List<RecordContent> records = new RecordGenerator(RecordShape.values(100), 1).next(100);
        RawProducer.append(source, topic, 0, OddRecords.batch(records, codec));
        StartFrom start = new StartFrom.At(Instant.ofEpochMilli(FIRST_TIMESTAMP + 42));

        try (Replicator replicator = start(flow(start, topic))) {
            Flows.awaitCopied(replicator, source, topic);
            assertThat(batches(replicator, LaneStatus::rebuiltBatches)).isOne();
        }

        assertThat(contents(TopicDump.uncommitted(target, topic), 0)).isEqualTo(records.subList(42, 100));
    }

    @Test
    void shouldStartAtTheEndWhenToldSoOrWhenNoRecordIsLateEnough() throws Exception {
        source.createTopic("latest", 2);
        source.createTopic("too-late", 2);
        Load.to(source, "latest").write(100);
        Load.to(source, "too-late").write(100);
        StartFrom inTheFuture = new StartFrom.At(Instant.ofEpochMilli(FIRST_TIMESTAMP + 1_000_000));

        try (Replicator latest = start(flow(new StartFrom.Latest(), "latest"));
                Replicator late = start(flow(inTheFuture, "too-late"))) {
            Flows.awaitStatus(latest, FidelityIT::isKnown);
            Flows.awaitStatus(late, FidelityIT::isKnown);
            Load.to(source, "latest").seed(2).write(40);
            Load.to(source, "too-late").seed(2).write(40);
            Flows.awaitCopied(latest, source, "latest");
            Flows.awaitCopied(late, source, "too-late");
        }

        for (String topic : List.of("latest", "too-late")) {
            TopicDump written = TopicDump.committed(source, topic);
            TopicDump copied = TopicDump.uncommitted(target, topic);
            for (int partition = 0; partition < 2; partition++) {
                assertThat(contents(copied, partition))
                        .isEqualTo(contents(written, partition).subList(50, 70));
            }
        }
    }

    @Test
    void shouldFitWhatTheTargetTakesAndHowItCompresses() throws Exception {
        List<String> topics = new ArrayList<>();
        for (Codec codec : List.of(Codec.NONE, Codec.LZ4)) {
            for (String compression : List.of("producer", "gzip", "uncompressed")) {
                String topic = "fit-" + codec.kafkaName() + "-" + compression;
                topics.add(topic);
                source.createTopic(topic, 1);
                target.createTopic(topic, 1, Map.of("max.message.bytes", "5000", "compression.type", compression));
                Load.to(source, topic)
                        .records(RecordShape.values(10, 3_000).headers(1).texture(Texture.UNIFORM))
                        .batches(BatchShape.full(codec, 64_000))
                        .write(150);
                Load.to(source, topic)
                        .records(RecordShape.values(10, 3_000).headers(1).texture(Texture.NOISE))
                        .batches(BatchShape.full(codec, 64_000))
                        .write(50);
            }
        }

        try (Replicator replicator = start("fit-.*")) {
            Flows.awaitCopied(replicator, source, topics.toArray(String[]::new));
        }

        topics.forEach(FidelityIT::assertSame);
    }

    @Test
    void shouldStopOnlyThePartitionOfARecordThatIsTooLargeUntilItFits() throws Exception {
        source.createTopic("giant", 2);
        target.createTopic("giant", 2, Map.of("max.message.bytes", "20000"));
        RecordGenerator small = new RecordGenerator(RecordShape.values(100), 1);
        List<RecordContent> records = new ArrayList<>(small.next(5));
        records.addAll(new RecordGenerator(RecordShape.values(30_000).texture(Texture.NOISE), 1).next(1));
        records.addAll(small.next(5));
        RawProducer.append(source, "giant", 0, OddRecords.batch(records, Codec.NONE));

        try (Replicator replicator = start("giant")) {
            PartitionStatus stopped =
                    Flows.awaitPartition(replicator, "giant", 0, it -> it.state() == PartitionState.FAILED);
            assertThat(stopped.position()).isEqualTo(5);
            assertThat(stopped.reason())
                    .contains("giant-0@5")
                    .containsPattern("30[01]\\d\\d bytes")
                    .contains("20000");
            assertThat(stopped.resumesWhen()).contains("max.message.bytes").contains("west");

            RawProducer.append(source, "giant", 1, OddRecords.batch(small.next(20), Codec.NONE));
            Flows.awaitPartition(replicator, "giant", 1, it -> it.position() == 20);
            assertThat(Flows.partition(replicator, "giant", 0).state()).isEqualTo(PartitionState.FAILED);

            set(target, "giant", "max.message.bytes", "40000");
            Flows.awaitCopied(replicator, source, "giant");
            assertThat(Flows.partition(replicator, "giant", 0).state()).isEqualTo(PartitionState.RUNNING);
        }

        assertSame("giant");
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }

    private static List<RecordContent> contents(TopicDump dump, int partition) {
        return dump.contents().get(partition);
    }

    private static long batches(Replicator replicator, ToLongFunction<LaneStatus> way) {
        return replicator.flows().get(0).lanes().stream().mapToLong(way).sum();
    }

    private static boolean isKnown(FlowStatus flow) {
        return !flow.partitions().isEmpty()
                && flow.partitions().stream().allMatch(partition -> partition.sourceEnd() >= 0);
    }

    private static boolean isAt(FlowStatus flow, Map<Integer, Long> ends) {
        return flow.partitions().size() == ends.size()
                && flow.partitions().stream()
                        .allMatch(partition -> partition.position() >= ends.get(partition.partition()));
    }

    private static Map<Integer, Long> endsOf(String topic) {
        return TopicDump.uncommitted(source, topic).endOffsets();
    }

    /** A transaction's end is answered before its marker is in every log. */
    private static void awaitStableEnd(String topic) {
        await().until(() -> TopicDump.committed(source, topic)
                .endOffsets()
                .equals(TopicDump.uncommitted(source, topic).endOffsets()));
    }

    private static void deleteBefore(String topic, long offset) throws Exception {
        source.admin()
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    private static void set(KafkaCluster cluster, String topic, String key, String value) throws Exception {
        cluster.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    /** Each test has a flow of its own, named after what it copies. */
    private static FlowConfig flow(String... select) {
        return flow(new StartFrom.Earliest(), select);
    }

    private static FlowConfig flow(StartFrom start, String... select) {
        String name = select[0].replaceAll("[^a-z0-9-]", "");
        return Flows.flow(name, Flows.cluster(source), Flows.cluster(target), Flows.topics(start, select));
    }

    private static Replicator start(String... select) {
        return start(flow(select));
    }

    private static Replicator start(FlowConfig flow) {
        return Flows.start(flow);
    }
}
