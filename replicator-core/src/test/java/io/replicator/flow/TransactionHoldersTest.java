package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransactionHoldersTest {
    private static final long START = Instant.parse("2026-03-01T08:00:00.400Z").toEpochMilli();

    @Test
    void shouldSaySinceWhenATransactionIsOpenAndForHowLong() {
        assertThat(TransactionHolders.since(START, START + 62_500))
                .isEqualTo(", open since 2026-03-01T08:00:00Z, for 1m2s");
        assertThat(TransactionHolders.since(START, START + 183_000_000))
                .isEqualTo(", open since 2026-03-01T08:00:00Z, for 50h50m");
    }

    @Test
    void shouldBearAClockThatIsBehindTheCoordinators() {
        assertThat(TransactionHolders.since(START, START - 5_000)).endsWith("for 0s");
    }
}
