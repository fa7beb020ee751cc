package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LaneRevivalTest {
    private static final int SHARDS = 4;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final ControlParts parts = new ControlParts(ControlParts.flow(SHARDS), 2);
    private final LaneRevival revival = parts.revival;
    private final RecordedLane lane = parts.recorded.get(0);

    @BeforeEach
    void copyAll() throws InterruptedException {
        parts.createTopics(SHARDS);
        parts.copies.follow(ControlParts.plan(ControlParts.topic(SHARDS)));
        parts.shards.assigned(Set.of(0, 1, 2, 3));
        parts.shards.mayServe();
        parts.settle();
        assertThat(parts.copies.served()).hasSize(SHARDS);
        assertThat(revival.dueInNanos(parts.now)).isEqualTo(Long.MAX_VALUE);
    }

    private void replace() {
        revival.turn(parts.now);
        parts.laneCalls.answer(parts.now);
    }

    @Test
    void shouldReplaceALaneOnlyAfterItsThreadsHaveEnded() {
        lane.die();
        lane.asked.clear();
        assertThat(revival.dueInNanos(parts.now)).isZero();

        revival.turn(parts.now);
        assertThat(revival.dueInNanos(parts.now)).as("it is being ended").isEqualTo(Long.MAX_VALUE);
        assertThat(lane.asked).isEmpty();

        parts.laneCalls.answer(parts.now);
        assertThat(parts.ended).containsExactly(0);
        assertThat(lane.asked).hasSize(2).allMatch(each -> each.startsWith("add"));
        assertThat(parts.copies.served()).hasSize(SHARDS);
    }

    @Test
    void shouldLetShardsGoThatADeadLaneWasLettingGo() {
        CompletableFuture<Void> letGo = new CompletableFuture<>();
        lane.hold();
        parts.shards.revoked(Set.of(0), letGo);
        parts.settle();
        assertThat(letGo).isNotDone();
        lane.die();

        replace();
        parts.settle();

        assertThat(letGo).isDone();
        assertThat(parts.copies.serves(0)).isFalse();
    }

    @Test
    void shouldReplaceALaneThatDiesAgainAndAgainAfterGrowingPauses() {
        lane.die();
        replace();
        for (long millis : new long[] {100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000}) {
            lane.die();
            assertThat(revival.dueInNanos(parts.now)).isEqualTo(millis * MILLI);
            parts.now += millis * MILLI;
            replace();
        }
    }

    @Test
    void shouldReplaceALaneAtOnceThatLivedForLong() {
        lane.die();
        replace();
        lane.die();
        parts.now += TimeUnit.MINUTES.toNanos(2);
        assertThat(revival.dueInNanos(parts.now)).isZero();

        replace();
        lane.die();

        assertThat(revival.dueInNanos(parts.now)).as("the first pause").isEqualTo(100 * MILLI);
    }
}
