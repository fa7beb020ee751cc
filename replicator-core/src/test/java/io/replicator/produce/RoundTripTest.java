package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock may begin anywhere, also below zero. */
final class RoundTripTest {
    private static final int ANSWERS = 12;

    private final RoundTrip roundTrip = new RoundTrip();

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10})
    void shouldBeTheLeastOfSeveralAnswers(long began) {
        for (int i = 0; i < ANSWERS; i++) {
            assertThat(roundTrip.nanos(began)).isZero();
            roundTrip.answered(millis(100 + i), 1_000, began + i);
        }

        assertThat(roundTrip.nanos(began + ANSWERS)).isBetween(millis(99), millis(100));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10})
    void shouldLearnNothingFromABrokerThatIsBusyWithWhatItGot(long began) {
        for (int i = 0; i < 10 * ANSWERS; i++) {
            // 5 MB within 40 ms are 125 MB/s: that is work, not distance.
            roundTrip.answered(millis(40), 5_000_000, began + i);
        }

        assertThat(roundTrip.nanos(began)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10})
    void shouldSeeADistanceBehindFullRequests(long began) {
        for (int i = 0; i < ANSWERS; i++) {
            roundTrip.answered(millis(120), 5_000_000, began + i);
        }

        assertThat(roundTrip.nanos(began)).isEqualTo(millis(70));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10})
    void shouldForgetAfterTwoWindowsWithoutNews(long began) {
        for (int i = 0; i < ANSWERS; i++) {
            roundTrip.answered(millis(100), 0, began);
        }

        assertThat(roundTrip.nanos(began + TimeUnit.SECONDS.toNanos(15))).isEqualTo(millis(100));
        assertThat(roundTrip.nanos(began + TimeUnit.SECONDS.toNanos(26))).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 10})
    void shouldNoticeWithinTwoWindowsThatTheWayBecameLonger(long began) {
        for (int second = 0; second < 25; second++) {
            for (int i = 0; i < ANSWERS; i++) {
                roundTrip.answered(millis(second == 0 ? 1 : 50), 0, began + TimeUnit.SECONDS.toNanos(second));
            }
        }

        assertThat(roundTrip.nanos(began + TimeUnit.SECONDS.toNanos(25))).isEqualTo(millis(50));
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
