package io.replicator.daemon.terminal;

import static io.replicator.daemon.Snapshots.failed;
import static io.replicator.daemon.Snapshots.flow;
import static io.replicator.daemon.Snapshots.partition;
import static io.replicator.daemon.Snapshots.running;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.flow.FlowState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowViewTest {
    @Test
    void shouldShowOneLineAFlowAndAFewReasons() {
        List<String> lines = new FlowView(120, false)
                .lines(List.of(
                        running(
                                partition("a", 0, 90, 10_000),
                                failed("b", 0, "one"),
                                failed("b", 1, "two"),
                                failed("b", 2, "three"),
                                failed("b", 3, "four")),
                        flow("y", FlowState.STARTING, "west does not answer")));

        assertThat(lines)
                .containsExactly(
                        "FLOW           STATE    RECORDS/S    BYTES/S     LAG       ETA  PARTITIONS",
                        "x              RUNNING     1.23 k  2.50 MB/s  9.93 k        9s  4 FAILED, 1 RUNNING",
                        "  b-0 FAILED: one",
                        "  b-1 FAILED: two",
                        "  b-2 FAILED: three",
                        "  and 1 more",
                        "y              STARTING    1.23 k  2.50 MB/s       0        0s  none",
                        "  west does not answer");
    }

    @Test
    void shouldNeverBeWiderThanTheTerminal() {
        List<String> lines = new FlowView(40, false).lines(List.of(running(failed("b", 0, "long ".repeat(50)))));

        assertThat(lines).allMatch(line -> line.length() <= 40).anyMatch(line -> line.endsWith("…"));
    }

    @Test
    void shouldMarkStatesOnlyWhereColoursAreWanted() {
        assertThat(new FlowView(80, true).lines(List.of(running(failed("b", 0, "why")))))
                .anyMatch(line -> line.startsWith("\u001B[31mx "));
        assertThat(new FlowView(80, false).lines(List.of(running())).toString()).doesNotContain("\u001B");
    }

    @Test
    void shouldPrintWholeLinesAboveWhatIsDrawn() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        Screen screen = Screen.over(new PrintStream(terminal, true, StandardCharsets.UTF_8));
        screen.draw(List.of("one", "two"));
        screen.print("half".getBytes(StandardCharsets.UTF_8));
        screen.print(" whole\n".getBytes(StandardCharsets.UTF_8));

        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .isEqualTo("\u001B[Jone\ntwo\n\u001B[2F\u001B[Jhalf whole\none\ntwo\n");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "999, 999", "1000, 1.00 k", "12345, 12.3 k", "123456, 123 k", "4560000, 4.56 M"})
    void shouldShortenCounts(double number, String text) {
        assertThat(Quantity.count(number)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"-1, -", "0, 0s", "59, 59s", "185, 3m05s", "7800, 2h10m", "442800, 5d03h"})
    void shouldShortenDurations(long seconds, String text) {
        assertThat(Quantity.duration(seconds)).isEqualTo(text);
    }
}
