package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = Backoff.ofMillis(100, 5_000);

    @Test
    void shouldDoubleTheWaitWithEachFailure() {
        assertThat(millisAfter(1)).isEqualTo(100);
        assertThat(millisAfter(2)).isEqualTo(200);
        assertThat(millisAfter(6)).isEqualTo(3_200);
    }

    @Test
    void shouldNeverWaitLongerThanTheMaximum() {
        assertThat(millisAfter(7)).isEqualTo(5_000);
        assertThat(millisAfter(64)).isEqualTo(5_000);
        assertThat(millisAfter(Integer.MAX_VALUE)).isEqualTo(5_000);
    }

    @Test
    void shouldNotOverflowWhenTheMaximumIsHuge() {
        Backoff endless = Backoff.ofMillis(1_000, TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE));

        for (int failures = 1; failures < 100; failures++) {
            assertThat(endless.nanosAfter(failures + 1)).isGreaterThanOrEqualTo(endless.nanosAfter(failures));
        }
    }

    @Test
    void shouldSpreadTheWaitsByAFifthWhenAskedForJitter() {
        Backoff spread = backoff.withJitter(new Random(7));

        long[] waits = new Random(1)
                .ints(1_000)
                .mapToLong(any -> spread.nanosAfter(2))
                .sorted()
                .toArray();

        assertThat(waits[0]).isBetween(TimeUnit.MILLISECONDS.toNanos(160), TimeUnit.MILLISECONDS.toNanos(162));
        assertThat(waits[999]).isBetween(TimeUnit.MILLISECONDS.toNanos(238), TimeUnit.MILLISECONDS.toNanos(240));
    }

    @Test
    void shouldRefuseAMaximumBelowTheFirstWait() {
        assertThatThrownBy(() -> Backoff.ofMillis(100, 50)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backoff.ofMillis(0, 50)).isInstanceOf(IllegalArgumentException.class);
    }

    private long millisAfter(int failures) {
        return TimeUnit.NANOSECONDS.toMillis(backoff.nanosAfter(failures));
    }
}
