package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogOnceTest {
    private long nowNanos = Long.MAX_VALUE - 1;

    @Test
    void shouldReportAConditionWhenItBeginsAndWhenItsTextChanges() {
        LogOnce log = new LogOnce();

        assertThat(log.observe("no leader", nowNanos)).isTrue();
        advance(Duration.ofDays(1));
        assertThat(log.observe("no leader", nowNanos)).isFalse();
        assertThat(log.repeats()).isOne();
        assertThat(log.observe("not authorized", nowNanos)).isTrue();
        assertThat(log.repeats()).isZero();
        assertThat(log.text()).isEqualTo("not authorized");
    }

    @Test
    void shouldReportTheEndOnceAndTheNextBeginningAgain() {
        LogOnce log = new LogOnce();
        assertThat(log.end()).isFalse();

        log.observe("no leader", nowNanos);

        assertThat(log.end()).isTrue();
        assertThat(log.end()).isFalse();
        assertThat(log.text()).isEmpty();
        assertThat(log.observe("no leader", nowNanos)).isTrue();
    }

    @Test
    void shouldReportTheSameTextAgainAfterTheInterval() {
        LogOnce log = LogOnce.repeatedEvery(Duration.ofMinutes(1));
        log.observe("no leader", nowNanos);

        advance(Duration.ofSeconds(59));
        assertThat(log.observe("no leader", nowNanos)).isFalse();
        advance(Duration.ofSeconds(1));
        assertThat(log.observe("no leader", nowNanos)).isTrue();
        assertThat(log.repeats()).isOne();
        advance(Duration.ofSeconds(59));
        assertThat(log.observe("no leader", nowNanos)).isFalse();
    }

    private void advance(Duration time) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(time.toMillis());
    }
}
