package io.replicator.it.positions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.cluster.GroupMember;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.it.Flows;
import io.replicator.it.GroupsOf;
import io.replicator.operations.FirstRecord;
import io.replicator.operations.GroupMigration;
import io.replicator.operations.MigrationOptions;
import io.replicator.operations.MigrationPlan;
import io.replicator.operations.MigrationReport;
import io.replicator.operations.PlannedPosition;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Codec;
import io.replicator.testkit.data.CompactedTopic;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.data.TransactionalLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that stops on the source and goes on on the target sees every record once. */
@ExtendWith(ClusterExtension.class)
final class GroupMigrationIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SEEDS = 4;

    private static KafkaCluster source;
    private static KafkaCluster target;
    private static GroupsOf sourceGroups;
    private static GroupsOf targetGroups;

    /** What the source's log is like. */
    private enum Log {
        PLAIN,
        COMPACTED,
        TRANSACTIONAL,
        /** All of it was deleted before it could be copied. */
        DRAINED_BEFORE,
        /** All of it was deleted after it was copied. */
        DRAINED_AFTER,
        EMPTY
    }

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
        sourceGroups = new GroupsOf(source);
        targetGroups = new GroupsOf(target);
    }

    @ParameterizedTest
    @EnumSource(Log.class)
    void shouldShowAnApplicationEveryRecordOnce(Log log) throws Exception {
        String topic = "log-" + log.name().toLowerCase(Locale.ROOT).replace('_', '-');
        write(log, topic);
        SortedMap<Integer, List<RecordContent>> all = new TreeMap<>();
        TopicDump.committed(source, topic)
                .contents()
                .forEach((partition, records) -> all.put(partition, new ArrayList<>(records)));
        int count = all.values().stream().mapToInt(List::size).sum();
        Map<String, SortedMap<Integer, List<RecordContent>>> seen = new HashMap<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            int atLeast = seed == 0 ? count : new SplittableRandom(seed).nextInt(1, count + 2);
            String protocol = seed % 2 == 0 ? "classic" : "consumer";
            seen.put(
                    "app-" + topic + seed, sourceGroups.read("app-" + topic + seed, topic, atLeast, reading(protocol)));
        }
        if (log == Log.DRAINED_BEFORE) {
            drain(topic);
        }
        FlowConfig flow = flow(topic, "{group}");
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, topic);
            if (log == Log.DRAINED_AFTER) {
                drain(topic);
            }
            for (String group : seen.keySet()) {
                migrate(flow, group);
            }
            Load.to(source, topic)
                    .records(RecordShape.values(50).keys(50).timestamps(7, 3))
                    .seed(99)
                    .write(60);
            Flows.awaitCopied(replicator, source, topic);
        }
        TopicDump.committed(source, topic).contents().forEach((partition, records) -> {
            int known = log == Log.DRAINED_BEFORE || log == Log.DRAINED_AFTER
                    ? 0
                    : all.get(partition).size();
            all.get(partition).addAll(records.subList(known, records.size()));
        });

        for (Map.Entry<String, SortedMap<Integer, List<RecordContent>>> application : seen.entrySet()) {
            SortedMap<Integer, List<RecordContent>> together = application.getValue();
            targetGroups
                    .read(application.getKey(), topic, Integer.MAX_VALUE, reading("classic"))
                    .forEach((partition, records) -> together.get(partition).addAll(records));
            if (log == Log.DRAINED_BEFORE) {
                // What the application had not read is nowhere any more.
                assertThat(together.keySet()).isEqualTo(all.keySet());
                together.forEach(
                        (partition, records) -> assertThat(all.get(partition)).containsSubsequence(records));
                assertThat(together.values().stream().mapToInt(List::size).sum())
                        .isGreaterThanOrEqualTo(60);
            } else {
                assertThat(together).as(application.getKey()).isEqualTo(all);
            }
        }
    }

    /** A consumer that would fail on the target where a position is missing. */
    private static Map<String, Object> reading(String protocol) {
        return Map.of("max.poll.records", 7, "group.protocol", protocol);
    }

    private static void write(Log log, String topic) throws Exception {
        switch (log) {
            case COMPACTED -> {
                CompactedTopic.create(source, topic, 2, 40, 2_000, Codec.LZ4);
                stopCleaning(topic);
            }
            case TRANSACTIONAL -> {
                source.createTopic(topic, 2);
                TransactionalLoad.to(source, topic).recordsEach(4).write(30);
            }
            case EMPTY -> source.createTopic(topic, 2);
            case PLAIN, DRAINED_BEFORE, DRAINED_AFTER -> {
                source.createTopic(topic, 2);
                Load.to(source, topic).write(300);
            }
        }
    }

    /** What the cleaner took away after an application had read it would be no difference of ours. */
    private static void stopCleaning(String topic) throws Exception {
        source.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("min.cleanable.dirty.ratio", "1"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static void drain(String topic) throws Exception {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        Flows.ends(source.admin(), topic)
                .forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        source.admin().deleteRecords(all).all().get();
    }

    private static void migrate(FlowConfig flow, String group) throws Exception {
        try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
            // That the source's log begins where copying did is seen only when the source was first read.
            MigrationPlan plan = await().atMost(PATIENCE)
                    .until(
                            () -> migration.await(group, MigrationOptions.STRICT, PATIENCE, waiting -> {}),
                            MigrationPlan::isAllowed);
            assertThat(plan.refusals()).isEmpty();
            assertThat(plan.positions()).isNotEmpty().allMatch(PlannedPosition::isExact);
            MigrationReport report = migration.execute(plan);
            assertThat(report.failures()).isEmpty();
            assertThat(report.written()).isEqualTo(plan.positions().size());

            MigrationPlan again = migration.plan(group, MigrationOptions.STRICT);
            MigrationReport nothing = migration.execute(again);
            assertThat(nothing.failures()).isEmpty();
            assertThat(nothing.written()).isZero();
        }
    }

    private static FlowConfig flow(String topic, String rename) {
        GroupsConfig groups = new GroupsConfig(
                List.of(Pattern.compile(".*")), List.of(), rename, false, Duration.ofSeconds(1), GroupDeletion.LEAVE);
        return Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic)
                .with(new PositionsConfig(
                        groups, PositionsConfig.NONE.mirrorMaker(), PositionsConfig.DEFAULT_MAX_RUNS));
    }

    @Test
    void shouldSayWhatItWouldDoAndChangeNothing() throws Exception {
        source.createTopic("told", 1);
        Load.to(source, "told").write(50);
        FlowConfig flow = flow("told", "{source}-{group}");
        copy(flow, "told");
        sourceGroups.commit("app-told", "told", 0, 20, "metadata");
        sourceGroups.commit("app-told-end", "told", 0, 50);
        DumpedRecord original = TopicDump.committed(source, "told").partition(0).get(20);
        DumpedRecord copy = TopicDump.uncommitted(target, "told").partition(0).get(20);

        try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
            MigrationPlan plan = migration.plan("app-told", MigrationOptions.STRICT);

            assertThat(plan.isAllowed()).isTrue();
            assertThat(plan.targetGroup()).isEqualTo("east-app-told");
            PlannedPosition position = plan.positions().get(0);
            assertThat(position)
                    .returns("told", PlannedPosition::topic)
                    .returns(20L, PlannedPosition::sourceOffset)
                    .returns("metadata", PlannedPosition::metadata)
                    .returns(copy.offset(), PlannedPosition::targetOffset)
                    .returns(-1L, PlannedPosition::presentOffset);
            assertThat(position.sourceRecord().map(FirstRecord::offset)).contains(original.offset());
            assertThat(position.sourceRecord().map(FirstRecord::timestampMillis))
                    .contains(original.timestamp());
            assertThat(position.targetRecord().map(FirstRecord::offset)).contains(copy.offset());
            assertThat(position.targetRecord().map(FirstRecord::valueBytes))
                    .contains(original.value().length());
            assertThat(migration
                            .plan("app-told-end", MigrationOptions.STRICT)
                            .positions()
                            .get(0))
                    .returns(Optional.empty(), PlannedPosition::sourceRecord)
                    .returns(Optional.empty(), PlannedPosition::targetRecord);
            assertThat(targetGroups.exists("east-app-told")).isFalse();
            assertThat(migration.groups(name -> true, "told"::equals)).containsExactly("app-told", "app-told-end");
        }
    }

    @Test
    void shouldRefuseWithReasons() throws Exception {
        source.createTopic("refused", 1);
        source.createTopic("not-copied", 1);
        Load.to(source, "refused").write(50);
        FlowConfig flow = flow("refused", "{group}");
        copy(flow, "refused");
        sourceGroups.commit("app-elsewhere", "not-copied", 0, 0);
        sourceGroups.commit("app-elsewhere", "refused", 0, 10);
        sourceGroups.commit("app-ahead", "refused", 0, 10);
        targetGroups.commit("app-ahead", "refused", 0, 30);
        sourceGroups.commit("app-early", "refused", 0, 51);
        sourceGroups.commit("app-used-there", "refused", 0, 10);

        try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT);
                Consumer<byte[], byte[]> here =
                        sourceGroups.join("app-reading", "refused", Map.of("client.id", "the-application"));
                Consumer<byte[], byte[]> there = targetGroups.join("app-used-there", "refused", Map.of())) {
            here.commitSync();
            assertRefused(migration, "app-aheda", MigrationOptions.STRICT, "did you mean app-ahead?");
            MigrationPlan live = assertRefused(migration, "app-reading", MigrationOptions.STRICT, "the-application");
            assertThat(live.isPassing()).isTrue();
            assertThat(live.sourceMembers()).extracting(GroupMember::clientId).containsExactly("the-application");
            assertRefused(migration, "app-used-there", MigrationOptions.STRICT, "has 1 member on west");
            assertRefused(migration, "app-elsewhere", MigrationOptions.STRICT, "not-copied-0");
            assertRefused(migration, "app-ahead", MigrationOptions.STRICT, "30, is further on");
            MigrationPlan early = assertRefused(migration, "app-early", MigrationOptions.STRICT, "1 offsets to go");
            assertThat(early.isPassing()).isTrue();
            assertThat(there.assignment()).isNotEmpty();

            assertMoved(migration, "app-elsewhere", new MigrationOptions(false, true, false), 10);
            assertMoved(migration, "app-ahead", new MigrationOptions(false, false, true), 10);
        }
    }

    private static MigrationPlan assertRefused(
            GroupMigration migration, String group, MigrationOptions options, String why) throws Exception {
        MigrationPlan plan = migration.plan(group, options);
        assertThat(plan.isAllowed()).isFalse();
        assertThat(plan.refusals()).anyMatch(reason -> reason.contains(why));
        return plan;
    }

    /** Moves a group whose next record is the one at that place of the only partition. */
    private static void assertMoved(GroupMigration migration, String group, MigrationOptions options, int place)
            throws Exception {
        MigrationReport report = migration.execute(migration.plan(group, options));

        assertThat(report.failures()).isEmpty();
        assertThat(report.written()).isEqualTo(1);
        assertThat(targetGroups.offsets(group, "refused"))
                .containsEntry(
                        0,
                        TopicDump.uncommitted(target, "refused")
                                .partition(0)
                                .get(place)
                                .offset());
    }

    @Test
    void shouldWaitForTheCopyAndForTransactions() throws Exception {
        source.createTopic("awaited", 1);
        Load.to(source, "awaited").write(50);
        FlowConfig flow = flow("awaited", "{group}");
        copy(flow, "awaited");
        Load.to(source, "awaited").seed(2).write(10);
        Map<String, Object> properties = new HashMap<>(source.adminProperties());
        properties.put("transactional.id", "awaited");
        try (Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
                GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
            sourceGroups.commit("app-awaited", "awaited", 0, 20);
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition("awaited", 0), new OffsetAndMetadata(60)),
                    sourceGroups.outsider("app-awaited"));
            assertRefused(migration, "app-awaited", MigrationOptions.STRICT, "a transaction on east");
            List<MigrationPlan> waiting = new ArrayList<>();

            MigrationPlan plan = migration.await("app-awaited", MigrationOptions.STRICT, PATIENCE, each -> {
                if (waiting.isEmpty()) {
                    producer.commitTransaction();
                } else if (waiting.size() == 1) {
                    copyUnchecked(flow);
                }
                waiting.add(each);
            });

            assertThat(plan.refusals()).isEmpty();
            assertThat(waiting).hasSizeGreaterThanOrEqualTo(2);
            assertThat(plan.positions().get(0).sourceOffset()).isEqualTo(60);
            assertThat(migration.execute(plan).isDone()).isTrue();
        }
    }

    @Test
    void shouldWriteNothingWhenTheGroupHasMovedSince() throws Exception {
        source.createTopic("moving", 1);
        Load.to(source, "moving").write(50);
        FlowConfig flow = flow("moving", "{group}");
        copy(flow, "moving");
        sourceGroups.commit("app-moving", "moving", 0, 20);
        try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
            MigrationPlan plan = migration.plan("app-moving", MigrationOptions.STRICT);
            sourceGroups.commit("app-moving", "moving", 0, 21);

            MigrationReport report = migration.execute(plan);

            assertThat(report.isDone()).isFalse();
            assertThat(report.failures()).hasSize(1).allMatch(reason -> reason.contains("from 20 to 21"));
            assertThat(targetGroups.exists("app-moving")).isFalse();
        }
    }

    /** The next record has another timestamp on the target, and is the copy all the same. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void shouldMoveAGroupWhereTheTargetStampsItsOwnTimestamps(int offset) throws Exception {
        String topic = "stamped-" + offset;
        source.createTopic(topic, 1);
        target.createTopic(topic, 1, Map.of("message.timestamp.type", "LogAppendTime"));
        Load.to(source, topic).records(RecordShape.values(50).headers(2)).write(10);
        FlowConfig flow = flow(topic, "{group}");
        copy(flow, topic);
        sourceGroups.commit("app-" + topic, topic, 0, offset);
        DumpedRecord original = TopicDump.committed(source, topic).partition(0).get(offset);
        DumpedRecord copy = TopicDump.uncommitted(target, topic).partition(0).get(offset);

        try (GroupMigration migration = GroupMigration.open(flow, TIMEOUT)) {
            MigrationPlan plan = migration.plan("app-" + topic, MigrationOptions.STRICT);

            assertThat(copy.timestamp()).isNotEqualTo(original.timestamp());
            assertThat(plan.refusals()).isEmpty();
            assertThat(migration.execute(plan).isDone()).isTrue();
            assertThat(targetGroups.offsets("app-" + topic, topic)).containsEntry(0, copy.offset());
        }
    }

    private static void copyUnchecked(FlowConfig flow) {
        try {
            copy(flow, flow.name());
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void copy(FlowConfig flow, String topic) throws Exception {
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, topic);
        }
    }
}
