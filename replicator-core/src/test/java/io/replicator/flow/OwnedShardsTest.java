package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cluster.RefusedException;
import io.replicator.partition.PartitionState;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnedShardsTest {
    private static final int SHARDS = 4;

    private final ControlParts parts = new ControlParts(ControlParts.flow(SHARDS), 2);
    private final OwnedShards shards = parts.shards;
    private final Copies copies = parts.copies;
    private final CompletableFuture<Void> letGo = new CompletableFuture<>();

    @BeforeEach
    void createTopics() throws InterruptedException {
        parts.createTopics(SHARDS);
    }

    private void serve(Integer... assigned) {
        shards.assigned(Set.of(assigned));
        shards.mayServe();
        parts.settle();
        assertThat(copies.servedShards()).contains(assigned);
    }

    private RecordedLane laneOf(int shard) {
        return parts.recorded.get(parts.lanes.places().laneOf(shard));
    }

    @Test
    void shouldServeWhatIsAssignedOnlyOnceAPlanAllowsIt() {
        shards.assigned(Set.of(0, 1));

        parts.settle();
        assertThat(copies.servedShards()).isEmpty();
        assertThat(shards.isReady()).isFalse();

        shards.mayServe();
        parts.settle();
        assertThat(copies.servedShards()).containsExactlyInAnyOrder(0, 1);
        assertThat(shards.isReady()).isTrue();
    }

    @Test
    void shouldBeReadyWithoutShardsOnlyAsAMember() {
        assertThat(shards.isReady()).isFalse();
        assertThat(shards.standing()).isEqualTo(new Standing(false, 0, false));

        shards.assigned(Set.of());

        assertThat(shards.isReady()).isTrue();
        assertThat(shards.ownsControl()).isFalse();
    }

    @Test
    void shouldDecideForAllInATermOfShardZeroOnly() {
        shards.assigned(Set.of(0));
        Standing first = shards.standing();
        shards.lost(Set.of(0));
        assertThat(shards.ownsControl()).isFalse();
        assertThat(shards.standing().controlTerm()).isZero();

        shards.assigned(Set.of(0, 1, 2, 3));

        assertThat(shards.ownsControl()).isTrue();
        assertThat(first.isAlone()).isFalse();
        assertThat(shards.standing().isAlone()).isTrue();
        assertThat(shards.standing().controlTerm()).isNotEqualTo(first.controlTerm());
    }

    @Test
    void shouldNotServeWhatWasTakenBackBeforeItWasServed() {
        shards.assigned(Set.of(0, 1));
        shards.revoked(Set.of(0), letGo);
        shards.lost(Set.of(1));
        shards.mayServe();

        parts.settle();

        assertThat(letGo).isDone();
        assertThat(copies.servedShards()).isEmpty();
        assertThat(parts.condition.ownedShards()).isEmpty();
    }

    @Test
    void shouldDropWhatIsLostAtOnce() {
        serve(0, 1);
        RecordedLane lane = laneOf(1);

        shards.lost(Set.of(1));

        assertThat(lane.asked).contains("forget 1").doesNotContain("release 1");
        assertThat(copies.servedShards()).containsExactly(0);
        assertThat(parts.condition.ownedShards()).containsExactly(0);
        assertThat(parts.logCalls.waiting()).containsExactly("forget what was not saved");
    }

    @Test
    void shouldServeAShardThatIsHandedOverUntilItIsSaved() {
        serve(0);
        RecordedLane lane = laneOf(0);
        lane.hold();

        shards.revoked(Set.of(0), letGo);
        parts.settle();
        assertThat(letGo).isNotDone();
        assertThat(parts.condition.ownedShards()).isEmpty();
        assertThat(copies.serves(0)).isTrue();

        lane.answer();
        parts.settle();
        assertThat(letGo).isDone();
        assertThat(lane.asked).containsSubsequence("release 0", "collect", "forget 0");
        assertThat(copies.serves(0)).isFalse();
    }

    @Test
    void shouldServeAgainWhatComesBackWhileItIsHandedOver() {
        serve(0);
        RecordedLane lane = laneOf(0);
        long term = copies.terms().of(0);
        lane.hold();
        shards.revoked(Set.of(0), letGo);

        shards.assigned(Set.of(0));
        parts.settle();
        assertThat(lane.asked).contains("forget 0");
        assertThat(copies.terms().of(0)).isNotZero().isNotEqualTo(term);

        lane.answer();
        parts.settle();
        assertThat(letGo).isDone();
        assertThat(copies.serves(0)).isTrue();
    }

    @Test
    void shouldLeaveAloneWhatIsLostWhileItIsHandedOver() {
        serve(0, 1);
        laneOf(0).hold();
        shards.revoked(Set.of(0), letGo);

        shards.lost(Set.of(0));
        parts.settle();

        assertThat(letGo).as("nobody waits for what the lane does not answer").isDone();
        assertThat(copies.servedShards()).containsExactly(1);
    }

    @Test
    void shouldShowPartitionsOfAFencedShardAndServeItOnceItIsConfirmed() {
        copies.follow(ControlParts.plan(ControlParts.topic(SHARDS)));
        serve(0, 1, 2, 3);
        int shard = parts.shardOf(2);

        shards.fenced(shard);

        assertThat(copies.serves(shard)).isFalse();
        assertThat(copies.all())
                .filteredOn(copy -> copy.partition().shard() == shard)
                .singleElement()
                .returns(false, Copy::isServed)
                .returns(
                        PartitionState.WAITING,
                        copy -> copy.partition().health().state());
        parts.passMillis(500);
        assertThat(copies.serves(shard))
                .as("the coordinator says that it is another's")
                .isFalse();
        parts.confirmed.add(shard);
        parts.passMillis(1_000);
        assertThat(copies.serves(shard)).isTrue();
        assertThat(copies.served()).hasSize(SHARDS);
    }

    @Test
    void shouldNotTakeBackAFencedShardThatIsNotAssignedAnyMore() {
        serve(0, 1);
        parts.confirmed.add(0);
        shards.fenced(0);

        shards.lost(Set.of(0));
        parts.passMillis(10_000);

        assertThat(copies.servedShards()).containsExactly(1);
    }

    @Test
    void shouldNotAskAboutAFencedShardThatIsBeingHandedOver() {
        serve(0);
        laneOf(0).hold();
        shards.revoked(Set.of(0), letGo);

        shards.fenced(0);

        assertThat(copies.serves(0)).isFalse();
        assertThat(parts.fenced.dueInNanos(parts.now)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldSpreadShardsOverAllLanesAfterSomeLeft() {
        serve(0, 1, 2, 3);
        assertThat(parts.lanes.places().laneOf(0))
                .isEqualTo(parts.lanes.places().laneOf(2));

        shards.lost(Set.of(1, 3));
        parts.settle();

        assertThat(copies.servedShards()).containsExactlyInAnyOrder(0, 2);
        assertThat(parts.lanes.places().laneOf(0))
                .isNotEqualTo(parts.lanes.places().laneOf(2));
    }

    @Test
    void shouldNotServeAMovingShardThatWasTakenBackOnItsWay() {
        serve(0, 1, 2, 3);
        parts.recorded.forEach(RecordedLane::hold);
        shards.lost(Set.of(1, 3));
        parts.settle();
        assertThat(parts.handOvers.isEmpty()).isFalse();

        shards.lost(Set.of(0, 2));
        parts.recorded.forEach(RecordedLane::answer);
        parts.settle();

        assertThat(copies.servedShards()).isEmpty();
    }

    @Test
    void shouldShowTheTroubleOfTheMembershipUntilItEnds() {
        shards.troubled("west denies READ");
        assertThat(parts.condition.reason()).isEqualTo("west denies READ");

        shards.troubled("");
        assertThat(parts.condition.reason()).doesNotContain("denies");
    }

    @Test
    void shouldEndTheFlowWhenItCannotBeAMember() {
        assertThatThrownBy(() -> shards.refused("another instance")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> shards.brokeDown("a bug")).isInstanceOf(BrokenOffException.class);
    }
}
