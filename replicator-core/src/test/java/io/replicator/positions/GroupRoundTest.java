package io.replicator.positions;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.Answers;
import io.replicator.cluster.ClusterError;
import io.replicator.cluster.GroupListing;
import io.replicator.cluster.GroupsInMemory;
import io.replicator.cluster.Rights;
import io.replicator.cluster.TopicDescription;
import io.replicator.cluster.UnavailableException;
import io.replicator.cluster.UnavailableException.Reason;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** The three parts of a round, over groups in memory. */
class GroupRoundTest {
    private static final String GROUP = "app-billing";
    private static final String THERE = "east-app-billing";

    private final GroupsInMemory source = new GroupsInMemory();
    private final GroupsInMemory target = new GroupsInMemory();
    private final Map<String, FollowedGroup> groups = new TreeMap<>();
    private final Map<WrittenBefore.Place, Written> before = new HashMap<>();
    private final Map<String, Uuid> sourceTopics = new HashMap<>(Map.of("orders", KnownCopy.SOURCE_ID));
    private final Translators translators =
            partition -> partition.equals(KnownCopy.ORDERS) ? Optional.of(KnownCopy.TRANSLATOR) : Optional.empty();

    private FlowConfig flow = SyncFlows.flow();
    private GroupReading reading;
    private GroupWriting writing;
    private GroupDeletions deletions;
    private long seconds;

    private void open() {
        reading = new GroupReading(flow, source, groups);
        CopiedTopics topics = new CopiedTopics(
                flow,
                names -> topics(names, sourceTopics),
                names -> topics(names, Map.of("east.orders", KnownCopy.TARGET_ID)));
        writing = new GroupWriting(flow, target, topics, before);
        deletions = new GroupDeletions(flow, source, target, groups);
    }

    private static Answers<String, TopicDescription> topics(Collection<String> names, Map<String, Uuid> ids) {
        Map<String, TopicDescription> found = new HashMap<>();
        names.stream()
                .filter(ids::containsKey)
                .forEach(name -> found.put(name, new TopicDescription(name, ids.get(name), List.of(), Rights.UNKNOWN)));
        return new Answers<>(found, Map.of());
    }

    /** One round that looks at everything; returns what it reports. */
    private List<GroupPosition> round() throws InterruptedException {
        if (reading == null) {
            open();
        }
        seconds++;
        RoundTime now = new RoundTime(TimeUnit.SECONDS.toNanos(seconds), seconds * 1_000);
        List<FollowedGroup> present = reading.list();
        reading.read(present, now.nanos());
        writing.list();
        writing.write(
                present.stream()
                        .filter(group -> group.hasPositions() && group.retry().isDue(now.nanos()))
                        .toList(),
                translators,
                now);
        deletions.follow(translators, now.nanos());
        return groups.values().stream()
                .flatMap(group -> group.report().stream())
                .toList();
    }

    private long onTarget() {
        return target.positions(List.of(THERE))
                .found()
                .get(THERE)
                .get(KnownCopy.COPY)
                .offset();
    }

    private static UnavailableException failure(Reason reason, ClusterError error) {
        return new UnavailableException(reason, error, "no: " + error);
    }

    @Test
    void shouldBringPositionsToTheTargetAndSayWhen() throws Exception {
        source.commit(GROUP, KnownCopy.ORDERS, 4, "m");

        assertThat(round().get(0))
                .returns(PositionState.SYNCED, GroupPosition::state)
                .returns(7L, GroupPosition::targetOffset)
                .returns(1_000L, GroupPosition::syncedAtMillis);
        assertThat(onTarget()).isEqualTo(7);
        source.commit(GROUP, KnownCopy.ORDERS, 2, "m");
        round();
        assertThat(onTarget()).as("back over its own").isEqualTo(5);
        round();
        assertThat(target.writes()).isEqualTo(2);
    }

    @Test
    void shouldNotMoveBackWhatAConsumerOnTheTargetCommitted() throws Exception {
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        round();
        target.commit(THERE, KnownCopy.COPY, 10, "");

        assertThat(round().get(0).state()).isEqualTo(PositionState.AHEAD);
        assertThat(onTarget()).isEqualTo(10);
    }

    @Test
    void shouldKnowAgainWhatItWroteWhenItGotNoAnswer() throws Exception {
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        open();
        reading.read(reading.list(), 0);
        target.fail(THERE, failure(Reason.UNREACHABLE, ClusterError.OTHER));
        round();
        FollowedGroup group = groups.get(GROUP);
        FollowedPosition position = group.positions().iterator().next();
        position.send(new Written(4, 7, true));
        target.mend();
        target.commit(THERE, KnownCopy.COPY, 7, ""); // The write that got no answer.
        source.commit(GROUP, KnownCopy.ORDERS, 2, "");
        seconds += 10;

        assertThat(round().get(0).state()).isEqualTo(PositionState.SYNCED);
        assertThat(onTarget()).isEqualTo(5);
    }

    @Test
    void shouldKnowAgainWhatAnEarlierStartWrote() throws Exception {
        before.put(new WrittenBefore.Place(THERE, KnownCopy.COPY), new Written(4, 7, false));
        target.commit(THERE, KnownCopy.COPY, 7, "");
        source.commit(GROUP, KnownCopy.ORDERS, 2, "");

        round();

        assertThat(onTarget()).isEqualTo(5);
    }

    @Test
    void shouldTryAgainLaterWhatTheTargetRefuses() throws Exception {
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        round();
        source.commit(GROUP, KnownCopy.ORDERS, 8, "");
        target.fail(THERE, failure(Reason.DENIED, ClusterError.GROUP_DENIED));

        assertThat(round()).anyMatch(position -> position.state() == PositionState.FAILED);
        target.mend();
        round();
        assertThat(onTarget()).as("one second later").isEqualTo(7);
        seconds += 2;
        round();
        assertThat(onTarget()).isEqualTo(11);
    }

    @Test
    void shouldNotWriteWhereATopicWasRecreatedOrIsNotCopied() throws Exception {
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        source.commit(GROUP, new TopicPartition("elsewhere", 0), 4, "");
        sourceTopics.put("orders", new Uuid(9, 9));

        List<GroupPosition> report = round();

        assertThat(report)
                .extracting(GroupPosition::state)
                .containsExactly(PositionState.NOT_YET, PositionState.FAILED);
        assertThat(report.get(1).reason()).contains("topic orders of east was deleted or recreated");
        assertThat(target.writes()).isZero();
    }

    @Test
    void shouldOnlyReportGroupsThatHaveNoPositions() throws Exception {
        source.add(new GroupListing("app-shared", GroupListing.Kind.SHARE, "share", true));
        source.add(new GroupListing("app-connect", GroupListing.Kind.CONSUMER, "connect", true));
        source.add("other", false);

        assertThat(round()).hasSize(2).allMatch(position -> position.state() == PositionState.UNSUPPORTED);
    }

    @Test
    void shouldForgetAGroupWhenItsCoordinatorSaysThatItWasDeleted() throws Exception {
        flow = SyncFlows.flow(".*", true, GroupDeletion.DELETE);
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        round();
        source.hide(GROUP);
        round();
        round();
        assertThat(groups).as("hidden, not deleted").containsKey(GROUP);
        source.remove(GROUP);
        seconds += 10;
        round();

        assertThat(groups).isEmpty();
        assertThat(target.list()).doesNotContainKey(THERE);
    }

    @Test
    void shouldKeepADeletedGroupOnTheTargetThatConsumersUsedThere() throws Exception {
        flow = SyncFlows.flow(".*", true, GroupDeletion.DELETE);
        source.commit(GROUP, KnownCopy.ORDERS, 4, "");
        round();
        target.commit(THERE, KnownCopy.COPY, 9, "");
        source.remove(GROUP);
        round();
        round();

        assertThat(groups).isEmpty();
        assertThat(onTarget()).isEqualTo(9);
    }
}
