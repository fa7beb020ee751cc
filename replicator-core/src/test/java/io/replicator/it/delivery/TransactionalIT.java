package io.replicator.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.TransactionBounds;
import io.replicator.it.EngineProcess;
import io.replicator.it.Flows;
import io.replicator.it.SteadyLoad;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import io.replicator.verify.Difference;
import io.replicator.verify.Verification;
import io.replicator.verify.VerificationReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A flow that writes in transactions, as its readers see it. */
@ExtendWith(ClusterExtension.class)
class TransactionalIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PARTITIONS = 3;
    private static final long ANY_SIZE = 1L << 30;

    /** The longest that is allowed: what must not be committed by time is written well within it. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final TransactionBounds BY_TIME = new TransactionBounds(Duration.ofMillis(50), ANY_SIZE);

    /** Of the fence, in each partition that is opened. */
    private static final int FENCES = 1;

    @TempDir
    static Path directory;

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    private static FlowConfig flow(String topic, TransactionBounds bounds) {
        return Flows.with(Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic), bounds);
    }

    private static void create(String topic, int partitions) {
        source.createTopic(topic, partitions);
        target.createTopic(topic, partitions);
    }

    @Test
    void shouldCommitAsTimePasses() throws Exception {
        create("timely", 1);
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "timely");
                Replicator replicator = Flows.start(flow("timely", BY_TIME))) {
            // Under a load that never rests; nothing else would commit it.
            await().atMost(PATIENCE).until(() -> markers("timely") >= FENCES + 5);
            load.stop();
            Flows.awaitCopied(replicator, source, "timely");
        }

        assertCopied("timely");
    }

    @Test
    void shouldCommitWhenEnoughIsWritten() throws Exception {
        create("heavy", 1);
        int records = 100_000;
        int bytesAtOnce = 100_000;
        long bytes = Load.to(source, "heavy").write(records);
        try (Replicator replicator = Flows.start(flow("heavy", new TransactionBounds(LONG, bytesAtOnce)))) {
            Flows.awaitCopied(replicator, source, "heavy");
        }

        // Each transaction ends with the batch that is one too many, as large as a merged one gets, and five are on
        // their way.
        assertThat(markers("heavy")).isGreaterThan(FENCES + bytes / (6 << 20));
        assertCopied("heavy");
    }

    /** Of transactions and of the fence: each takes an offset. */
    private static long markers(String topic) {
        TopicDump all = TopicDump.uncommitted(target, topic);
        long offsets =
                all.endOffsets().values().stream().mapToLong(Long::longValue).sum();
        return offsets - all.count();
    }

    private static void assertCopied(String topic) {
        assertThat(TopicDump.committed(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }

    @Test
    void shouldShowNothingOfATransactionThatWasNotCommitted() throws Exception {
        create("abandoned", PARTITIONS);
        int records = 1_000;
        Load.to(source, "abandoned").write(records);
        FlowConfig endless = flow("abandoned", new TransactionBounds(LONG, ANY_SIZE));
        try (EngineProcess engine = EngineProcess.start(endless, "abandoned", directory.resolve("abandoned.log"))) {
            await().atMost(PATIENCE).until(() -> {
                assertThat(engine.isRunning()).isTrue();
                return TopicDump.uncommitted(target, "abandoned").count() == records;
            });
            assertThat(TopicDump.committed(target, "abandoned").count()).isZero();
        }

        try (Replicator replicator = Flows.start(flow("abandoned", BY_TIME))) {
            Flows.awaitCopied(replicator, source, "abandoned");
            assertThat(Flows.recoveredRecords(replicator)).isZero();
        }

        assertCopied("abandoned");
        assertThat(TopicDump.uncommitted(target, "abandoned").count()).isEqualTo(2L * records);
        assertVerified("abandoned");
        assertMapped("abandoned");
    }

    @Test
    void shouldShowEveryRecordOnceWhenKilledAgainAndAgainAndDeliveringInAnotherWayEachTime() throws Exception {
        create("killed", PARTITIONS);
        List<Delivery> lives = List.of(
                Delivery.TRANSACTIONAL,
                Delivery.TRANSACTIONAL,
                Delivery.EXACTLY_ONCE,
                Delivery.TRANSACTIONAL,
                Delivery.EXACTLY_ONCE);
        FlowConfig flow = flow("killed", BY_TIME);
        long copied = 0;
        try (SteadyLoad load = SteadyLoad.start(source.adminProperties(), "killed")) {
            for (Delivery delivery : lives) {
                FlowConfig delivering = Flows.with(flow, delivery);
                // Nothing is saved before it is killed: all must be found on the target.
                try (EngineProcess engine = EngineProcess.start(
                        delivering, "killed", Duration.ofHours(1), directory.resolve("killed.log"))) {
                    copied = awaitMoreThan(copied + 1_000, "killed", engine);
                }
            }
            load.stop();
        }
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "killed");
            assertThat(Flows.recoveredRecords(replicator)).isGreaterThanOrEqualTo(copied);
        }

        assertCopied("killed");
        assertMapped("killed");
    }

    private static long awaitMoreThan(long records, String topic, EngineProcess engine) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            assertThat(engine.isRunning()).isTrue();
                            return TopicDump.committed(target, topic).count();
                        },
                        count -> count > records);
    }

    /** As its readers see it: what was aborted is none of its records. */
    private static void assertVerified(String topic) throws InterruptedException {
        List<Difference> differences = new ArrayList<>();
        VerificationReport report =
                Verification.run(flow(topic, BY_TIME), ignored -> true, 1, ignored -> {}, differences::add);
        assertThat(differences).isEmpty();
        assertThat(report.comparedRecords()).isPositive();
        assertThat(report.notes()).isEmpty();
    }

    /** What was saved says of every record that a committed reader sees where it came from. */
    private static void assertMapped(String topic) throws Exception {
        Map<TopicPartition, Translator> translators = new HashMap<>();
        try (OffsetLog log = OffsetLog.open(flow(topic, BY_TIME), PATIENCE)) {
            log.ensureTopic();
            log.load().partitions().forEach((partition, saved) -> translators.put(partition, saved.translator()));
        }
        TopicDump copy = TopicDump.committed(target, topic);
        TopicDump original = TopicDump.committed(source, topic);
        copy.partitions().forEach((partition, records) -> {
            Translator translator = translators.get(new TopicPartition(topic, partition));
            List<Long> sources = new ArrayList<>();
            records.forEach(record -> sources.add(((Translation.Exact) translator.toSource(record.offset())).offset()));
            assertThat(sources)
                    .isEqualTo(original.partition(partition).stream()
                            .map(DumpedRecord::offset)
                            .toList());
        });
    }

    @Test
    void shouldLetAPartitionThatFailsSitOutWhileTheOthersOfItsGroupAreCommitted() throws Exception {
        source.createTopic("sound", PARTITIONS);
        source.createTopic("narrow", 1);
        target.createTopic("sound", PARTITIONS);
        target.createTopic("narrow", 1, Map.of("max.message.bytes", "1000"));
        Load.to(source, "narrow").records(RecordShape.values(5_000)).write(10);
        FlowConfig flow = Flows.with(
                Flows.with(
                        Flows.flow("sits", Flows.cluster(source), Flows.cluster(target), "sound", "narrow"), BY_TIME),
                1);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitPartition(replicator, "narrow", 0, partition -> partition.state() == PartitionState.FAILED);

            Load.to(source, "sound").write(5_000);
            Flows.awaitCopied(replicator, source, "sound");

            assertThat(Flows.partition(replicator, "narrow", 0).state()).isEqualTo(PartitionState.FAILED);
        }

        assertCopied("sound");
        assertThat(TopicDump.uncommitted(target, "narrow").count()).isZero();
    }
}
