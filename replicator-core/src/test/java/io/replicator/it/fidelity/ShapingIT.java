package io.replicator.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.config.Shaping;
import io.replicator.config.StartFrom;
import io.replicator.flow.LaneStatus;
import io.replicator.it.Flows;
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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All that may stand in a log, in 64 partitions side by side, through each of the three ways and through their mixture:
 * whatever the way, a reader of the target sees what a reader of the source sees, in each partition, in order.
 */
@ExtendWith(ClusterExtension.class)
final class ShapingIT {
    /** Batches of everybody, one partition for each codec and size, transactions, deleted heads: 48 partitions. */
    private static final String MIXED = "every-mixed";

    /** The same odd records with the broker's times: 8 partitions. */
    private static final String APPEND_TIME = "every-append-time";

    /** Holes that compaction left: 4 partitions each. */
    private static final String COMPACTED = "every-compacted-plain";

    private static final String COMPACTED_ZSTD = "every-compacted-zstd";
    private static final String[] TOPICS = {MIXED, APPEND_TIME, COMPACTED, COMPACTED_ZSTD};

    private static final int MIXED_PARTITIONS = 48;
    private static final int APPEND_TIME_PARTITIONS = 8;
    private static final int COMPACTED_PARTITIONS = 4;

    private static KafkaCluster source;
    private static KafkaCluster target;
    private static Map<String, TopicDump> expected;

    @BeforeAll
    static void writeAllThatMayStandInALog(Clusters clusters) throws Exception {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
        writeMixed();
        writeAppendTime();
        CompactedTopic.create(source, COMPACTED, COMPACTED_PARTITIONS, 40, 4_000, Codec.NONE);
        CompactedTopic.create(source, COMPACTED_ZSTD, COMPACTED_PARTITIONS, 40, 4_000, Codec.ZSTD);
        stopCleaning(COMPACTED);
        stopCleaning(COMPACTED_ZSTD);
        expected = new HashMap<>();
        for (String topic : TOPICS) {
            expected.put(topic, TopicDump.committed(source, topic));
        }
    }

    @ParameterizedTest
    @EnumSource(Shaping.class)
    void shouldShowAReaderOfTheTargetWhatAReaderOfTheSourceSees(Shaping shaping) throws Exception {
        // One of its own on the target for each.
        String name = "every-" + shaping.name().toLowerCase(Locale.ROOT);
        FlowConfig flow = Flows.with(
                Flows.flow(
                        name,
                        Flows.cluster(source),
                        Flows.cluster(target),
                        Flows.topics(new StartFrom.Earliest(), name + "-{topic}", List.of(TOPICS))),
                shaping);
        Map<Way, Long> batches;

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, TOPICS);
            batches = batches(replicator);
        }

        assertThatTheWayWasTaken(shaping, batches);
        int partitions = 0;
        for (String topic : TOPICS) {
            TopicDump copied = TopicDump.uncommitted(target, name + "-" + topic);
            TopicDump readable = TopicDump.committed(source, topic);
            assertThat(readable.contents())
                    .as("%s is as it was", topic)
                    .isEqualTo(expected.get(topic).contents());
            readable.contents().forEach((partition, records) -> assertThat(
                            copied.contents().get(partition))
                    .as("%s-%d", topic, partition)
                    .isEqualTo(records));
            assertThat(copied.contents()).hasSameSizeAs(readable.contents());
            partitions += copied.partitions().size();
        }
        assertThat(partitions).isEqualTo(64);
    }

    private enum Way {
        PASS,
        COALESCE,
        REBUILD
    }

    private static Map<Way, Long> batches(Replicator replicator) {
        Map<Way, Long> batches = new EnumMap<>(Way.class);
        batches.put(Way.PASS, sum(replicator, LaneStatus::passedBatches));
        batches.put(Way.COALESCE, sum(replicator, LaneStatus::coalescedBatches));
        batches.put(Way.REBUILD, sum(replicator, LaneStatus::rebuiltBatches));
        return batches;
    }

    private static long sum(Replicator replicator, ToLongFunction<LaneStatus> way) {
        return replicator.flows().get(0).lanes().stream().mapToLong(way).sum();
    }

    /** Batches with holes and with a broker's times are rebuilt in any case. */
    private static void assertThatTheWayWasTaken(Shaping shaping, Map<Way, Long> batches) {
        long passed = batches.get(Way.PASS);
        long coalesced = batches.get(Way.COALESCE);
        long rebuilt = batches.get(Way.REBUILD);
        assertThat(rebuilt).isPositive();
        switch (shaping) {
            case AUTO -> {
                assertThat(passed).isPositive();
                assertThat(coalesced).isPositive();
            }
            case PASS -> {
                assertThat(passed).isGreaterThan(rebuilt);
                assertThat(coalesced).isZero();
            }
            // What is alone, or too large to have company, passes.
            case COALESCE -> assertThat(coalesced).isGreaterThan(passed);
            case REBUILD -> {
                assertThat(passed).isZero();
                assertThat(coalesced).isZero();
            }
        }
    }

    private static void writeMixed() throws Exception {
        source.createTopic(MIXED, MIXED_PARTITIONS, OddRecords.TOPIC_SETTINGS);
        Codec[] codecs = Codec.values();
        for (int partition = 0; partition < MIXED_PARTITIONS; partition++) {
            Codec codec = codecs[partition % codecs.length];
            OddRecords.writeTogether(source, MIXED, partition, codec);
            if (partition % 8 == 0) {
                OddRecords.write(source, MIXED, partition);
            }
            writeLarge(partition, codec);
        }
        int seed = 1;
        for (Codec codec : codecs) {
            Load load = Load.to(source, MIXED).seed(seed++);
            load.records(RecordShape.values(0, 300).headers(2))
                    .batches(BatchShape.single(codec))
                    .write(1_500);
            load.records(RecordShape.values(10, 900).keys(500).headers(1).tombstones(0.1))
                    .batches(BatchShape.of(codec))
                    .write(3_000);
            TransactionalLoad.to(source, MIXED)
                    .records(RecordShape.values(10, 900).keys(200).tombstones(0.1))
                    .batches(BatchShape.of(codec))
                    .producers(3)
                    .recordsEach(100)
                    .seed(seed++)
                    .write(4);
            load.records(RecordShape.values(500, 1_500).texture(Texture.NOISE))
                    .batches(BatchShape.full(codec, 200_000))
                    .write(1_500);
        }
        deleteHeads();
    }

    /** A batch of many records, of close to the largest size that a broker takes. */
    private static void writeLarge(int partition, Codec codec) {
        RecordShape shape = RecordShape.values(100, 2_000).texture(Texture.NOISE);
        List<RecordContent> records = new ArrayList<>(new RecordGenerator(shape, partition).next(200));
        RawProducer.append(source, MIXED, partition, OddRecords.batch(records, codec));
        if (partition % 12 == 5) {
            RecordShape largest = RecordShape.values(1_040_000).texture(Texture.NOISE);
            RawProducer.append(
                    source, MIXED, partition, OddRecords.batch(new RecordGenerator(largest, partition).next(1), codec));
        }
    }

    /** Some logs begin late, in the middle of a batch. */
    private static void deleteHeads() throws Exception {
        Map<TopicPartition, RecordsToDelete> heads = new HashMap<>();
        for (int partition = 3; partition < MIXED_PARTITIONS; partition += 10) {
            heads.put(new TopicPartition(MIXED, partition), RecordsToDelete.beforeOffset(7));
        }
        source.admin().deleteRecords(heads).all().get();
    }

    private static void writeAppendTime() {
        Map<String, String> settings = new HashMap<>(OddRecords.TOPIC_SETTINGS);
        settings.put("message.timestamp.type", "LogAppendTime");
        source.createTopic(APPEND_TIME, APPEND_TIME_PARTITIONS, settings);
        Codec[] codecs = Codec.values();
        for (int partition = 0; partition < APPEND_TIME_PARTITIONS; partition++) {
            OddRecords.writeTogether(source, APPEND_TIME, partition, codecs[partition % codecs.length]);
            OddRecords.writeTogether(source, APPEND_TIME, partition, codecs[(partition + 1) % codecs.length]);
        }
    }

    /** What the cleaner takes away after it was copied would be no difference of ours. */
    private static void stopCleaning(String topic) throws Exception {
        source.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("min.cleanable.dirty.ratio", "1"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }
}
