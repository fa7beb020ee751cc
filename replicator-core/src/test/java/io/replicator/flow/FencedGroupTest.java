package io.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FencedGroupTest {
    private static final long NOW = -5;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    @Test
    void shouldWaitLongerEachTimeUpToALimit() {
        FencedGroup group = FencedGroup.first(NOW);
        assertThat(group.isDue(NOW + group.pauseNanos() - 1)).isFalse();
        assertThat(group.isDue(NOW + group.pauseNanos())).isTrue();

        long before = group.pauseNanos();
        for (int time = 0; time < 20; time++) {
            group = group.again(group.lookAtNanos() + MINUTE_NANOS);
            assertThat(group.pauseNanos()).isGreaterThanOrEqualTo(before);
            before = group.pauseNanos();
        }

        assertThat(group.pauseNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void shouldForgetAFightThatIsLongOver() {
        FencedGroup group = FencedGroup.first(NOW);
        for (int time = 0; time < 20; time++) {
            group = group.again(group.lookAtNanos());
        }

        FencedGroup later = group.again(group.lookAtNanos() + 11 * MINUTE_NANOS);

        assertThat(later.pauseNanos()).isEqualTo(FencedGroup.first(NOW).pauseNanos());
    }
}
