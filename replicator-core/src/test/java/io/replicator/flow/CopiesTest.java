package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetMap;
import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Progress;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.Writer;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import io.replicator.topics.CopiedTopic;
import io.replicator.topics.TopicProblem;
import io.replicator.topics.TopicsPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class CopiesTest {
    private static final int SHARDS = 4;
    private static final Uuid OTHER_ID = new Uuid(9, 9);
    private static final CopiedTopic TOPIC = ControlParts.topic(SHARDS);
    private static final CopiedTopic RECREATED =
            ControlParts.topic(ControlParts.TOPIC, SHARDS, OTHER_ID, ControlParts.TARGET_ID);
    private static final Health PARKED = new Health(PartitionState.WAITING, "parked", "never");

    private ControlParts parts = new ControlParts(ControlParts.flow(SHARDS), 2);
    private Copies copies = parts.copies;

    private void use(FlowConfig flow) {
        parts = new ControlParts(flow, 2);
        copies = parts.copies;
    }

    private void serve(Integer... shards) {
        List.of(shards).forEach(parts.lanes.places()::place);
        copies.serve(List.of(shards));
    }

    /** Begins all that is missing, at offset 7. */
    private void begin() {
        Map<MissingPartition, SavedProgress> progress = new HashMap<>();
        copies.missing()
                .forEach(each -> progress.put(
                        each,
                        ControlParts.saved(
                                each.source(),
                                each.topic().sourceId(),
                                each.topic().targetId(),
                                7)));
        copies.begin(progress);
    }

    private void copyAll() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(TOPIC));
        begin();
        assertThat(copies.served()).hasSize(SHARDS);
    }

    private MissingPartition missing(int number) {
        return copies.missing().stream()
                .filter(each -> each.source().partition() == number)
                .findFirst()
                .orElseThrow();
    }

    private Copy copy(int number) {
        return copies.all().stream()
                .filter(each -> each.partition().number() == number)
                .findFirst()
                .orElseThrow();
    }

    private List<String> asked() {
        return parts.recorded.stream().flatMap(lane -> lane.asked.stream()).toList();
    }

    private void clearAsked() {
        parts.recorded.forEach(lane -> lane.asked.clear());
    }

    @Test
    void shouldMissOnlyPartitionsOfThePlanWhoseShardIsServed() {
        copies.follow(ControlParts.plan(TOPIC));
        assertThat(copies.missing()).isEmpty();

        serve(parts.shardOf(1), parts.shardOf(3));

        assertThat(copies.missing())
                .extracting(MissingPartition::source)
                .containsExactlyInAnyOrder(ControlParts.partition(1), ControlParts.partition(3));
    }

    @Test
    void shouldBeginAPartitionInTheLaneOfItsShardWhereItsProgressEnds() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(TOPIC));

        begin();

        assertThat(copies.missing()).isEmpty();
        for (int number = 0; number < SHARDS; number++) {
            RecordedLane lane = parts.recorded.get(parts.lanes.places().laneOf(parts.shardOf(number)));
            assertThat(lane.asked).contains("add orders-" + number + " at 7");
        }
        assertThat(copies.all()).extracting(each -> each.partition().number()).containsExactly(0, 1, 2, 3);
        assertThat(copies.started()).isEqualTo(Map.of("orders", "east.orders"));
    }

    @Test
    void shouldNotMissAPartitionAsBeforeInAnotherTerm() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(TOPIC));
        MissingPartition first = missing(2);
        assertThat(copies.isStillMissing(first)).isTrue();

        copies.drop(first.shard());
        assertThat(copies.isStillMissing(first)).isFalse();

        serve(first.shard());
        assertThat(copies.isStillMissing(first)).isFalse();
        assertThat(copies.isStillMissing(missing(2))).isTrue();
    }

    @Test
    void shouldNotMissAPartitionAsBeforeInAnotherPlan() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(TOPIC));
        MissingPartition first = missing(2);

        copies.follow(ControlParts.plan(RECREATED));
        assertThat(copies.isStillMissing(first)).as("another source topic").isFalse();
        copies.follow(
                ControlParts.plan(ControlParts.topic(ControlParts.TOPIC, SHARDS, ControlParts.SOURCE_ID, OTHER_ID)));
        assertThat(copies.isStillMissing(first)).as("another target topic").isFalse();
        copies.follow(ControlParts.plan(ControlParts.topic(2)));
        assertThat(copies.isStillMissing(first)).as("fewer partitions").isFalse();
        copies.follow(ControlParts.plan());
        assertThat(copies.isStillMissing(first)).as("no topic").isFalse();
        copies.follow(ControlParts.plan(TOPIC));
        assertThat(copies.isStillMissing(first)).isTrue();

        begin();
        assertThat(copies.isStillMissing(first)).as("it began").isFalse();
    }

    @Test
    void shouldKeepATermThatIsServedAlready() {
        serve(0);
        long term = copies.terms().of(0);

        serve(0, 1);

        assertThat(copies.terms().of(0)).isEqualTo(term);
    }

    @Test
    void shouldEndCopiesWhoseTopicIsGone() {
        copyAll();
        clearAsked();

        copies.follow(ControlParts.plan());

        assertThat(asked()).hasSize(SHARDS).allMatch(each -> each.startsWith("remove"));
        assertThat(copies.all()).isEmpty();
    }

    @Test
    void shouldKeepCopiesWhoseTopicHasAProblemAndShowIt() {
        copyAll();
        clearAsked();

        copies.follow(new TopicsPlan(
                List.of(), List.of(new TopicProblem("orders", "no rights", "they are granted")), List.of(), false));

        assertThat(asked()).isEmpty();
        assertThat(copies.served()).hasSize(SHARDS);
        assertThat(copy(1).partition().health())
                .isEqualTo(new Health(PartitionState.WAITING, "no rights", "they are granted"));

        copies.follow(ControlParts.plan(TOPIC));
        assertThat(copy(1).partition().health().state()).isNotEqualTo(PartitionState.WAITING);
    }

    @Test
    void shouldStopCopiesWhoseTargetTopicWasRecreated() {
        use(ControlParts.continuing(SHARDS));
        copyAll();
        clearAsked();

        copies.follow(
                ControlParts.plan(ControlParts.topic(ControlParts.TOPIC, SHARDS, ControlParts.SOURCE_ID, OTHER_ID)));

        assertThat(asked()).hasSize(SHARDS).allMatch(each -> each.startsWith("remove"));
        assertThat(copies.served()).isEmpty();
        assertThat(copies.missing()).as("it does not begin by itself").isEmpty();
        assertThat(copy(0).partition().health().state()).isEqualTo(PartitionState.FAILED);
    }

    @Test
    void shouldStopCopiesWhoseSourceTopicWasRecreatedUnlessTheFlowContinues() {
        copyAll();

        copies.follow(ControlParts.plan(RECREATED));

        assertThat(copies.served()).isEmpty();
        assertThat(copies.missing()).isEmpty();
        assertThat(copy(0).partition().health().state()).isEqualTo(PartitionState.FAILED);
    }

    @Test
    void shouldBeginTheNewTopicOnlyWhenTheFormerOneIsFinished() {
        use(ControlParts.continuing(SHARDS));
        copyAll();
        parts.recorded.forEach(RecordedLane::hold);

        copies.follow(ControlParts.plan(RECREATED));
        assertThat(copies.missing()).isEmpty();
        assertThat(copy(0).partition().health().state()).isEqualTo(PartitionState.WAITING);

        parts.recorded.forEach(RecordedLane::answer);
        copies.follow(ControlParts.plan(RECREATED));
        assertThat(copies.missing()).hasSize(SHARDS).allMatch(each -> each.topic()
                .equals(RECREATED));
    }

    @Test
    void shouldFinishPartitionsThatARecreatedTopicDoesNotHave() {
        use(ControlParts.continuing(SHARDS));
        copyAll();

        copies.follow(ControlParts.plan(ControlParts.topic(ControlParts.TOPIC, 1, OTHER_ID, ControlParts.TARGET_ID)));

        assertThat(copies.all()).isEmpty();
        assertThat(copies.missing()).extracting(MissingPartition::source).containsExactly(ControlParts.partition(0));
    }

    @Test
    void shouldNotCopyWithOldProgressWhatWasRecreated() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(RECREATED));
        MissingPartition missing = missing(0);

        copies.begin(Map.of(
                missing, ControlParts.saved(missing.source(), ControlParts.SOURCE_ID, ControlParts.TARGET_ID, 7)));

        assertThat(asked()).noneMatch(each -> each.startsWith("add"));
        assertThat(copy(0).isServed()).isFalse();
        assertThat(copy(0).partition().health().state()).isEqualTo(PartitionState.FAILED);
    }

    @Test
    void shouldTellProgressOfAFormerTopicFromThatOfThePresentOne() {
        Progress former = progress(ControlParts.SOURCE_ID);
        Progress present = progress(OTHER_ID);
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(RECREATED));
        assertThat(copies.isCurrent(former))
                .as("nothing is known of another one")
                .isTrue();

        List<MissingPartition> partitions = List.of(missing(0));
        copies.beginsToSave(partitions);
        assertThat(copies.isCurrent(former)).isFalse();
        assertThat(copies.isCurrent(present)).isTrue();

        copies.endsToSave(partitions);
        begin();
        assertThat(copies.isCurrent(former)).isFalse();
        assertThat(copies.isCurrent(present)).isTrue();
    }

    private static Progress progress(Uuid sourceId) {
        return new Progress(
                new PartitionPair(ControlParts.partition(0), sourceId, ControlParts.COPY, ControlParts.TARGET_ID),
                new Writer(0, 1, (short) 0),
                new OffsetMap(7).takeChanges());
    }

    @Test
    void shouldKnowACopyOnlyAsItIsNow() {
        copyAll();
        Copy before = copy(0);
        assertThat(copies.has(before)).isTrue();

        copies.stop(before, PARKED);
        copies.publish();

        assertThat(copies.has(before)).isFalse();
        assertThat(copies.has(copy(0))).isTrue();
    }

    @Test
    void shouldListWhatIsParkedAndNotWhatIsDropped() {
        copyAll();
        int parked = parts.shardOf(0);
        int dropped = parts.shardOf(1);

        copies.park(parked, PARKED);
        copies.drop(dropped);

        assertThat(copies.servedShards()).hasSize(2).doesNotContain(parked, dropped);
        assertThat(copies.all()).extracting(each -> each.partition().number()).containsExactly(0, 2, 3);
        assertThat(copy(0).isServed()).isFalse();
        assertThat(copy(0).partition().health()).isEqualTo(PARKED);
    }

    @Test
    void shouldFetchNoLongerButFinishWhatWasFetched() {
        copyAll();
        clearAsked();

        copies.fetchNoLonger(copy(0), PARKED);
        copies.publish();

        assertThat(asked()).singleElement().asString().startsWith("finish");
        assertThat(copy(0).isServed()).isFalse();
        assertThat(copies.missing()).isEmpty();
    }

    @Test
    void shouldContinueAfterALaneDiedWithItsCopiesAlone() {
        copyAll();
        copies.stop(copy(0), PARKED);
        copies.publish();
        int lane = copy(0).lane();
        Copy neighbour = copies.served().stream()
                .filter(each -> each.lane() == lane)
                .findFirst()
                .orElseThrow();
        List<Copy> elsewhere =
                copies.served().stream().filter(each -> each.lane() != lane).toList();
        clearAsked();

        copies.reassign(lane);

        assertThat(asked()).containsExactly("add " + neighbour.partition().source() + " at 7");
        assertThat(copies.has(neighbour)).isFalse();
        assertThat(elsewhere).isNotEmpty().allMatch(copies::has);
    }

    @Test
    void shouldEndCopiesOfTopicsThatAnotherFlowTookUntilTheyAreMissedAgain() {
        copyAll();
        clearAsked();

        copies.leave(Set.of("orders"));

        assertThat(asked()).hasSize(SHARDS).allMatch(each -> each.startsWith("remove"));
        assertThat(copies.missing()).hasSize(SHARDS);
    }

    @Test
    void shouldBeginNothingOnceTheFlowEnds() {
        serve(0, 1, 2, 3);
        copies.follow(ControlParts.plan(TOPIC));

        copies.beginNoMore();
        begin();

        assertThat(asked()).isEmpty();
        assertThat(copies.all()).isEmpty();
    }
}
