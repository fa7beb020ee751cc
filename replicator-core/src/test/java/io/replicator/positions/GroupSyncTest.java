package io.replicator.positions;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ClusterInMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GroupSyncTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long INTERVAL = SyncFlows.INTERVAL.toNanos();

    /** As {@link System#nanoTime} may begin. */
    private static final long BEGIN = -3;

    private final ClusterInMemory source = new ClusterInMemory("east");
    private final ClusterInMemory target = new ClusterInMemory("west");
    private final RecordedRounds rounds = new RecordedRounds();
    private final GroupSync sync = new GroupSync(
            SyncFlows.flow(),
            (cluster, clientId, timeout) -> cluster.name().equals("east") ? source : target,
            Duration.ofSeconds(1),
            () -> WrittenBefore.NOTHING,
            () -> rounds,
            () -> {});

    /** Takes note of when rounds were, and of its own turns. */
    private static final class RecordedRounds implements PositionListener {
        private final List<Long> atNanos = new ArrayList<>();
        private final List<Long> turnsAtNanos = new ArrayList<>();
        private long dueInNanos = Long.MAX_VALUE / 2;

        @Override
        public void round(FlowPositions positions, List<GroupPosition> groups, RoundTime now) {
            atNanos.add(now.nanos());
        }

        @Override
        public long turn(RoundTime now) {
            turnsAtNanos.add(now.nanos());
            return now.nanos() + dueInNanos;
        }
    }

    private long turn(long nowNanos) throws InterruptedException {
        return sync.turn(nowNanos, TimeUnit.NANOSECONDS.toMillis(nowNanos));
    }

    @Test
    void shouldBeginEachRoundAnIntervalAfterTheOneBeforeBegan() throws InterruptedException {
        assertThat(turn(BEGIN)).as("at once, to learn when the round ended").isEqualTo(BEGIN);
        assertThat(turn(BEGIN + SECOND)).isEqualTo(BEGIN + INTERVAL);
        assertThat(turn(BEGIN + INTERVAL - 1)).as("not due yet").isEqualTo(BEGIN + INTERVAL);
        assertThat(rounds.atNanos).containsExactly(BEGIN);

        turn(BEGIN + INTERVAL);

        assertThat(rounds.atNanos).containsExactly(BEGIN, BEGIN + INTERVAL);
        assertThat(turn(BEGIN + INTERVAL + SECOND)).isEqualTo(BEGIN + 2 * INTERVAL);
    }

    @Test
    void shouldRestForAPartOfTheIntervalAfterARoundThatTookLonger() throws InterruptedException {
        turn(BEGIN);
        long end = BEGIN + 3 * INTERVAL;

        long due = turn(end);

        assertThat(due).isEqualTo(end + INTERVAL / 4);
        turn(due - 1);
        assertThat(rounds.atNanos).hasSize(1);
        turn(due);
        assertThat(rounds.atNanos).containsExactly(BEGIN, due);
    }

    @Test
    void shouldBeginARoundAtOnceWhenItsTurnComesLate() throws InterruptedException {
        turn(BEGIN);
        turn(BEGIN + SECOND);
        long late = BEGIN + 5 * INTERVAL;

        assertThat(turn(late)).isEqualTo(late);

        assertThat(rounds.atNanos).containsExactly(BEGIN, late);
        assertThat(turn(late + SECOND))
                .as("those that were left out are not made up for")
                .isEqualTo(late + INTERVAL);
    }

    @Test
    void shouldTurnTheListenerBetweenRoundsWhenThatIsDue() throws InterruptedException {
        rounds.dueInNanos = SECOND;
        turn(BEGIN);

        long due = turn(BEGIN + 1);
        assertThat(due).isEqualTo(BEGIN + 1 + SECOND);
        assertThat(turn(due)).isEqualTo(due + SECOND);

        assertThat(rounds.turnsAtNanos).containsExactly(BEGIN + 1, due);
        assertThat(rounds.atNanos).containsExactly(BEGIN);
        assertThat(turn(BEGIN + INTERVAL - 1)).as("the round is due first").isEqualTo(BEGIN + INTERVAL);
    }

    @Test
    void shouldCountTheWaitFromTheEndOfAFailedRound() throws InterruptedException {
        source.setAway(true);
        target.setAway(true);

        assertThat(turn(0)).as("at once, to learn when the round ended").isZero();
        assertThat(sync.status().trouble()).contains("west does not answer");
        assertThat(sync.status().isKnown()).isFalse();
        long due = turn(8 * SECOND);
        assertThat(due).as("the round took 8 s").isEqualTo(9 * SECOND);
        assertThat(turn(due - 1)).as("not due yet").isEqualTo(due);
        assertThat(turn(due)).isEqualTo(due);
        assertThat(turn(due + SECOND)).as("the second failure in a row").isEqualTo(due + 3 * SECOND);
    }

    @Test
    void shouldKeepTheIntervalAgainAfterAFailureThatIsOver() throws InterruptedException {
        target.setAway(true);
        turn(0);
        long retry = turn(0);
        target.setAway(false);

        turn(retry);
        assertThat(sync.status().trouble()).isEmpty();
        long next = turn(retry);
        assertThat(next).isEqualTo(retry + INTERVAL);

        target.setAway(true);
        turn(next);
        assertThat(sync.status().trouble()).contains("west does not answer");
        assertThat(turn(next)).as("the first failure").isEqualTo(next + SECOND);
    }
}
