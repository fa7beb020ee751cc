package io.replicator.it.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.replicator.Replicator;
import io.replicator.config.FlowConfig;
import io.replicator.config.LossPolicy;
import io.replicator.config.SourceChanges;
import io.replicator.flow.FlowState;
import io.replicator.flow.PartitionStatus;
import io.replicator.it.EngineLog;
import io.replicator.it.Flows;
import io.replicator.offsets.OffsetLog;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.TopicClaim;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.partition.PartitionState;
import io.replicator.preflight.Finding;
import io.replicator.preflight.Preflight;
import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import io.replicator.testkit.junit.Clusters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A source, or a target, that is no longer what was copied: found out, said, counted, and handled as the flow wants it. */
@ExtendWith(ClusterExtension.class)
class TruncationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SourceChanges GO_ON =
            new SourceChanges(LossPolicy.CONTINUE, LossPolicy.CONTINUE, LossPolicy.CONTINUE);
    private static final SourceChanges STOP = new SourceChanges(LossPolicy.STOP, LossPolicy.STOP, LossPolicy.STOP);

    /** The two brokers that hold the truncated topics; the first leads. */
    private static final int LEADER = 1;

    private static final int FOLLOWER = 2;

    private static KafkaCluster source;
    private static KafkaCluster target;

    private EngineLog log;

    @BeforeAll
    static void startClusters(Clusters clusters) {
        source = clusters.own(KafkaCluster.builder().name("east").brokers(3));
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
    void shouldFindOutThatCopiedRecordsWereReplacedThoughTheSourceHasMoreThanWasCopied() throws Exception {
        FlowConfig flow = flow("replaced");
        createOnTwo("replaced");
        List<RecordContent> lost;
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "replaced").write(100);
            stopFollower("replaced");
            Load.to(source, "replaced").seed(2).write(50);
            Flows.awaitCopied(replicator, source, "replaced");
            lost = TopicDump.committed(source, "replaced").contents().get(0);
        }
        followerLeads("replaced");
        Load.to(source, "replaced").seed(3).write(80);

        try (Replicator replicator = Flows.start(flow)) {
            PartitionStatus stopped =
                    Flows.awaitPartition(replicator, "replaced", 0, found -> found.state() == PartitionState.FAILED);

            assertThat(stopped.reason())
                    .contains("replaced-0", "truncated at offset 100", "copied up to 150", "leader epoch");
            assertThat(stopped.resumesWhen()).contains("on-truncation is set to continue");
            assertThat(stopped.truncatedRecords()).isZero();
        }
        assertThat(TopicDump.uncommitted(target, "replaced").count()).isEqualTo(150);

        try (Replicator replicator = Flows.start(Flows.with(flow, GO_ON))) {
            Flows.awaitCopied(replicator, source, "replaced");
            assertThat(Flows.partition(replicator, "replaced", 0).truncatedRecords())
                    .isEqualTo(50);
        }

        List<RecordContent> now =
                TopicDump.committed(source, "replaced").contents().get(0);
        List<RecordContent> copy =
                TopicDump.uncommitted(target, "replaced").contents().get(0);
        assertThat(copy.subList(0, 150)).isEqualTo(lost);
        assertThat(copy.subList(150, copy.size())).isEqualTo(now.subList(100, 180));
        assertThat(log.lines(Level.WARN))
                .filteredOn(line -> line.contains("truncated on the source"))
                .singleElement()
                .asString()
                .contains("offsets 100 to 149 of replaced-0", "records=50");
        SavedProgress saved = saved(flow, "replaced");
        Translator map = saved.translator();
        assertThat(exact(map, 99)).isEqualTo(exact(map, 0) + 99);
        assertThat(exact(map, 100)).isGreaterThan(exact(map, 99) + 50);
        assertThat(exact(map, 179)).isEqualTo(exact(map, 100) + 79);
        assertThat(saved.runs().records()).isEqualTo(180);
    }

    @Test
    void shouldGoOnWhereBothLogsPartWhileItRuns() throws Exception {
        FlowConfig flow = Flows.with(flow("parted"), GO_ON);
        createOnTwo("parted");
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "parted").write(100);
            stopFollower("parted");
            Load.to(source, "parted").seed(2).write(50);
            Flows.awaitCopied(replicator, source, "parted");

            followerLeads("parted");
            Load.to(source, "parted").seed(3).write(20);
            Flows.awaitPartition(replicator, "parted", 0, found -> found.truncatedRecords() == 50);
            Flows.awaitCopied(replicator, source, "parted");
            Flows.awaitPartition(replicator, "parted", 0, found -> found.state() == PartitionState.RUNNING);
        }

        List<RecordContent> now =
                TopicDump.committed(source, "parted").contents().get(0);
        List<RecordContent> copy =
                TopicDump.uncommitted(target, "parted").contents().get(0);
        assertThat(copy).hasSize(170);
        assertThat(copy.subList(0, 100)).isEqualTo(now.subList(0, 100));
        assertThat(copy.subList(150, 170)).isEqualTo(now.subList(100, 120));
    }

    @Test
    void shouldNotTakeACleanElectionForATruncation() throws Exception {
        FlowConfig flow = Flows.with(flow("clean"), STOP);
        createOnTwo("clean");
        try (Replicator replicator = Flows.start(flow)) {
            for (int round = 0; round < 3; round++) {
                Load.to(source, "clean").seed(round).write(100);
                Flows.awaitCopied(replicator, source, "clean");
                int leader = leader("clean");
                source.broker(leader).stop();
                await().atMost(PATIENCE).until(() -> leader("clean") != leader);
                Load.to(source, "clean").seed(10 + round).write(100);
                Flows.awaitCopied(replicator, source, "clean");
                source.broker(leader).start();
                awaitInSync("clean", 2);
            }
        }
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "clean").seed(20).write(100);
            Flows.awaitCopied(replicator, source, "clean");
            Flows.awaitPartition(replicator, "clean", 0, found -> found.state() == PartitionState.RUNNING);
        }
        assertSame("clean");
    }

    @Test
    void shouldStopAtAGapAndGoOnBehindItWhenToldTo() throws Exception {
        FlowConfig flow = Flows.with(flow("gap"), STOP);
        source.createTopic("gap", 1);
        Load.to(source, "gap").write(100);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "gap");
        }
        Load.to(source, "gap").seed(2).write(100);
        deleteBefore(source, "gap", 170);

        try (Replicator replicator = Flows.start(flow)) {
            PartitionStatus stopped =
                    Flows.awaitPartition(replicator, "gap", 0, found -> found.state() == PartitionState.FAILED);
            assertThat(stopped.reason()).contains("offsets 100 to 169 were deleted", "70 in all");
            assertThat(stopped.resumesWhen()).contains("on-gap is set to continue");
            assertThat(stopped.position()).isEqualTo(100);
            assertThat(stopped.gapRecords()).isZero();
        }
        try (Replicator replicator = Flows.start(Flows.with(flow, GO_ON))) {
            Flows.awaitCopied(replicator, source, "gap");
            assertThat(Flows.partition(replicator, "gap", 0).gapRecords()).isEqualTo(70);
        }
        assertThat(TopicDump.uncommitted(target, "gap").count()).isEqualTo(130);

        // What was skipped has no known leader, and must not be taken for a truncation.
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "gap").seed(3).write(10);
            Flows.awaitCopied(replicator, source, "gap");
            Flows.awaitPartition(replicator, "gap", 0, found -> found.state() == PartitionState.RUNNING);
        }
    }

    @Test
    void shouldCopyATopicThatWasMadeAnewBehindTheFormerOne() throws Exception {
        FlowConfig flow = Flows.with(flow("anew"), GO_ON);
        source.createTopic("anew", 3);
        Map<Integer, List<RecordContent>> former;
        Map<Integer, List<RecordContent>> second;
        try (Replicator replicator = Flows.start(flow)) {
            Load.to(source, "anew").write(300);
            Flows.awaitCopied(replicator, source, "anew");
            former = contents("anew");

            createAgain("anew", 2);
            Load.to(source, "anew").seed(2).write(100);
            Flows.awaitPartition(replicator, "anew", 1, found -> found.recreations() == 1);
            Flows.awaitCopied(replicator, source, "anew");
            second = contents("anew");
            Flows.awaitPartition(replicator, "anew", 0, found -> found.state() == PartitionState.RUNNING);
        }
        createAgain("anew", 2);
        Load.to(source, "anew").seed(3).write(60);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "anew");
            assertThat(Flows.partition(replicator, "anew", 0).recreations()).isEqualTo(1);
        }

        Map<Integer, List<RecordContent>> third = contents("anew");
        Map<Integer, List<RecordContent>> copy =
                TopicDump.uncommitted(target, "anew").contents();
        for (int partition = 0; partition < 2; partition++) {
            List<RecordContent> all = new ArrayList<>(former.get(partition));
            all.addAll(second.get(partition));
            all.addAll(third.get(partition));
            assertThat(copy.get(partition)).isEqualTo(all);
        }
        assertThat(copy.get(2)).isEqualTo(former.get(2));
        assertThat(log.lines(Level.WARN))
                .anyMatch(line -> line.contains("was deleted and created again on the source"));
    }

    @Test
    void shouldSayThatTheTargetLostWhatWasAcknowledgedThoughThereIsNothingToCopy() throws Exception {
        FlowConfig flow = flow("lost-on-target");
        source.createTopic("lost-on-target", 2);
        Load.to(source, "lost-on-target").write(200);
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "lost-on-target");
            // Somebody else's records come behind the copy and are deleted with it.
            Load.to(target, "lost-on-target").seed(2).write(50);
            long end =
                    TopicDump.uncommitted(target, "lost-on-target").endOffsets().get(0);
            deleteBefore(target, "lost-on-target", end);

            PartitionStatus stopped = Flows.awaitPartition(
                    replicator, "lost-on-target", 0, found -> found.state() == PartitionState.FAILED);
            assertThat(stopped.reason())
                    .contains("lost-on-target-0 on west begins at offset " + end, "records were deleted there");
            Load.to(source, "lost-on-target").seed(3).write(100);
            Flows.awaitPartition(
                    replicator,
                    "lost-on-target",
                    1,
                    found -> found.isCaughtUp() && found.state() == PartitionState.RUNNING);
        }
    }

    @Test
    void shouldNotMixTwoFlowsOfOneNameBetweenOtherClusters() throws Exception {
        source.createTopic("named", 1);
        Load.to(source, "named").write(10);
        try (Replicator first = Flows.start(flow("named"));
                KafkaCluster other = KafkaCluster.builder().name("north").start()) {
            Flows.awaitCopied(first, source, "named");
            other.createTopic("named", 1);
            FlowConfig twin = Flows.flow("named", Flows.cluster(other), Flows.cluster(target), "named");
            try (Replicator replicator = Flows.start(twin)) {
                Flows.awaitStatus(replicator, flow -> flow.state() == FlowState.FAILED);

                assertThat(replicator.flows().get(0).reason())
                        .contains(
                                "from east (cluster id " + source.clusterId(),
                                "copies from north (cluster id " + other.clusterId(),
                                "give one of the two flows another name");
            }
            // It has the same instance name, and has put nobody out.
            Load.to(source, "named").seed(2).write(10);
            Flows.awaitCopied(first, source, "named");
            assertThat(first.flows().get(0).state()).isEqualTo(FlowState.RUNNING);
        }
        assertThat(TopicDump.uncommitted(target, "named").count()).isEqualTo(20);
    }

    @Test
    void shouldNotWriteATopicThatAnotherRunningFlowWrites() throws Exception {
        source.createTopic("shared", 1);
        source.createTopic("own", 1);
        Load.to(source, "shared").write(10);
        Load.to(source, "own").write(10);
        FlowConfig second = Flows.flow("second", Flows.cluster(source), Flows.cluster(target), "shared", "own");
        try (Replicator first = Flows.start(flow("shared"))) {
            Flows.awaitCopied(first, source, "shared");

            try (Replicator replicator = Flows.start(second)) {
                Flows.awaitCopied(replicator, source, "own");
                PartitionStatus refused = Flows.awaitPartition(
                        replicator, "shared", -1, found -> found.state() == PartitionState.WAITING);
                assertThat(refused.reason()).contains("flow shared, which is running, writes topic shared on west too");
            }
            Load.to(source, "shared").seed(2).write(10);
            Flows.awaitCopied(first, source, "shared");
        }
        assertSame("shared");

        // Nobody runs the other one now: a warning, and it goes on.
        try (Replicator replicator = Flows.start(second)) {
            Flows.awaitCopied(replicator, source, "shared");
            assertThat(log.lines(Level.WARN))
                    .anyMatch(line -> line.contains("another flow has copied to the same topic")
                            && line.contains("it is not running now"));

            // The former comes back: it leaves the topic to the one that took it over, and says so.
            FlowConfig both = Flows.flow("shared", Flows.cluster(source), Flows.cluster(target), "shared", "beside");
            source.createTopic("beside", 1);
            try (Replicator first = Flows.start(both)) {
                Flows.awaitPartition(first, "beside", 0, found -> found.state() == PartitionState.RUNNING);
                PartitionStatus refused =
                        Flows.awaitPartition(first, "shared", -1, found -> found.state() == PartitionState.WAITING);
                assertThat(refused.reason()).contains("flow second, which is running, writes topic shared on west too");
                await().atMost(PATIENCE).until(() -> claim(both, "shared").state() == TopicClaim.State.LEFT);
            }
            Load.to(source, "shared").seed(3).write(10);
            Flows.awaitCopied(replicator, source, "shared");
        }
        // Two lives that begin together: the one that had it last has it again, and the other does once it is left out.
        FlowConfig former = flow("shared");
        FlowConfig without = Flows.flow("second", Flows.cluster(source), Flows.cluster(target), "own");
        try (Replicator again = Flows.start(second);
                Replicator first = Flows.start(former)) {
            Load.to(source, "shared").seed(4).write(10);
            Flows.awaitCopied(again, source, "shared");
            Flows.awaitPartition(first, "shared", -1, found -> found.reason().contains("flow second"));
        }
        try (Replicator narrowed = Flows.start(without)) {
            await().atMost(PATIENCE).until(() -> log.lines(Level.WARN).stream()
                    .anyMatch(line -> line.contains("topics.select was [shared, own] and is [own]")));
            Flows.awaitPartition(narrowed, "own", 0, found -> found.state() == PartitionState.RUNNING);
            await().atMost(PATIENCE).until(() -> claim(without, "shared").state() == TopicClaim.State.LEFT);
            try (Replicator first = Flows.start(former)) {
                Flows.awaitCopied(first, source, "shared");
                Flows.awaitPartition(first, "shared", 0, found -> found.state() == PartitionState.RUNNING);
            }
        }
    }

    private static TopicClaim claim(FlowConfig flow, String targetTopic) throws InterruptedException {
        try (OffsetLog offsets = OffsetLog.open(flow, Duration.ofSeconds(10))) {
            offsets.load();
            return offsets.claims().get(targetTopic);
        }
    }

    @Test
    void shouldSayThatTheTopicOfItsProgressWasDeleted() throws Exception {
        source.createTopic("forgotten", 1);
        Load.to(source, "forgotten").write(10);
        FlowConfig flow = flow("forgotten");
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "forgotten");

            target.admin().deleteTopics(Set.of(flow.offsetsTopic())).all().get();

            Flows.awaitStatus(replicator, status -> status.state() == FlowState.FAILED);
            assertThat(replicator.flows().get(0).reason())
                    .contains(flow.offsetsTopic() + " on west", "was deleted", "topics.start");
            // A start would copy everything again: that is for an operator to decide.
            assertThat(replicator.flows().get(0).mayRestart()).isFalse();
            assertThat(replicator.flows().get(0).partitions())
                    .isNotEmpty()
                    .allMatch(partition -> partition.state() == PartitionState.FAILED
                            && partition.reason().contains("was deleted"));
        }
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitStatus(replicator, status -> status.state() == FlowState.FAILED);

            assertThat(replicator.flows().get(0).reason())
                    .contains(flow.offsetsTopic() + " on west", "is missing", flow.ownershipTopic() + " as well");
        }
        assertThat(Preflight.check(flow, Duration.ofSeconds(10)).findings())
                .anyMatch(finding -> finding.severity() == Finding.Severity.ERROR
                        && finding.message().contains("shows that the flow has run"));
        assertThat(TopicDump.uncommitted(target, "forgotten").count()).isEqualTo(10);

        target.admin().deleteTopics(Set.of(flow.ownershipTopic())).all().get();
        await().atMost(PATIENCE)
                .until(() -> !target.admin().listTopics().names().get().contains(flow.ownershipTopic()));
        try (Replicator replicator = Flows.start(flow)) {
            Flows.awaitCopied(replicator, source, "forgotten");
        }
    }

    private static Map<Integer, List<RecordContent>> contents(String topic) {
        return TopicDump.committed(source, topic).contents();
    }

    private static long exact(Translator map, long sourceOffset) {
        return ((Translation.Exact) map.toTarget(sourceOffset)).offset();
    }

    private static FlowConfig flow(String name) {
        return Flows.flow(name, Flows.cluster(source), Flows.cluster(target), name);
    }

    private static SavedProgress saved(FlowConfig flow, String topic) throws InterruptedException {
        try (OffsetLog offsets = OffsetLog.open(flow, Duration.ofSeconds(10))) {
            return offsets.load().partitions().get(new TopicPartition(topic, 0));
        }
    }

    /** A topic of one partition that may lose records. */
    private static void createOnTwo(String topic) throws Exception {
        NewTopic wanted = new NewTopic(topic, Map.of(0, List.of(LEADER, FOLLOWER)))
                .configs(Map.of("min.insync.replicas", "1", "unclean.leader.election.enable", "true"));
        source.admin().createTopics(List.of(wanted)).all().get();
        awaitInSync(topic, 2);
    }

    /** The follower has what is written so far, and gets no more. */
    private static void stopFollower(String topic) {
        source.broker(FOLLOWER).stop();
        awaitInSync(topic, 1);
    }

    /** The follower comes back while the leader is away: what it does not have is lost. */
    private static void followerLeads(String topic) {
        // Without a majority of controllers it could not end in good order.
        source.broker(LEADER).kill();
        source.broker(FOLLOWER).start();
        await().atMost(PATIENCE).until(() -> leader(topic) == FOLLOWER);
        source.broker(LEADER).start();
        awaitInSync(topic, 2);
    }

    private static void awaitInSync(String topic, int replicas) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> partition(topic).isr().size() == replicas
                        && partition(topic).leader() != null
                        && !partition(topic).leader().isEmpty());
    }

    private static int leader(String topic) throws Exception {
        return partition(topic).leader() == null
                ? -1
                : partition(topic).leader().id();
    }

    private static TopicPartitionInfo partition(String topic) throws Exception {
        return source.admin()
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .get(0);
    }

    private static void deleteBefore(KafkaCluster cluster, String topic, long offset) throws Exception {
        cluster.admin()
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get();
    }

    private static void createAgain(String topic, int partitions) throws Exception {
        source.admin().deleteTopics(Set.of(topic)).all().get();
        await().atMost(PATIENCE)
                .until(() -> !source.admin().listTopics().names().get().contains(topic));
        source.createTopic(topic, partitions);
    }

    private static void assertSame(String topic) {
        assertThat(TopicDump.uncommitted(target, topic).contents())
                .isEqualTo(TopicDump.committed(source, topic).contents());
    }
}
