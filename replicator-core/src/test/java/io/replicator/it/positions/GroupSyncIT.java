package io.replicator.it.positions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.it.Flows;
import io.replicator.it.GroupsOf;
import io.replicator.operations.GroupMigration;
import io.replicator.operations.MigrationOptions;
import io.replicator.operations.MigrationPlan;
import io.replicator.positions.GroupPosition;
import io.replicator.positions.GroupsStatus;
import io.replicator.positions.PositionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.DumpedRecord;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.RecordShape;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.data.TransactionalLoad;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups' positions on the target are those of the source, and nobody's there are taken away. */
@ExtendWith(ClusterExtension.class)
final class GroupSyncIT {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static KafkaCluster source;
    private static KafkaCluster target;
    private static GroupsOf sourceGroups;
    private static GroupsOf targetGroups;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
        sourceGroups = new GroupsOf(source);
        targetGroups = new GroupsOf(target);
    }

    @Test
    void shouldKeepPositionsWithTheirMetadata() throws Exception {
        topic("orders", 2);
        sourceGroups.commit("app-orders", "orders", 0, 40, "by hand");
        sourceGroups.commit("app-orders", "orders", 1, 7);

        try (Replicator replicator = start("orders")) {
            awaitSame(replicator, "app-orders", "orders");
            long there = targetGroups.offsets("app-orders", "orders").get(0);
            assertThat(targetGroups.positions("app-orders").get(new TopicPartition("orders", 0)))
                    .isEqualTo(new OffsetAndMetadata(there, Optional.empty(), "by hand"));
            assertThat(position(replicator, "app-orders", "orders", 0).orElseThrow())
                    .returns(40L, GroupPosition::sourceOffset)
                    .returns(there, GroupPosition::targetOffset)
                    .returns(true, GroupPosition::isExact)
                    .returns(0L, GroupPosition::lagRecords)
                    .returns("", GroupPosition::reason);

            sourceGroups.commit("app-orders", "orders", 0, 41, "again");
            await().atMost(PATIENCE)
                    .until(() -> targetGroups.offsets("app-orders", "orders").get(0) == there + 1);
            sourceGroups.commit("app-orders", "orders", 0, 41, "and again");
            await().atMost(PATIENCE).until(() -> targetGroups
                    .positions("app-orders")
                    .get(new TopicPartition("orders", 0))
                    .metadata()
                    .equals("and again"));
        }
    }

    @Test
    void shouldFollowAGroupThatReadsOn() throws Exception {
        topic("live", 2);

        try (Replicator replicator = start("live");
                Consumer<byte[], byte[]> reader =
                        sourceGroups.join("app-live", "live", Map.of("max.poll.records", 7))) {
            for (int i = 0; i < 10; i++) {
                ConsumerRecords<byte[], byte[]> records = reader.poll(Duration.ofSeconds(1));
                assertThat(records.isEmpty()).isFalse();
                reader.commitSync();
            }

            awaitSame(replicator, "app-live", "live");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldLeaveTheTargetToItsConsumers(String protocol) throws Exception {
        String topic = "used-" + protocol;
        topic(topic, 1);
        String group = "app-" + topic;
        sourceGroups.commit(group, topic, 0, 50);
        Map<String, Object> kind = Map.of("group.protocol", protocol);

        try (Replicator replicator = start(topic)) {
            awaitSame(replicator, group, topic);
            long first = targetGroups.offsets(group, topic).get(0);
            try (Consumer<byte[], byte[]> member = targetGroups.join(group, topic, kind)) {
                sourceGroups.commit(group, topic, 0, 60);
                awaitState(replicator, group, topic, PositionState.IN_USE);
                assertThat(targetGroups.offsets(group, topic)).containsEntry(0, first);
                TopicPartition partition = new TopicPartition(topic, 0);
                member.commitSync(Map.of(partition, new OffsetAndMetadata(first + 20)));
            }

            // It went further there than the source's: it stays, also when the source's goes on, until that is further
            // on.
            awaitState(replicator, group, topic, PositionState.AHEAD);
            sourceGroups.commit(group, topic, 0, 65);
            await().atMost(PATIENCE)
                    .until(() -> position(replicator, group, topic, 0), is(told -> told.sourceOffset() == 65));
            assertThat(targetGroups.offsets(group, topic)).containsEntry(0, first + 20);
            sourceGroups.commit(group, topic, 0, 80);
            awaitSame(replicator, group, topic);
            assertThat(targetGroups.offsets(group, topic)).containsEntry(0, first + 30);
        }
    }

    @Test
    void shouldFollowAGroupThatGoesBackWhileThePositionIsOurs() throws Exception {
        topic("rewound", 1);
        sourceGroups.commit("app-rewound", "rewound", 0, 90);

        try (Replicator replicator = start("rewound")) {
            awaitSame(replicator, "app-rewound", "rewound");
            sourceGroups.commit("app-rewound", "rewound", 0, 10);
            await().atMost(PATIENCE)
                    .until(
                            () -> position(replicator, "app-rewound", "rewound", 0),
                            is(told -> told.sourceOffset() == 10));
            awaitSame(replicator, "app-rewound", "rewound");
        }
        // In another life nobody knows whose it is: it stays.
        sourceGroups.commit("app-rewound", "rewound", 0, 5);
        Map<Integer, Long> before = targetGroups.offsets("app-rewound", "rewound");
        try (Replicator replicator = start("rewound")) {
            awaitState(replicator, "app-rewound", "rewound", PositionState.AHEAD);
            assertThat(targetGroups.offsets("app-rewound", "rewound")).isEqualTo(before);
        }
    }

    @Test
    void shouldNameWhatIsNotCopiedAndMoveTheRest() throws Exception {
        topic("moved", 1);
        topic("stays-at-home", 1);
        sourceGroups.commit("app-moved", "moved", 0, 30);
        sourceGroups.commit("app-moved", "stays-at-home", 0, 30);

        try (Replicator replicator = start("moved")) {
            awaitSame(replicator, "app-moved", "moved");
            assertThat(position(replicator, "app-moved", "stays-at-home", 0)
                            .orElseThrow()
                            .state())
                    .isEqualTo(PositionState.NOT_REPLICATED);
            assertThat(targetGroups.offsets("app-moved", "stays-at-home")).isEmpty();
        }
    }

    @Test
    void shouldRenameAndDeleteWithTheSource() throws Exception {
        topic("renamed", 1);
        sourceGroups.commit("app-renamed-1", "renamed", 0, 30);
        sourceGroups.commit("app-renamed-2", "renamed", 0, 40);

        try (Replicator replicator = Flows.start(flow("renamed", GroupDeletion.DELETE, "{source}-{group}"))) {
            await().atMost(PATIENCE)
                    .until(() ->
                            targetGroups.exists("east-app-renamed-1") && targetGroups.exists("east-app-renamed-2"));
            targetGroups.commit("app-renamed-3", "renamed", 0, 1);
            source.admin().deleteConsumerGroups(List.of("app-renamed-1")).all().get();

            await().atMost(PATIENCE).until(() -> !targetGroups.exists("east-app-renamed-1"));
            await().atMost(PATIENCE).until(() -> position(replicator, "app-renamed-1", "renamed", 0)
                    .isEmpty());
            assertThat(targetGroups.exists("east-app-renamed-2")).isTrue();
            assertThat(targetGroups.exists("app-renamed-3")).isTrue();
        }
    }

    @Test
    void shouldLeaveAGroupThatWasDeletedOnTheSource() throws Exception {
        topic("left", 1);
        sourceGroups.commit("app-left", "left", 0, 30);

        try (Replicator replicator = start("left")) {
            awaitSame(replicator, "app-left", "left");
            source.admin().deleteConsumerGroups(List.of("app-left")).all().get();

            await().atMost(PATIENCE)
                    .until(() -> position(replicator, "app-left", "left", 0).isEmpty());
            assertThat(targetGroups.exists("app-left")).isTrue();
        }
    }

    @Test
    void shouldNotDeleteWhatConsumersOfTheTargetHaveCommitted() throws Exception {
        topic("kept", 1);
        sourceGroups.commit("app-kept", "kept", 0, 30);

        try (Replicator replicator = Flows.start(flow("kept", GroupDeletion.DELETE, "{group}"))) {
            awaitSame(replicator, "app-kept", "kept");
            targetGroups.commit("app-kept", "kept", 0, 70);
            source.admin().deleteConsumerGroups(List.of("app-kept")).all().get();

            await().atMost(PATIENCE)
                    .until(() -> position(replicator, "app-kept", "kept", 0).isEmpty());
            assertThat(targetGroups.offsets("app-kept", "kept")).containsEntry(0, 70L);
        }
    }

    @Test
    void shouldLeaveAGroupWhereItWasSetBackOnTheTarget() throws Exception {
        topic("set-back", 1);
        sourceGroups.commit("app-set-back", "set-back", 0, 50);

        try (Replicator replicator = start("set-back")) {
            awaitSame(replicator, "app-set-back", "set-back");
            long back = targetGroups.offsets("app-set-back", "set-back").get(0) - 45;
            targetGroups.commit("app-set-back", "set-back", 0, back);
            sourceGroups.commit("app-set-back", "set-back", 0, 60);
            awaitState(replicator, "app-set-back", "set-back", PositionState.IN_USE);
            assertThat(targetGroups.offsets("app-set-back", "set-back")).containsEntry(0, back);

            // Where the two have met it goes on.
            sourceGroups.commit("app-set-back", "set-back", 0, 5);
            awaitSame(replicator, "app-set-back", "set-back");
            sourceGroups.commit("app-set-back", "set-back", 0, 9);
            awaitSame(replicator, "app-set-back", "set-back");
        }
    }

    /** Positions that no record stands at: in a hole, on a marker, at the end, expired, beyond the end. */
    @Test
    void shouldKnowEveryKindOfPlace() throws Exception {
        source.createTopic("places", 1);
        TransactionalLoad.to(source, "places").recordsEach(3).write(20);
        long end = Flows.ends(source.admin(), "places").get(new TopicPartition("places", 0));
        try (Replicator replicator = start("places")) {
            Flows.awaitCopied(replicator, source, "places");
            for (long offset = 0; offset <= end; offset += 5) {
                sourceGroups.commit("app-places-" + offset, "places", 0, offset);
            }
            sourceGroups.commit("app-places-end", "places", 0, end);
            for (long offset = 0; offset <= end; offset += 5) {
                awaitSame(replicator, "app-places-" + offset, "places");
            }
            awaitSame(replicator, "app-places-end", "places");

            // Beyond the end: as far as the copy is, and that it is not exact yet.
            sourceGroups.commit("app-places-beyond", "places", 0, end + 1);
            awaitState(replicator, "app-places-beyond", "places", PositionState.NOT_YET);
            assertThat(targetGroups.offsets("app-places-beyond", "places"))
                    .isEqualTo(targetGroups.offsets("app-places-end", "places"));
            Load.to(source, "places").write(5);
            awaitSame(replicator, "app-places-beyond", "places");

            // Expired on the source, and still on the target.
            source.admin()
                    .deleteRecords(Map.of(new TopicPartition("places", 0), RecordsToDelete.beforeOffset(end)))
                    .all()
                    .get();
            sourceGroups.commit("app-places-expired", "places", 0, 4);
            awaitState(replicator, "app-places-expired", "places", PositionState.SYNCED);
            assertThat(targetGroups.offsets("app-places-expired", "places").get(0))
                    .isLessThan(targetGroups.offsets("app-places-20", "places").get(0));
        }
    }

    @Test
    void shouldTakeOnlyWhatATransactionHasCommitted() throws Exception {
        topic("exactly-once", 1);
        TopicPartition partition = new TopicPartition("exactly-once", 0);
        Map<String, Object> properties = new HashMap<>(source.adminProperties());
        properties.put("transactional.id", "exactly-once");
        ConsumerGroupMetadata group = sourceGroups.outsider("app-exactly-once");
        try (Replicator replicator = start("exactly-once");
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(20)), group);
            producer.commitTransaction();
            // The group's coordinator takes it over in its own time.
            await().atMost(PATIENCE).until(() -> !sourceGroups
                    .offsets("app-exactly-once", "exactly-once")
                    .isEmpty());
            awaitSame(replicator, "app-exactly-once", "exactly-once");
            Map<Integer, Long> first = targetGroups.offsets("app-exactly-once", "exactly-once");
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(40)), group);
            long roundsAt = status(replicator).lookedAtMillis();
            await().atMost(PATIENCE)
                    .until(() -> status(replicator).lookedAtMillis() > roundsAt + 2 * INTERVAL.toMillis());
            assertThat(targetGroups.offsets("app-exactly-once", "exactly-once")).isEqualTo(first);

            producer.commitTransaction();
            await().atMost(PATIENCE)
                    .until(
                            () -> position(replicator, "app-exactly-once", "exactly-once", 0),
                            is(told -> told.sourceOffset() == 40));
            awaitSame(replicator, "app-exactly-once", "exactly-once");
        }
    }

    @Test
    void shouldNotTakeOffsetsOfATopicForThoseOfItsSuccessor() throws Exception {
        topic("created-anew", 1);
        sourceGroups.commit("app-created-anew", "created-anew", 0, 80);
        Map<Integer, Long> before;
        try (Replicator replicator = start("created-anew")) {
            awaitSame(replicator, "app-created-anew", "created-anew");
            before = targetGroups.offsets("app-created-anew", "created-anew");
        }
        source.admin().deleteTopics(List.of("created-anew")).all().get();
        await().atMost(PATIENCE)
                .until(() ->
                        sourceGroups.offsets("app-created-anew", "created-anew").isEmpty());
        topic("created-anew", 1);
        sourceGroups.commit("app-created-anew", "created-anew", 0, 5);

        try (GroupMigration migration =
                GroupMigration.open(flow("created-anew", GroupDeletion.LEAVE, "{group}"), PATIENCE)) {
            MigrationPlan plan = migration.plan("app-created-anew", new MigrationOptions(true, true, true));
            assertThat(plan.isAllowed()).isFalse();
            assertThat(plan.refusals()).anyMatch(reason -> reason.contains("recreated"));
        }
        assertThat(targetGroups.offsets("app-created-anew", "created-anew")).isEqualTo(before);
    }

    /** What stands still is exact in the end, however fast it moved before. */
    @Test
    void shouldBeExactOnceTheGroupStops() throws Exception {
        source.createTopic("racing", 3);
        try (Replicator replicator = start("racing");
                Consumer<byte[], byte[]> reader =
                        sourceGroups.join("app-racing", "racing", Map.of("fetch.max.wait.ms", 10))) {
            for (int i = 0; i < 30; i++) {
                Load.to(source, "racing").seed(i).write(50);
                reader.poll(Duration.ofMillis(100));
                reader.commitSync();
            }
            awaitSame(replicator, "app-racing", "racing");
        }
    }

    @Test
    void shouldCloseAtOnceWhileAClusterIsSilent() throws Exception {
        topic("silent", 1);
        sourceGroups.commit("app-silent", "silent", 0, 30);
        Replicator replicator = start("silent");
        awaitSame(replicator, "app-silent", "silent");
        source.brokers().get(0).pause();
        try {
            await().atMost(PATIENCE).until(() -> groups(replicator).trouble().contains("east"));
            CompletableFuture<Void> closed = CompletableFuture.runAsync(replicator::close);
            await().atMost(Duration.ofSeconds(10)).until(closed::isDone);
            assertThat(groups(replicator)).isEqualTo(GroupsStatus.NONE);
        } finally {
            source.brokers().get(0).resume();
            replicator.close();
        }
    }

    private static GroupsStatus groups(Replicator replicator) {
        return replicator.groups("silent").orElseThrow();
    }

    private static void topic(String topic, int partitions) throws Exception {
        source.createTopic(topic, partitions);
        for (int partition = 0; partition < partitions; partition++) {
            Load.to(source, topic)
                    .records(RecordShape.values(20))
                    .seed(partition)
                    .write(100);
        }
    }

    private static FlowConfig flow(String topic, GroupDeletion onDelete, String rename) {
        GroupsConfig groups = new GroupsConfig(
                List.of(Pattern.compile("app-" + topic + ".*")), List.of(), rename, true, INTERVAL, onDelete);
        return Flows.flow(topic, Flows.cluster(source), Flows.cluster(target), topic)
                .with(new PositionsConfig(
                        groups, PositionsConfig.NONE.mirrorMaker(), PositionsConfig.DEFAULT_MAX_RUNS));
    }

    private static Replicator start(String topic) {
        return Flows.start(flow(topic, GroupDeletion.LEAVE, "{group}"));
    }

    /** Waits until a group's positions in a topic are synced, and checks that the same records follow on both sides. */
    private static void awaitSame(Replicator replicator, String group, String topic) throws Exception {
        Map<Integer, Long> before = sourceGroups.offsets(group, topic);
        assertThat(before).isNotEmpty();
        before.forEach((partition, offset) -> await().atMost(PATIENCE)
                .until(
                        () -> position(replicator, group, topic, partition),
                        is(told -> told.state() == PositionState.SYNCED && told.sourceOffset() == offset)));
        Map<Integer, Long> after = targetGroups.offsets(group, topic);
        assertThat(after.keySet()).isEqualTo(before.keySet());
        TopicDump original = TopicDump.committed(source, topic);
        TopicDump copy = TopicDump.uncommitted(target, topic);
        before.forEach((partition, offset) -> assertThat(from(copy.partition(partition), after.get(partition)))
                .isEqualTo(from(original.partition(partition), offset)));
    }

    private static List<RecordContent> from(List<DumpedRecord> records, long offset) {
        return records.stream()
                .filter(record -> record.offset() >= offset)
                .map(DumpedRecord::content)
                .toList();
    }

    private static void awaitState(Replicator replicator, String group, String topic, PositionState state) {
        await().atMost(PATIENCE).until(() -> position(replicator, group, topic, 0), is(told -> told.state() == state));
    }

    private static Predicate<Optional<GroupPosition>> is(Predicate<GroupPosition> expected) {
        return told -> told.isPresent() && expected.test(told.get());
    }

    private static Optional<GroupPosition> position(Replicator replicator, String group, String topic, int partition) {
        return status(replicator).positions().stream()
                .filter(told ->
                        told.group().equals(group) && told.topic().equals(topic) && told.partition() == partition)
                .findFirst();
    }

    private static GroupsStatus status(Replicator replicator) {
        return replicator.groups(replicator.config().flows().get(0).name()).orElseThrow();
    }
}
