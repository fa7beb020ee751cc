package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ToldTest {
    private final Told told = new Told();

    @Test
    void shouldTellEachThingOnce() {
        assertThat(told.update(Map.of("b", "is slow", "a", "is full")).topics()).containsExactly("a", "b");
        assertThat(told.update(Map.of("b", "is slow", "a", "is full")).topics()).isEmpty();
        assertThat(told.update(Map.of("b", "is slow", "a", "is full", "c", "is new"))
                        .topics())
                .containsExactly("c");
    }

    @Test
    void shouldTellWhatChanged() {
        told.update(Map.of("a", "is full", "b", "is slow"));

        assertThat(told.update(Map.of("a", "is slow", "b", "is slow")).topics()).containsExactly("a");
    }

    @Test
    void shouldTellAgainWhatCameBack() {
        told.update(Map.of("a", "is full", "b", "is slow"));

        assertThat(told.update(Map.of("b", "is slow"))).isEqualTo(new Told.News(java.util.List.of(), 1));
        assertThat(told.update(Map.of("a", "is full", "b", "is slow")).topics()).containsExactly("a");
    }
}
