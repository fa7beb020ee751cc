package io.replicator.daemon.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void shouldAlignTextToTheLeftAndNumbersToTheRight() {
        Table table = new Table("TOPIC", "OFFSET", "EXACT");
        table.add("orders", 7L, "yes");
        table.add("a", 12_345, "no: why");
        table.add("b", "-", "no");

        assertThat(table.lines())
                .containsExactly(
                        "TOPIC   OFFSET  EXACT",
                        "orders       7  yes",
                        "a        12345  no: why",
                        "b            -  no");
    }

    @Test
    void shouldShowItsHeadingAlone() {
        assertThat(new Table("A", "B").lines()).containsExactly("A  B");
    }

    @Test
    void shouldRefuseARowOfAnotherWidth() {
        assertThatThrownBy(() -> new Table("A", "B").add(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 cells for 2 columns");
    }
}
