package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HandOverTest {
    private static final long NOW = 1_000;
    private static final long DEADLINE = NOW + 1_000_000_000;

    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private final HandOver handOver = new HandOver(Map.of(3, released), DEADLINE, false, () -> {});

    @Test
    void shouldBeDueWhenDrainedOrLate() {
        assertThat(handOver.isDue(NOW)).isFalse();
        assertThat(handOver.isDue(DEADLINE)).isTrue();

        released.complete(null);

        assertThat(handOver.isDue(NOW)).isTrue();
    }

    @Test
    void shouldTryToSaveAgainUntilTheDeadline() {
        released.complete(null);
        handOver.waitsFor(7);
        assertThat(handOver.isDue(NOW)).isFalse();
        assertThat(handOver.isSaved(6)).isFalse();
        assertThat(handOver.isSaved(7)).isTrue();

        assertThat(handOver.retry(NOW)).isTrue();

        assertThat(handOver.isSaved(7)).isFalse();
        assertThat(handOver.isDue(NOW + 1)).isFalse();
        assertThat(handOver.dueInNanos(NOW)).isLessThan(DEADLINE - NOW);
        assertThat(handOver.isDue(NOW + handOver.dueInNanos(NOW))).isTrue();
        assertThat(handOver.retry(DEADLINE)).isFalse();
    }
}
