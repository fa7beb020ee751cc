package io.replicator.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldLetThroughTheLimitAndATenthOfASecondMore() {
        Throttle throttle = new Throttle(1_000_000);
        long received = 0;

        for (long now = 0; now <= 10 * SECOND; now += SECOND / 1_000) {
            if (throttle.allows(now)) {
                throttle.spend(50_000, now);
                received += 50_000;
            }
        }

        assertThat(received).isBetween(10_000_000L, 10_200_000L);
    }

    @Test
    void shouldSayHowLongToWait() {
        Throttle throttle = new Throttle(1_000_000);
        throttle.spend(1_100_000, SECOND);

        long wait = throttle.waitNanos(SECOND);

        assertThat(throttle.allows(SECOND + wait - 1_000)).isFalse();
        assertThat(throttle.allows(SECOND + wait)).isTrue();
    }

    @Test
    void shouldNeverHoldBackWithoutALimit() {
        Throttle throttle = new Throttle(Double.POSITIVE_INFINITY);

        throttle.spend(Integer.MAX_VALUE, 0);

        assertThat(throttle.allows(0)).isTrue();
        assertThat(throttle.waitNanos(0)).isEqualTo(Long.MAX_VALUE);
    }
}
