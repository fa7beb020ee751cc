package io.replicator.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.flow.LaneStatus;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.EngineProcess;
import io.replicator.it.Flows;
import io.replicator.it.SteadyLoad;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.ShardOwner;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.offsets.Writer;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.RawProducer;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * An earlier life wrote more than it had saved. Each topic has one partition; the earlier life is played by the test, which
 * puts on the target what that life would have left: saved progress, a producer id on record, and batches under that id.
 */
@ExtendWith(ClusterExtension.class)
class RecoveryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long EARLIER_LIFE = 777_001;
    private static final long EARLIER_STILL = 777_000;
    private static final long FOREIGN = 888_001;
    private static final int GROUPS = 16;
    private static final int MANY_PARTITIONS = 1_000;

    @TempDir
    static Path directory;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldGoOnAfterWhatWasWritten() throws Exception {
        createBoth("plain");
        source("plain", 0, 100);
        source("plain", 100, 150);
        source("plain", 150, 200);
        savedAtTheStart("plain", 0);
        ours("plain", 0, 100);
        ours("plain", 100, 150);

        LaneStatus counted = copy("plain");

        assertCopied("plain");
        assertThat(counted.recoveredRecords()).isEqualTo(150);
        assertThat(counted.recoveredAmbiguous()).isZero();
        assertThat(savedMap("plain").records()).isEqualTo(200);
    }

    @Test
    void shouldGoOnWithinABatch() throws Exception {
        createBoth("halves");
        source("halves", 0, 100);
        source("halves", 100, 200);
        savedAtTheStart("halves", 0);
        ours("halves", 0, 30);
        ours("halves", 30, 37);
        ours("halves", 37, 137);

        LaneStatus counted = copy("halves");

        assertCopied("halves");
        assertThat(counted.recoveredRecords()).isEqualTo(137);
        assertThat(counted.recoveredAmbiguous()).isZero();
    }

    @Test
    void shouldTellItsOwnBatchesFromThoseOfOthers() throws Exception {
        createBoth("shared");
        source("shared", 0, 50);
        source("shared", 50, 100);
        append("shared", FOREIGN, 0, records(5_000, 5_010));
        savedAtTheStart("shared", 10);
        append("shared", EARLIER_STILL, 0, records(0, 20));
        append("shared", FOREIGN, 10, records(6_000, 6_005));
        append("shared", RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE, records(7_000, 7_005));
        ours("shared", 20, 60);

        LaneStatus counted = copy("shared");

        List<RecordContent> foreignToo =
                TopicDump.uncommitted(target, "shared").contents().get(0);
        List<RecordContent> copied =
                foreignToo.stream().filter(record -> number(record) < 5_000).toList();
        assertThat(copied)
                .isEqualTo(TopicDump.uncommitted(source, "shared").contents().get(0));
        assertThat(foreignToo).hasSize(copied.size() + 20);
        assertThat(counted.recoveredRecords()).isEqualTo(60);
        assertThat(counted.recoveredAmbiguous()).isZero();
        Translator translator = saved("shared").translator();
        assertThat(translator.toSource(10)).isEqualTo(new Translation.Exact(0));
        assertThat(translator.toSource(29)).isEqualTo(new Translation.Exact(19));
        assertThat(translator.toSource(30)).isEqualTo(new Translation.Exact(20));
        assertThat(translator.toSource(40)).isEqualTo(new Translation.Exact(20));
        assertThat(translator.toTarget(20)).isEqualTo(new Translation.Exact(40));
    }

    @Test
    void shouldFindWhatIsLeftWhenTheSourceWasCompactedMeanwhile() throws Exception {
        createBoth("compacted");
        int[] left = {1, 3, 4, 9, 12, 15, 16};
        RawProducer.append(source, "compacted", 0, batch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE, left));
        savedAtTheStart("compacted", 0);
        ours("compacted", 0, 12);

        LaneStatus counted = copy("compacted");

        assertThat(numbers("compacted")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16);
        assertThat(counted.recoveredAmbiguous()).isEqualTo(1);
        assertThat(counted.recoveredRecords()).isEqualTo(4);
    }

    @Test
    void shouldGoOnWhenTheSourceHasLessThanWasWritten() throws Exception {
        createBoth("shrunk");
        RawProducer.append(source, "shrunk", 0, batch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE, 2, 5, 7));
        savedAtTheStart("shrunk", 0);
        ours("shrunk", 0, 8);

        LaneStatus counted = copy("shrunk");
        source("shrunk", 8, 10);
        copy("shrunk");

        assertThat(numbers("shrunk")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(counted.recoveredAmbiguous()).isEqualTo(1);
    }

    /** Records that nobody can place are copied again: never is one left out. */
    @Test
    void shouldCopyAgainWhatItCannotPlace() throws Exception {
        createBoth("strange");
        source("strange", 0, 10);
        savedAtTheStart("strange", 0);
        ours("strange", 100, 105);

        LaneStatus counted = copy("strange");

        assertThat(numbers("strange")).containsExactly(100, 101, 102, 103, 104, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(counted.recoveredAmbiguous()).isEqualTo(1);
        assertThat(counted.recoveredRecords()).isZero();
    }

    @Test
    void shouldStopOnlyThePartitionWhoseTargetWasTruncated() throws Exception {
        createBoth("healthy");
        createBoth("truncated");
        source("healthy", 0, 10);
        source("truncated", 0, 10);
        savedAtTheStart("truncated", 5);

        try (Replicator replicator = Flows.start(Flows.flow(source, target, "truncated", "healthy"))) {
            PartitionStatus stopped =
                    Flows.awaitPartition(replicator, "truncated", 0, it -> it.state() == PartitionState.FAILED);
            assertThat(stopped.reason()).contains("truncated-0").contains("ends before offset 5");
            Flows.awaitCopied(replicator, source, "healthy");
        }

        assertThat(TopicDump.uncommitted(target, "truncated").count()).isZero();
    }

    @Test
    void shouldStopThePartitionWhoseTailWasDeleted() throws Exception {
        createBoth("deleted");
        source("deleted", 0, 10);
        savedAtTheStart("deleted", 0);
        ours("deleted", 0, 5);
        target.admin()
                .deleteRecords(Map.of(new TopicPartition("deleted", 0), RecordsToDelete.beforeOffset(3)))
                .all()
                .get();

        try (Replicator replicator = Flows.start(flow("deleted"))) {
            PartitionStatus stopped =
                    Flows.awaitPartition(replicator, "deleted", 0, it -> it.state() == PartitionState.FAILED);
            assertThat(stopped.reason()).contains("begins at offset 3").contains("saved up to 0");
        }

        assertThat(TopicDump.uncommitted(target, "deleted").count()).isEqualTo(2);
    }

    /** Nothing was ever saved by the one who is killed: all that it wrote is found again. */
    @Test
    void shouldRecoverAThousandPartitions() throws Exception {
        source.createTopic("wide", MANY_PARTITIONS);
        target.createTopic("wide", MANY_PARTITIONS);
        FlowConfig flow = Flows.flow("wide", Flows.cluster(source), Flows.cluster(target), "wide");
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "wide")) {
            try (EngineProcess engine =
                    EngineProcess.start(flow, "wide", Duration.ofHours(1), directory.resolve("wide.log"))) {
                await().atMost(PATIENCE).until(() -> {
                    assertThat(engine.isRunning()).isTrue();
                    return Flows.ends(target.admin(), "wide").values().stream().allMatch(end -> end > 2);
                });
            }
            load.stop();
        }
        long written = TopicDump.uncommitted(target, "wide").count();

        long recovered;
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "wide");
            recovered = Flows.recoveredRecords(replicator);
        }

        assertThat(TopicDump.uncommitted(target, "wide").contents())
                .isEqualTo(TopicDump.uncommitted(source, "wide").contents());
        assertThat(recovered).isEqualTo(written);
    }

    private static void createBoth(String topic) {
        source.createTopic(topic, 1);
        target.createTopic(topic, 1);
    }

    private static FlowConfig flow(String topic) {
        return Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic);
    }

    private static LaneStatus copy(String topic) throws Exception {
        try (Replicator replicator = Flows.start(flow(topic))) {
            Flows.awaitCopied(replicator, source, topic);
            return replicator.flows().get(0).lanes().stream()
                    .max((one, other) -> Long.compare(
                            one.recoveredRecords() + one.recoveredAmbiguous(),
                            other.recoveredRecords() + other.recoveredAmbiguous()))
                    .orElseThrow();
        }
    }

    /** What the earlier life saved: the beginning, and who wrote. */
    private static void savedAtTheStart(String topic, long targetStart) throws Exception {
        FlowConfig flow = topic.equals("truncated") ? Flows.flow(source, target, topic) : flow(topic);
        try (OffsetLog log = OffsetLog.open(flow, PATIENCE)) {
            log.ensureTopic();
            Uuid sourceId = topicId(source, topic);
            Uuid targetId = topicId(target, topic);
            for (int group = 0; group < GROUPS; group++) {
                log.save(new ShardOwner(group, "earlier", EARLIER_LIFE, (short) 0, List.of(EARLIER_STILL)));
            }
            log.save(List.of(new Progress(
                    new PartitionPair(new TopicPartition(topic, 0), sourceId, topic, targetId),
                    new Writer(0, EARLIER_LIFE, (short) 0),
                    new OffsetMap(0, targetStart).takeChanges())));
        }
    }

    private static Uuid topicId(KafkaCluster cluster, String topic) throws Exception {
        return cluster.admin()
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .topicId();
    }

    private static OffsetMap savedMap(String topic) throws Exception {
        return saved(topic).toOffsetMap();
    }

    private static SavedProgress saved(String topic) throws Exception {
        try (OffsetLog log = OffsetLog.open(flow(topic), PATIENCE)) {
            return log.load().partitions().get(new TopicPartition(topic, 0));
        }
    }

    private static void source(String topic, int from, int to) {
        RawProducer.append(
                source, topic, 0, batch(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_SEQUENCE, records(from, to)));
    }

    private static void ours(String topic, int from, int to) {
        append(topic, EARLIER_LIFE, from, records(from, to));
    }

    private static void append(String topic, long producerId, int sequence, int[] records) {
        RawProducer.append(target, topic, 0, batch(producerId, sequence, records));
    }

    private static int[] records(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static MemoryRecords batch(long producerId, int sequence, int... numbers) {
        List<SimpleRecord> records = new ArrayList<>();
        for (int number : numbers) {
            byte[] text = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
            records.add(new SimpleRecord(1_700_000_000_000L + number, text, text));
        }
        SimpleRecord[] all = records.toArray(SimpleRecord[]::new);
        return producerId < 0
                ? MemoryRecords.withRecords(Compression.lz4().build(), all)
                : MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) 0, sequence, all);
    }

    private static int number(RecordContent record) {
        return Integer.parseInt(new String(record.value().orNull(), StandardCharsets.US_ASCII));
    }

    private static List<Integer> numbers(String topic) {
        return TopicDump.uncommitted(target, topic).contents().get(0).stream()
                .map(RecoveryIT::number)
                .toList();
    }

    private static void assertCopied(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.uncommitted(source, topic).contents());
    }
}
