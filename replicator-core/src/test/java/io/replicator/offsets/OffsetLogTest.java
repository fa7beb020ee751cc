package io.replicator.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.cluster.ClusterInMemory;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.it.Flows;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** The offset log over a cluster without brokers. */
class OffsetLogTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Writer WRITER = new Writer(0, 2001, (short) 5);
    private static final TopicPartition SOURCE = new TopicPartition("orders", 0);

    private static final FlowConfig FLOW = Flows.flow(
            "pay",
            new ClusterConfig("east", "127.0.0.1:1", Map.of()),
            new ClusterConfig("west", "127.0.0.1:1", Map.of()),
            ".*");

    private final ClusterInMemory target = new ClusterInMemory("west");

    private OffsetLog log() {
        return new OffsetLog(FLOW, target, TIMEOUT);
    }

    @Test
    void shouldLetAnotherInstanceReadWhatWasSaved() throws Exception {
        OffsetLog one = log();
        one.ensureTopic();
        one.save(progressTo(3));
        one.save(ShardOwner.first(0, "one", 2001, (short) 5));

        OffsetLog other = log();
        other.load();

        assertThat(other.progress(SOURCE))
                .hasValueSatisfying(saved -> assertThat(saved.position()).isEqualTo(3));
        assertThat(other.progress(List.of(SOURCE, new TopicPartition("orders", 1))))
                .containsOnlyKeys(SOURCE);
        assertThat(other.owners()).containsOnlyKeys(0);
        assertThat(other.topics()).isEqualTo(Map.of("orders", "orders"));
    }

    @Test
    void shouldAnswerWithWhatDoesNotChangeWithLaterReads() throws Exception {
        OffsetLog writer = log();
        writer.ensureTopic();
        writer.save(progressTo(3));
        OffsetLogReader reader = OffsetLogReader.open(FLOW, target, TIMEOUT);
        SavedState before = reader.load();
        Map<TopicPartition, PartitionPair> pairs = reader.pairs();

        writer.save(progressTo(8));
        writer.remove(List.of(SOURCE));
        reader.refresh();

        assertThat(reader.pairs()).isEmpty();
        assertThat(pairs).containsOnlyKeys(SOURCE);
        assertThat(before.partitions().get(SOURCE).position()).isEqualTo(3);
    }

    @Test
    void shouldSaveLaterWhatTheTargetDidNotTake() throws Exception {
        OffsetLog log = log();
        log.ensureTopic();
        target.setAway(true);

        var failure = catchThrowableOfType(OffsetLogException.class, () -> log.save(progressTo(3)));

        assertThat(failure.isTransient()).isTrue();
        assertThat(log.hasUnsaved()).isTrue();
        target.setAway(false);
        log.save(List.of());
        assertThat(log.hasUnsaved()).isFalse();
        assertThat(log.load().partitions()).containsOnlyKeys(SOURCE);
    }

    @Test
    void shouldForgetWhatCouldNotBeSavedOfAShardThatIsGone() throws Exception {
        OffsetLog log = log();
        log.ensureTopic();
        target.setAway(true);
        assertThat(catchThrowableOfType(OffsetLogException.class, () -> log.save(progressTo(3))))
                .isNotNull();

        log.forgetUnsaved(0);

        target.setAway(false);
        log.save(List.of());
        assertThat(log.load().partitions()).isEmpty();
    }

    @Test
    void shouldSayThatARightIsMissing() throws Exception {
        OffsetLog log = log();
        log.ensureTopic();
        target.deny(FLOW.offsetsTopic());

        var unsaved = catchThrowableOfType(OffsetLogException.class, () -> log.save(progressTo(3)));
        var unread = catchThrowableOfType(OffsetLogException.class, log::refresh);

        assertThat(unsaved.isDenied()).isTrue();
        assertThat(unsaved.isTransient()).isFalse();
        assertThat(unsaved).hasMessageContaining("grant Write on it");
        assertThat(unread).hasMessageContaining("grant Read on it");
    }

    @Test
    void shouldRefuseALogThatLostWhatWasRead() throws Exception {
        OffsetLog log = log();
        log.ensureTopic();
        log.save(progressTo(3));
        log.load();
        target.truncate(FLOW.offsetsTopic(), 0);

        var lost = catchThrowableOfType(OffsetLogException.class, log::refresh);

        assertThat(lost.isTruncation()).isTrue();
        assertThat(lost.isTransient()).isFalse();
    }

    @Test
    void shouldNotRecreateALogThatIsMissingAlthoughTheFlowHasRun() throws Exception {
        target.createTopic(FLOW.ownershipTopic(), 1, Map.of());
        OffsetLog log = log();

        // A broker that has just started may not know the topic yet.
        assertThat(catchThrowableOfType(OffsetLogException.class, log::ensureTopic)
                        .isTransient())
                .isTrue();
        assertThat(catchThrowableOfType(OffsetLogException.class, log::ensureTopic)
                        .isTransient())
                .isTrue();
        assertThat(catchThrowableOfType(OffsetLogException.class, log::ensureTopic)
                        .isTransient())
                .isFalse();
    }

    @Test
    void shouldNoticeThatTheTopicWasRecreated() throws Exception {
        OffsetLog log = log();
        log.ensureTopic();
        log.requireTopic();
        assertThat(log.isSameTopic()).isTrue();

        target.delete(FLOW.offsetsTopic());
        target.createTopic(FLOW.offsetsTopic(), 1, Map.of());

        assertThat(log.isSameTopic()).isFalse();
        assertThat(catchThrowableOfType(OffsetLogException.class, log::requireTopic))
                .hasMessageContaining("was deleted and created again");
    }

    @Test
    void shouldRefuseATopicThatForgets() throws Exception {
        target.createTopic(FLOW.offsetsTopic(), 1, Map.of("cleanup.policy", "compact,delete"));

        assertThat(catchThrowableOfType(OffsetLogException.class, () -> log().ensureTopic()))
                .hasMessageContaining("set it to compact");
    }

    @Test
    void shouldKnowWhatOtherFlowsWriteAndReadOnAfterTheirLogWasRecreated() throws Exception {
        FlowConfig otherFlow = Flows.flow("other", FLOW.source(), FLOW.target(), ".*");
        OffsetLog other = new OffsetLog(otherFlow, target, TIMEOUT);
        other.ensureTopic();
        other.save(progressTo(3));
        OtherFlows others = new OtherFlows(FLOW, target, TIMEOUT);

        others.read(target.topicNames());
        assertThat(others.claimsOn("orders")).containsOnlyKeys("other");

        target.truncate(otherFlow.offsetsTopic(), 0);
        others.read(target.topicNames());
        assertThat(others.claimsOn("orders")).isEmpty();
    }

    @Test
    void shouldLeaveOutAnotherFlowWhoseLogItMayNotRead() throws Exception {
        FlowConfig otherFlow = Flows.flow("other", FLOW.source(), FLOW.target(), ".*");
        new OffsetLog(otherFlow, target, TIMEOUT).ensureTopic();
        var names = target.topicNames();
        target.deny(otherFlow.offsetsTopic());
        OtherFlows others = new OtherFlows(FLOW, target, TIMEOUT);

        others.read(names);

        assertThat(others.claimsOn("orders")).isEmpty();
    }

    private static List<Progress> progressTo(int position) {
        OffsetMap map = new OffsetMap(0);
        map.append(0, 0, position);
        PartitionPair pair = new PartitionPair(SOURCE, new Uuid(1, 2), "orders", new Uuid(3, 4));
        return List.of(new Progress(pair, WRITER, map.takeChanges()));
    }
}
