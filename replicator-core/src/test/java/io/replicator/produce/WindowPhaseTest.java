package io.replicator.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WindowPhaseTest {
    private static final String IMPOSSIBLE = "-";

    /** All transitions: a new phase needs a row. */
    @ParameterizedTest
    @CsvSource({
        // phase, recovering, opened, unsure, toBeRead, released
        "RECOVERING,       RECOVERING, OPEN,      -,                RECOVERING,  RELEASED",
        "OPEN,             RECOVERING, -,         UNSURE,           TO_BE_READ,  RELEASING",
        "UNSURE,           -,          -,         UNSURE,           TO_BE_READ,  RELEASING_UNSURE",
        "TO_BE_READ,       RECOVERING, -,         -,                TO_BE_READ,  RELEASING",
        "RELEASING,        RELEASED,   -,         RELEASING_UNSURE, RELEASING,   RELEASING",
        "RELEASING_UNSURE, -,          -,         RELEASING_UNSURE, RELEASING,   RELEASING_UNSURE",
        "RELEASED,         RELEASED,   RELEASING, -,                RELEASED,    RELEASED",
        "OVER,             -,          -,         -,                OVER,        OVER",
    })
    void shouldFollow(
            WindowPhase phase, String recovering, String opened, String unsure, String toBeRead, String released) {
        assertFollows(recovering, phase::recovering);
        assertFollows(opened, phase::opened);
        assertFollows(unsure, phase::unsure);
        assertFollows(toBeRead, phase::toBeRead);
        assertFollows(released, phase::released);
    }

    private static void assertFollows(String expected, Supplier<WindowPhase> transition) {
        if (expected.equals(IMPOSSIBLE)) {
            assertThatThrownBy(transition::get).isInstanceOf(IllegalStateException.class);
        } else {
            assertThat(transition.get()).isEqualTo(WindowPhase.valueOf(expected.toUpperCase(Locale.ROOT)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RECOVERING,       true,  false, false",
        "OPEN,             true,  true,  true",
        "UNSURE,           true,  false, true",
        "TO_BE_READ,       true,  true,  true",
        "RELEASING,        false, true,  true",
        "RELEASING_UNSURE, false, false, true",
        "RELEASED,         false, false, false",
        "OVER,             false, false, true",
    })
    void shouldSayWhatMayBeDone(WindowPhase phase, boolean takes, boolean sends, boolean isRecovered) {
        assertThat(phase.takes()).isEqualTo(takes);
        assertThat(phase.sends()).isEqualTo(sends);
        assertThat(phase.isRecovered()).isEqualTo(isRecovered);
    }

    /** Otherwise batches would come out of the ring that do not follow what was taken last. */
    @ParameterizedTest
    @EnumSource(WindowPhase.class)
    void shouldNeverTakeAgainAfterItsShardWasHandedBack(WindowPhase phase) {
        assertThat(phase.released().takes()).isFalse();
        assertThat(phase.released().toBeRead().takes()).isFalse();
    }
}
