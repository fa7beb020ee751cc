package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FencedShardTest {
    private static final long NOW = -5;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Test
    void shouldWaitLongerEachTimeUpToALimit() {
        FencedShard shard = FencedShard.first(NOW);
        assertThat(shard.isDue(NOW + shard.pauseNanos() - 1)).isFalse();
        assertThat(shard.isDue(NOW + shard.pauseNanos())).isTrue();

        long before = shard.pauseNanos();
        for (int time = 0; time < 20; time++) {
            shard = shard.again(shard.lookAtNanos() + MINUTE_NANOS);
            assertThat(shard.pauseNanos()).isGreaterThanOrEqualTo(before);
            before = shard.pauseNanos();
        }

        assertThat(shard.pauseNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void shouldForgetAFightThatIsLongOver() {
        FencedShard shard = FencedShard.first(NOW);
        for (int time = 0; time < 20; time++) {
            shard = shard.again(shard.lookAtNanos());
        }

        FencedShard later = shard.again(shard.lookAtNanos() + 11 * MINUTE_NANOS);

        assertThat(later.pauseNanos()).isEqualTo(FencedShard.first(NOW).pauseNanos());
    }
}
