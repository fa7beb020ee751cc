package io.replicator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogOncePerKeyTest {
    private final LogOncePerKey<String> log = new LogOncePerKey<>();

    @Test
    void shouldReportEachKeyOnceInOrder() {
        assertThat(log.observe(Map.of("b", "is missing", "a", "is missing")).news())
                .containsExactly("a", "b");
        assertThat(log.observe(Map.of("b", "is missing", "a", "is missing")).news())
                .isEmpty();
    }

    @Test
    void shouldReportAKeyAgainWhenItsTextChangesOrItsConditionReturns() {
        log.observe(Map.of("a", "is missing", "b", "is missing"));

        assertThat(log.observe(Map.of("a", "is hidden")))
                .isEqualTo(new LogOncePerKey.Changes<>(List.of("a"), List.of("b")));
        assertThat(log.observe(Map.of("a", "is hidden", "b", "is missing")).news())
                .containsExactly("b");
    }
}
