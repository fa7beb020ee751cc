package io.replicator.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.daemon.Snapshots;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaughtUpTest {
    @Test
    void shouldBeReachedWhenEveryPartitionIsAtTheEndOfTheFirstLook() {
        CaughtUp caughtUp = new CaughtUp();

        assertThat(caughtUp.update(List.of(Snapshots.running(Snapshots.partition("orders", 0, 5, 10)))))
                .isFalse();
        assertThat(caughtUp.update(List.of(Snapshots.running(Snapshots.partition("orders", 0, 10, 12)))))
                .isTrue();
    }

    @Test
    void shouldNotBeReachedWhileAPartitionIsFailedWhoseTargetLostWhatItHad() {
        CaughtUp caughtUp = new CaughtUp();
        caughtUp.update(List.of(Snapshots.running(Snapshots.partition("orders", 0, 3, 5))));

        assertThat(caughtUp.update(List.of(Snapshots.running(Snapshots.failed("orders", 0, "its log was truncated")))))
                .isFalse();
    }
}
