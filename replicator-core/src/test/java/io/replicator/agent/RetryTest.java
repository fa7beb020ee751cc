package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetryTest {
    /** A clock that System.nanoTime could show as well: near its overflow. */
    private long nowNanos = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(50);

    private final Retry retry = new Retry(Backoff.ofMillis(100, 1_000));

    @Test
    void shouldBeDueBeforeTheFirstAttempt() {
        assertThat(retry.isDue(nowNanos)).isTrue();
        assertThat(retry.untilDueNanos(nowNanos)).isZero();
        assertThat(retry.failures()).isZero();
    }

    @Test
    void shouldWaitLongerWithEachFailure() {
        assertThat(retry.failed(nowNanos)).isEqualTo(millis(100));
        advance(99);
        assertThat(retry.isDue(nowNanos)).isFalse();
        assertThat(retry.untilDueNanos(nowNanos)).isEqualTo(millis(1));
        advance(1);
        assertThat(retry.isDue(nowNanos)).isTrue();

        assertThat(retry.failed(nowNanos)).isEqualTo(millis(200));
        assertThat(retry.failures()).isEqualTo(2);
        advance(199);
        assertThat(retry.isDue(nowNanos)).isFalse();
    }

    @Test
    void shouldBeginAgainWithTheFirstWaitWhenItHasSucceeded() {
        retry.failed(nowNanos);
        retry.failed(nowNanos);

        retry.succeeded();

        assertThat(retry.isDue(nowNanos)).isTrue();
        assertThat(retry.failures()).isZero();
        assertThat(retry.failed(nowNanos)).isEqualTo(millis(100));
    }

    @Test
    void shouldNotCountAPostponementAsAFailure() {
        retry.postpone(nowNanos + millis(30));

        assertThat(retry.isDue(nowNanos)).isFalse();
        assertThat(retry.failures()).isZero();
        advance(30);
        assertThat(retry.isDue(nowNanos)).isTrue();
    }

    @Test
    void shouldKeepTheFailuresWhenHastened() {
        retry.failed(nowNanos);

        retry.hasten();

        assertThat(retry.isDue(nowNanos)).isTrue();
        assertThat(retry.failed(nowNanos)).isEqualTo(millis(200));
    }

    private void advance(long millis) {
        nowNanos += millis(millis);
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
