package io.replicator;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RequireTest {

    @Test
    void shouldAcceptWhatKeepsTheRule() {
        assertThatCode(() -> Require.that(true, "lanes", 1, "must be at least 1"))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldSayKeyValueAndRuleWhenTheRuleIsBroken() {
        assertThatThrownBy(() -> Require.that(false, "lanes", 0, "must be at least 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lanes: 0 must be at least 1");
    }
}
