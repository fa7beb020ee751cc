package io.replicator.positions;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ClusterError;
import io.replicator.cluster.UnavailableException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GroupSyncTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldCountTheWaitFromTheEndOfAFailedRound() throws Exception {
        GroupSync sync = new GroupSync(
                SyncFlows.flow(),
                (cluster, clientId, timeout) -> {
                    throw new UnavailableException(
                            UnavailableException.Reason.UNREACHABLE, ClusterError.OTHER, cluster.name() + " is silent");
                },
                Duration.ofSeconds(1),
                () -> WrittenBefore.NOTHING,
                () -> PositionListener.NONE,
                () -> {});

        assertThat(sync.turn(0, 0)).as("at once, to learn when the round ended").isZero();
        assertThat(sync.status())
                .returns("east is silent", GroupsStatus::trouble)
                .returns(false, GroupsStatus::isKnown);
        long due = sync.turn(8 * SECOND, 8_000);
        assertThat(due).as("the round took 8 s").isEqualTo(9 * SECOND);
        assertThat(sync.turn(due - 1, 0)).as("not due yet").isEqualTo(due);
        assertThat(sync.turn(due, 0)).isEqualTo(due);
        assertThat(sync.turn(due + SECOND, 0)).as("the second failure in a row").isEqualTo(due + 3 * SECOND);
        sync.close();
    }
}
