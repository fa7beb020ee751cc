package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.flow.FlowState;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.it.SegmentFile;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaBroker;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.TcpProxy;
import io.replicator.testkit.data.BatchShape;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.data.TransactionalLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a cluster or a topic: said, survived, and never passed over in silence. */
@ExtendWith(ClusterExtension.class)
class OutageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As {@link Flows} starts them. */
    private static final int LANES = 2;

    @TempDir
    static Path sourceDirectory;

    private static KafkaCluster source;
    private static KafkaCluster target;

    private EngineLog log;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(KafkaCluster.builder()
                .name("east")
                .directory(sourceDirectory)
                .proxied(true)
                // Topics are created again here: what is deleted is to be gone at once.
                .property("log.segment.delete.delay.ms", "0"));
        target = clusters.own(KafkaCluster.builder().name("west"));
    }

    @BeforeEach
    void openLog() {
        log = EngineLog.open();
    }

    @AfterEach
    void closeLog() {
        log.assertNothingFailedInside();
        log.close();
    }

    @Test
    void shouldSayWhichClusterCannotBeReachedAndStartWhenItCan() throws Exception {
        create(source, "late", 1);
        Load.to(source, "late").write(100);
        try (TcpProxy toSource = closedDoorTo(source);
                TcpProxy toTarget = closedDoorTo(target)) {
            FlowConfig flow = Flows.flow("late", behind(source, toSource), behind(target, toTarget), "late");

            try (Replicator replicator = Flows.start(flow)) {
                awaitReason(replicator, "east", toSource);

                toSource.accept();
                awaitReason(replicator, "west", toTarget);

                toTarget.accept();
                Flows.awaitCopied(replicator, source, "late");
                assertThat(replicator.flows().get(0).state()).isEqualTo(FlowState.RUNNING);
                assertThat(replicator.flows().get(0).reason()).isEmpty();
            }
        }
        assertSame("late");
    }

    private static TcpProxy closedDoorTo(KafkaCluster cluster) {
        KafkaBroker broker = cluster.broker(0);
        TcpProxy door = TcpProxy.to(broker.host(KafkaCluster.CLIENT), broker.port(KafkaCluster.CLIENT));
        door.refuse();
        return door;
    }

    private static ClusterConfig behind(KafkaCluster cluster, TcpProxy door) {
        Map<String, Object> client = impatient(cluster);
        client.put("bootstrap.servers", door.host() + ":" + door.port());
        return Flows.cluster(cluster.name(), client);
    }

    /** Who asks a cluster that does not answer knows it after two seconds. */
    private static Map<String, Object> impatient(KafkaCluster cluster) {
        Map<String, Object> client = new HashMap<>(cluster.clientProperties());
        client.put("default.api.timeout.ms", 2_000);
        client.put("request.timeout.ms", 2_000);
        return client;
    }

    private static void awaitReason(Replicator replicator, String cluster, TcpProxy door) {
        Flows.awaitStatus(
                replicator,
                flow -> flow.state() == FlowState.STARTING
                        && flow.reason().contains("cluster " + cluster)
                        && flow.reason().contains(door.host() + ":" + door.port()));
    }

    @Test
    void shouldNeverForwardACorruptBatchAndGoOnWithTheOtherPartitions() throws Exception {
        create(source, "corrupt-passed", 2);
        create(source, "corrupt-coalesced", 2);
        source.createTopic("corrupt-rebuilt", 2, Map.of("message.timestamp.type", "LogAppendTime"));
        create(source, "corrupt-control", 2);
        create(source, "corrupt-empty", 2);
        Load.to(source, "corrupt-passed")
                .records(RecordShape.values(1_000))
                .batches(BatchShape.full(Codec.LZ4, 200 << 10))
                .write(2_000);
        Load.to(source, "corrupt-coalesced")
                .batches(BatchShape.single(Codec.NONE))
                .write(200);
        Load.to(source, "corrupt-rebuilt").write(1_000);
        Load.to(source, "corrupt-control").write(1_000);
        Load.to(source, "corrupt-empty").batches(BatchShape.single(Codec.NONE)).write(200);
        Map<String, TopicDump> whole = new HashMap<>();
        for (String topic : CORRUPT) {
            whole.put(topic, TopicDump.committed(source, topic));
        }
        source.broker(0).stop();
        Map<String, SegmentFile.Batch> damaged = new HashMap<>();
        for (String topic : CORRUPT) {
            damaged.put(topic, SegmentFile.of(sourceDirectory, topic, 0).middle());
        }
        damage(damaged);
        source.broker(0).start();

        try (Replicator replicator =
                Flows.start(Flows.flow("corrupt", Flows.cluster(source), Flows.cluster(target), "corrupt-.*"))) {
            for (String topic : CORRUPT) {
                long offset = damaged.get(topic).baseOffset();
                PartitionStatus stopped = awaitState(replicator, topic, 0, PartitionState.FAILED);
                assertThat(stopped.reason()).contains(topic + "-0@" + offset + ":", "corrupt");
                assertThat(stopped.position()).isEqualTo(offset);
                PartitionStatus other = awaitCaughtUp(replicator, topic, 1);
                assertThat(other.state()).isEqualTo(PartitionState.RUNNING);

                TopicDump copy = TopicDump.uncommitted(target, topic);
                assertThat(copy.contents().get(0))
                        .isEqualTo(whole.get(topic).partition(0).stream()
                                .filter(record -> record.offset() < offset)
                                .map(DumpedRecord::content)
                                .toList());
                assertThat(copy.contents().get(1))
                        .isEqualTo(whole.get(topic).contents().get(1));
            }

            // A good copy of the batches turns up, as by a leader on another disk.
            source.broker(0).stop();
            damage(damaged);
            source.broker(0).start();
            Flows.awaitCopied(replicator, source, CORRUPT.toArray(String[]::new));
        }
        for (String topic : CORRUPT) {
            assertThat(TopicDump.uncommitted(target, topic).contents())
                    .isEqualTo(whole.get(topic).contents());
        }
    }

    private static final List<String> CORRUPT =
            List.of("corrupt-passed", "corrupt-coalesced", "corrupt-rebuilt", "corrupt-control", "corrupt-empty");

    private static void damage(Map<String, SegmentFile.Batch> batches) {
        batches.forEach((topic, batch) -> {
            SegmentFile segment = SegmentFile.of(sourceDirectory, topic, 0);
            switch (topic) {
                case "corrupt-control" -> segment.flipControlBit(batch);
                case "corrupt-empty" -> segment.flipCountOfOne(batch);
                default -> segment.flipInRecords(batch);
            }
        });
    }

    @Test
    void shouldSayThatTheTargetDoesNotAnswerThoughThereIsNothingToWrite() throws Exception {
        create(source, "idle", 1);
        FlowConfig flow = Flows.flow("idle", Flows.cluster(source), Flows.cluster("west", impatient(target)), "idle");

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "idle");
            target.broker(0).stop();
            Flows.awaitStatus(
                    replicator,
                    status -> status.state() == FlowState.RUNNING
                            && status.reason().contains("does not answer"));

            target.broker(0).start();
            Flows.awaitStatus(replicator, status -> status.reason().isEmpty());
        }
    }

    @Test
    void shouldStopAPartitionWhoseSourceLostWhatWasCopied() throws Exception {
        create(source, "truncated", 1);
        Load.to(source, "truncated").batches(BatchShape.single(Codec.NONE)).write(100);
        FlowConfig flow = Flows.flow("truncated", Flows.cluster(source), Flows.cluster(target), "truncated");

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "truncated");
            source.broker(0).stop();
            SegmentFile segment = SegmentFile.of(sourceDirectory, "truncated", 0);
            segment.truncateBefore(segment.middle());
            source.broker(0).start();

            PartitionStatus stopped = awaitState(replicator, "truncated", 0, PartitionState.FAILED);
            assertThat(stopped.reason()).contains("truncated-0", "ends at offset 50", "copied up to 100");
        }

        assertThat(TopicDump.uncommitted(target, "truncated").count()).isEqualTo(100);
    }

    @Test
    void shouldGoOnAtTheLogStartAndSayWhatRetentionTook() throws Exception {
        create(source, "overrun", 1);
        FlowConfig flow = Flows.flow("overrun", Flows.cluster(source), Flows.cluster(target), "overrun");
        Load.to(source, "overrun").write(1_000);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "overrun");
        }
        Load.to(source, "overrun").seed(2).write(1_000);
        source.admin()
                .deleteRecords(Map.of(new TopicPartition("overrun", 0), RecordsToDelete.beforeOffset(1_500)))
                .all()
                .get();

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "overrun");
            await().atMost(PATIENCE)
                    .until(() -> Flows.partition(replicator, "overrun", 0).state() == PartitionState.RUNNING);
        }

        List<DumpedRecord> copy = TopicDump.uncommitted(target, "overrun").partition(0);
        assertThat(copy).hasSize(1_500);
        assertThat(copy.subList(1_000, 1_500))
                .extracting(DumpedRecord::content)
                .isEqualTo(TopicDump.committed(source, "overrun").contents().get(0));
        assertThat(log.lines(Level.WARN))
                .filteredOn(line -> line.contains("lost on the source"))
                .singleElement()
                .asString()
                .contains("offsets 1000 to 1499 of overrun-0", "records=500");
    }

    @Test
    void shouldCountAGapOnceHoweverLongItTakesToGetThere() throws Exception {
        create(source, "gap", 1);
        // After the first records the target makes the lanes wait for some ten seconds.
        limitProducing("replicator-gap-", 1_300.0);
        TcpProxy toSource = source.broker(0).proxy().orElseThrow();
        try (Replicator replicator =
                Flows.start(Flows.flow("gap", Flows.cluster(source), Flows.cluster(target), "gap"))) {
            Load.to(source, "gap").write(100);
            Flows.awaitCopied(replicator, source, "gap");
            Load.to(source, "gap").seed(2).write(100);
            await().atMost(PATIENCE)
                    .until(() -> Flows.partition(replicator, "gap", 0).sourceEnd() == 200);

            toSource.close();
            Load.to(source, "gap").seed(3).write(1_000);
            source.admin()
                    .deleteRecords(Map.of(new TopicPartition("gap", 0), RecordsToDelete.beforeOffset(700)))
                    .all()
                    .get();
            limitProducing("replicator-gap-", null);
            toSource.accept();
            // What was fetched before must be written before the partition can skip what was lost: until then the
            // fetcher
            // is told again and again that offset 200 is no more.
            Flows.awaitCopied(replicator, source, "gap");
        }

        assertThat(TopicDump.uncommitted(target, "gap").count()).isEqualTo(700);
        assertThat(log.lines(Level.WARN))
                .filteredOn(line -> line.contains("lost on the source"))
                .singleElement()
                .asString()
                .contains("offsets 200 to 699 of gap-0", "records=500");
    }

    @Test
    void shouldNeverMixATopicWithAnotherOneOfItsName() throws Exception {
        List<String> all =
                List.of("again-source-running", "again-target-running", "again-source-stopped", "again-target-stopped");
        for (String topic : all) {
            create(source, topic, 1);
            Load.to(source, topic).write(100);
        }
        create(source, "again-not", 1);
        FlowConfig flow = Flows.flow("again", Flows.cluster(source), Flows.cluster(target), "again-.*");
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, all.toArray(String[]::new));

            createAgain(source, "again-source-running");
            createAgain(target, "again-target-running");
            Load.to(source, "again-source-running").seed(2).write(200);
            Load.to(source, "again-target-running").seed(2).write(200);

            assertRecreated(replicator, "again-source-running", "source");
            assertRecreated(replicator, "again-target-running", "target");
        }

        createAgain(source, "again-source-stopped");
        createAgain(target, "again-target-stopped");
        Load.to(source, "again-source-stopped").seed(2).write(200);
        Load.to(source, "again-target-stopped").seed(2).write(200);
        Load.to(source, "again-not").write(100);

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "again-not");
            assertRecreated(replicator, "again-source-running", "source");
            assertRecreated(replicator, "again-target-running", "target");
            assertRecreated(replicator, "again-source-stopped", "source");
            assertRecreated(replicator, "again-target-stopped", "target");
        }
        assertThat(TopicDump.uncommitted(target, "again-source-running").count())
                .isEqualTo(100);
        assertThat(TopicDump.uncommitted(target, "again-target-running").count())
                .isZero();
        assertThat(TopicDump.uncommitted(target, "again-source-stopped").count())
                .isEqualTo(100);
        assertThat(TopicDump.uncommitted(target, "again-target-stopped").count())
                .isZero();
        assertSame("again-not");
    }

    private static void createAgain(KafkaCluster cluster, String topic) throws Exception {
        cluster.admin().deleteTopics(Set.of(topic)).all().get();
        await().atMost(PATIENCE)
                .until(() -> !cluster.admin().listTopics().names().get().contains(topic));
        create(cluster, topic, 1);
    }

    private static void assertRecreated(Replicator replicator, String topic, String side) {
        PartitionStatus stopped = awaitState(replicator, topic, 0, PartitionState.FAILED);
        assertThat(stopped.reason()).contains(topic, "created again on the " + side);
    }

    @Test
    void shouldCutBatchesToWhatTheTargetTakesAndStopAtARecordThatIsTooLarge() throws Exception {
        create(source, "shrunk", 1);
        FlowConfig flow = Flows.flow("shrunk", Flows.cluster(source), Flows.cluster(target), "shrunk");
        BatchShape large = BatchShape.full(Codec.NONE, 200 << 10);
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "shrunk")
                    .records(RecordShape.values(1_000))
                    .batches(large)
                    .write(1_000);
            Flows.awaitCopied(replicator, source, "shrunk");

            configure("shrunk", "max.message.bytes", "20000");
            Load.to(source, "shrunk")
                    .records(RecordShape.values(1_000))
                    .batches(large)
                    .write(1_000);
            Flows.awaitCopied(replicator, source, "shrunk");

            Load.to(source, "shrunk")
                    .records(RecordShape.values(30_000))
                    .batches(large)
                    .write(10);
            PartitionStatus stopped = awaitState(replicator, "shrunk", 0, PartitionState.FAILED);
            assertThat(stopped.reason()).contains("shrunk-0@2000", "allows 20000");
            assertThat(stopped.resumesWhen()).contains("max.message.bytes");

            configure("shrunk", "max.message.bytes", "1000000");
            Flows.awaitCopied(replicator, source, "shrunk");
            assertThat(Flows.partition(replicator, "shrunk", 0).state()).isEqualTo(PartitionState.RUNNING);
        }
        assertSame("shrunk");
    }

    /** Limits every lane of a flow, or with {@code null} none any more. */
    private static void limitProducing(String clientId, Double bytesPerSecond)
            throws ExecutionException, InterruptedException {
        List<ClientQuotaAlteration> lanes = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            lanes.add(new ClientQuotaAlteration(
                    new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId + lane)),
                    List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond))));
        }
        target.admin().alterClientQuotas(lanes).all().get();
    }

    private static void configure(String topic, String key, String value)
            throws ExecutionException, InterruptedException {
        ConfigEntry entry = new ConfigEntry(key, value);
        target.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    @Test
    void shouldRunAndSaySoWhenNoTopicMatches() {
        FlowConfig flow = Flows.flow("nothing", Flows.cluster(source), Flows.cluster(target), "no-such-.*");

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitRunning(replicator);

            assertThat(replicator.flows().get(0).partitions()).isEmpty();
            assertThat(log.lines(Level.WARN))
                    .anyMatch(line -> line.contains("\"no-such-.*\" matches no topic of east"));
        }
    }

    @Test
    void shouldWaitAtTheLastStableOffsetForATransactionThatHangs() throws Exception {
        create(source, "hanging", 1);
        Load.to(source, "hanging").write(100);
        TransactionalLoad.to(source, "hanging").recordsEach(10).open().abandon();
        Load.to(source, "hanging").seed(2).write(100);

        try (Replicator replicator =
                Flows.start(Flows.flow("hanging", Flows.cluster(source), Flows.cluster(target), "hanging"))) {
            Flows.awaitCopied(replicator, source, "hanging");
            PartitionStatus waiting = awaitCaughtUp(replicator, "hanging", 0);
            assertThat(waiting.position()).isEqualTo(100);
            assertThat(waiting.sourceEnd()).isEqualTo(100);
            assertThat(waiting.state()).isEqualTo(PartitionState.RUNNING);
            assertThat(TopicDump.uncommitted(target, "hanging").count()).isEqualTo(100);

            source.admin().fenceProducers(List.of("open-hanging-1")).all().get();
            // The aborted records and their marker count as offsets.
            await().atMost(PATIENCE)
                    .until(() -> Flows.partition(replicator, "hanging", 0).position() == 211);
        }
        assertSame("hanging");
    }

    private static void create(KafkaCluster cluster, String topic, int partitions) {
        cluster.createTopic(topic, partitions);
    }

    private static PartitionStatus awaitState(Replicator replicator, String topic, int number, PartitionState state) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> Flows.partition(replicator, topic, number).state() == state);
        return Flows.partition(replicator, topic, number);
    }

    private static PartitionStatus awaitCaughtUp(Replicator replicator, String topic, int number) {
        await().atMost(PATIENCE)
                .until(() -> Flows.partition(replicator, topic, number).isCaughtUp());
        return Flows.partition(replicator, topic, number);
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
