package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.Shaping;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WayChoiceTest {
    private static final int NONE = 0;
    private static final int GZIP = 1;
    private static final int LZ4 = 3;
    private static final int UNKNOWN = 5;
    private static final int LARGE_BYTES = 900_000;

    @ParameterizedTest
    @CsvSource({
        "0, 16384, true",
        "0, 65535, true",
        "0, 65536, false",
        "1, 900, true",
        "1, 4096, false",
        "2, 4096, true",
        "2, 14000, false",
        "3, 1500, true",
        "3, 3900, true",
        "3, 14000, false",
        "4, 8192, true",
        "4, 12700, false",
    })
    void shouldMergeNearByWhatIsSmallForItsCodec(int codec, int sizeInBytes, boolean merges) {
        assertThat(new WayChoice(Shaping.AUTO).merges(codec, sizeInBytes, false))
                .isEqualTo(merges);
    }

    @Test
    void shouldMergeWhateverItsSizeWhenRoundTripsAreTheLimit() {
        WayChoice auto = new WayChoice(Shaping.AUTO);

        for (int codec = NONE; codec < UNKNOWN; codec++) {
            assertThat(auto.merges(codec, LARGE_BYTES, true)).isTrue();
        }
        assertThat(auto.merges(UNKNOWN, 100, true)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // Unknown or near: never.
        "0, 1000, 1, false",
        "4, 1000, 1, false",
        // Far: as soon as more wait than can go at once.
        "6, 1, 1, false",
        "6, 2, 1, true",
        "100, 5, 5, false",
        "100, 6, 5, true",
        "100, 1, 0, true",
    })
    void shouldBeBoundByRoundTripsWhereMoreWaitsThanCanGo(
            long roundTripMillis, int waitingBatches, int freePlaces, boolean isBound) {
        assertThat(WayChoice.isBoundByRoundTrips(
                        TimeUnit.MILLISECONDS.toNanos(roundTripMillis), waitingBatches, freePlaces))
                .isEqualTo(isBound);
    }

    @Test
    void shouldNeverMergeWhenToldToPassOrToRebuild() {
        assertThat(new WayChoice(Shaping.PASS).merges(NONE, 100, true)).isFalse();
        assertThat(new WayChoice(Shaping.REBUILD).merges(NONE, 100, true)).isFalse();
    }

    @Test
    void shouldMergeWhateverWaitsWhenToldTo() {
        WayChoice coalesce = new WayChoice(Shaping.COALESCE);

        assertThat(coalesce.merges(GZIP, LARGE_BYTES, false)).isTrue();
        assertThat(coalesce.merges(LZ4, LARGE_BYTES, false)).isTrue();
        assertThat(coalesce.merges(UNKNOWN, 100, false)).isFalse();
    }

    @Test
    void shouldRebuildAllOnlyWhenToldTo() {
        for (Shaping shaping : Shaping.values()) {
            assertThat(new WayChoice(shaping).rebuildsAll()).isEqualTo(shaping == Shaping.REBUILD);
        }
    }
}
