package io.replicator.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.StartFrom;
import io.replicator.flow.FlowState;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.Flows;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedProgress;
import io.replicator.partition.PartitionState;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Flows that stop and go on, and topics that come, grow and go meanwhile. */
@ExtendWith(ClusterExtension.class)
final class LifecycleIT {
    private static final StartFrom EARLIEST = new StartFrom.Earliest();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static KafkaCluster source;
    private static KafkaCluster target;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.shared(KafkaCluster.builder().name("east"));
        target = clusters.shared(KafkaCluster.builder().name("west"));
    }

    @Test
    void shouldNeitherRepeatNorLoseARecordWhenStoppedAndStartedUnderLoad() throws Exception {
        source.createTopic("restarts", 6);
        FlowConfig flow = flow("restarts", EARLIEST, "{topic}", "restarts");
        AtomicBoolean loading = new AtomicBoolean(true);
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            for (int seed = 1; loading.get(); seed++) {
                Load.to(source, "restarts").seed(seed).write(2_000);
            }
        });

        try {
            for (int run = 0; run < 4; run++) {
                try (Replicator replicator = Flows.start(flow)) {
                    // Stopped while much is on its way.
                    await().atMost(PATIENCE).until(() -> copiedRecords(replicator) > 3_000);
                }
            }
        } finally {
            loading.set(false);
            load.join();
        }
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "restarts");
            assertThat(replicator.flows().get(0).isCaughtUp()).isTrue();
        }

        assertSame("restarts", "restarts");
        assertThat(savedPositions(flow)).isEqualTo(Flows.ends(source.admin(), "restarts"));
    }

    @Test
    void shouldSayThatItStopped() throws Exception {
        source.createTopic("stopped", 1);
        Load.to(source, "stopped").write(10);
        Replicator replicator = Flows.start(flow("stopped", EARLIEST, "{topic}", "stopped"));
        Flows.awaitCopied(replicator, source, "stopped");

        replicator.close();
        replicator.close();

        assertThat(replicator.flows().get(0).state()).isEqualTo(FlowState.STOPPED);
        assertThat(replicator.flows().get(0).reason()).isNotEmpty();
    }

    /** Even a flow that starts at the end must not lose what was written to a partition before it saw it. */
    @Test
    void shouldFollowAPartitionThatIsAdded() throws Exception {
        source.createTopic("growing", 2);

        try (Replicator replicator = Flows.start(flow("growing", new StartFrom.Latest(), "{topic}", "growing"))) {
            Flows.awaitStatus(
                    replicator,
                    flow -> flow.partitions().size() == 2
                            && flow.partitions().stream().allMatch(it -> it.sourceEnd() == 0));
            source.admin()
                    .createPartitions(Map.of("growing", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            await().ignoreExceptions()
                    .until(() -> Load.to(source, "growing").write(500) > 0
                            && TopicDump.committed(source, "growing")
                                            .partitions()
                                            .size()
                                    == 5);
            Flows.awaitCopied(replicator, source, "growing");
        }

        assertSame("growing", "growing");
        assertThat(TopicDump.uncommitted(target, "growing").partition(4)).isNotEmpty();
    }

    @Test
    void shouldFollowTopicsThatAppear() throws Exception {
        source.createTopic("appear-1", 1);
        Load.to(source, "appear-1").write(10);

        try (Replicator replicator = Flows.start(flow("appear", EARLIEST, "{source}.{topic}", "appear-.*"))) {
            Flows.awaitCopied(replicator, source, "appear-1");
            source.createTopic("appear-2", 2);
            Load.to(source, "appear-2").write(100);
            source.createTopic("other", 1);
            Flows.awaitCopied(replicator, source, "appear-2");
        }

        assertSame("appear-1", "east.appear-1");
        assertSame("appear-2", "east.appear-2");
        assertThat(target.admin().listTopics().names().get())
                .contains("east.appear-2")
                .doesNotContain("appear-1", "appear-2", "other", "east.other");
    }

    @Test
    void shouldGrowATargetTopicThatIsTooSmallAndAcceptOneThatIsLarger() throws Exception {
        source.createTopic("small", 4);
        target.createTopic("small", 1);
        source.createTopic("larger", 2);
        target.createTopic("larger", 5);
        Load.to(source, "small").write(100);
        Load.to(source, "larger").write(100);

        try (Replicator replicator = Flows.start(flow("sizes", EARLIEST, "{topic}", "small", "larger"))) {
            Flows.awaitCopied(replicator, source, "small", "larger");
        }

        assertSame("small", "small");
        SortedMap<Integer, List<RecordContent>> wide =
                TopicDump.uncommitted(target, "larger").contents();
        assertThat(wide.headMap(2))
                .isEqualTo(TopicDump.committed(source, "larger").contents());
        assertThat(wide.tailMap(2).values()).hasSize(3).allMatch(List::isEmpty);
    }

    @Test
    void shouldSayThatASourceTopicWasDeletedAndCopyTheOthers() throws Exception {
        source.createTopic("gone", 2);
        source.createTopic("stays", 2);
        Load.to(source, "gone").write(100);

        try (Replicator replicator = Flows.start(flow("deletions", EARLIEST, "{topic}", "gone", "stays"))) {
            Flows.awaitCopied(replicator, source, "gone", "stays");
            source.admin().deleteTopics(List.of("gone")).all().get();
            PartitionStatus gone =
                    Flows.awaitPartition(replicator, "gone", 0, it -> it.state() != PartitionState.RUNNING);
            Load.to(source, "stays").write(100);
            Flows.awaitCopied(replicator, source, "stays");

            assertThat(gone.reason()).contains("gone").containsAnyOf("deleted", "no longer");
            Flows.awaitPartition(replicator, "gone", 0, it -> it.reason().contains("deleted on east"));
            assertThat(Flows.partition(replicator, "stays", 0).state()).isEqualTo(PartitionState.RUNNING);
            assertThat(replicator.flows().get(0).state()).isEqualTo(FlowState.RUNNING);
        }

        assertSame("stays", "stays");
        assertThat(TopicDump.uncommitted(target, "gone").count()).isEqualTo(100);
    }

    @Test
    void shouldSayThatATargetTopicWasDeletedAndCopyTheOthers() throws Exception {
        source.createTopic("lost", 2);
        source.createTopic("unharmed", 2);
        Load.to(source, "lost").write(100);

        try (Replicator replicator = Flows.start(flow("losses", EARLIEST, "{topic}", "lost", "unharmed"))) {
            Flows.awaitCopied(replicator, source, "lost", "unharmed");
            target.admin().deleteTopics(List.of("lost")).all().get();
            Load.to(source, "lost").write(100);
            Load.to(source, "unharmed").write(100);
            Flows.awaitCopied(replicator, source, "unharmed");
            PartitionStatus lost = Flows.awaitPartition(
                    replicator, "lost", 0, it -> it.reason().contains("deleted on west"));

            assertThat(lost.state()).isIn(PartitionState.WAITING, PartitionState.FAILED);
            assertThat(lost.position()).isEqualTo(50);
            assertThat(lost.resumesWhen()).contains("forget");
            assertThat(Flows.partition(replicator, "unharmed", 0).state()).isEqualTo(PartitionState.RUNNING);
        }

        assertSame("unharmed", "unharmed");
        // Begun again in silence, half of it would be missing.
        assertThat(target.admin().listTopics().names().get()).doesNotContain("lost");
    }

    @Test
    void shouldSayThatASourceTopicWasCreatedAgainAndCopyTheOthers() throws Exception {
        source.createTopic("again", 1);
        source.createTopic("calm", 1);
        Load.to(source, "again").write(100);

        try (Replicator replicator = Flows.start(flow("again", EARLIEST, "{topic}", "again", "calm"))) {
            Flows.awaitCopied(replicator, source, "again", "calm");
            source.admin().deleteTopics(List.of("again")).all().get();
            await().ignoreExceptions().until(() -> {
                source.createTopic("again", 1);
                return true;
            });
            Load.to(source, "again").seed(2).write(200);
            PartitionStatus again =
                    Flows.awaitPartition(replicator, "again", 0, it -> it.state() == PartitionState.FAILED);
            Load.to(source, "calm").write(100);
            Flows.awaitCopied(replicator, source, "calm");

            assertThat(again.reason()).contains("again").contains("created again on the source");
        }

        assertThat(TopicDump.uncommitted(target, "again").count()).isEqualTo(100);
        assertSame("calm", "calm");
    }

    @Test
    void shouldNeedNoTransactionalIdWhenDeliveringAtLeastOnce() throws Exception {
        source.createTopic("at-least", 3);
        Load.to(source, "at-least").write(1_000);
        FlowConfig flow = Flows.with(flow("at-least", EARLIEST, "{topic}", "at-least"), Delivery.AT_LEAST_ONCE);

        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "at-least");
        }
        Load.to(source, "at-least").seed(2).write(1_000);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "at-least");
        }

        assertSame("at-least", "at-least");
        assertThat(target.admin().listTransactions().all().get())
                .extracting(TransactionListing::transactionalId)
                .noneMatch(id -> id.startsWith("replicator.at-least."));
    }

    @Test
    void shouldWaitForAClusterThatIsNotThere() {
        ClusterConfig nobody = Flows.cluster("nowhere", Map.of("bootstrap.servers", "127.0.0.1:1"));

        try (Replicator replicator = Flows.start(Flows.flow("nowhere", Flows.cluster(source), nobody, "stopped"))) {
            Flows.awaitStatus(replicator, flow -> flow.reason().contains("nowhere (127.0.0.1:1)"));

            assertThat(replicator.flows().get(0).state()).isEqualTo(FlowState.STARTING);
        }
    }

    @Test
    void shouldRefuseToCopyAClusterToItself() {
        ClusterConfig mirror = Flows.cluster("mirror", source.clientProperties());

        try (Replicator replicator = Flows.start(Flows.flow("mirror", Flows.cluster(source), mirror, ".*"))) {
            Flows.awaitStatus(replicator, flow -> flow.state() == FlowState.FAILED);

            assertThat(replicator.flows().get(0).reason()).contains("east").contains("mirror", "same cluster");
        }
    }

    private static long copiedRecords(Replicator replicator) {
        return replicator.flows().get(0).partitions().stream()
                .mapToLong(PartitionStatus::records)
                .sum();
    }

    private static Map<TopicPartition, Long> savedPositions(FlowConfig flow) throws InterruptedException {
        Map<TopicPartition, Long> positions = new HashMap<>();
        try (OffsetLog log = OffsetLog.open(flow, TIMEOUT)) {
            for (Map.Entry<TopicPartition, SavedProgress> saved :
                    log.load().partitions().entrySet()) {
                positions.put(saved.getKey(), saved.getValue().position());
            }
        }
        return positions;
    }

    private static FlowConfig flow(String name, StartFrom start, String rename, String... select) {
        return Flows.flow(
                name, Flows.cluster(source), Flows.cluster(target), Flows.topics(start, rename, List.of(select)));
    }

    private static void assertSame(String topic, String targetTopic) {
        assertThat(TopicDump.uncommitted(target, targetTopic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
