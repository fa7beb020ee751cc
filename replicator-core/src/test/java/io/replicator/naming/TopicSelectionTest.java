package io.replicator.naming;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.it.FlowDraft;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicSelectionTest {
    private static TopicSelection selection(FlowDraft flows) {
        return new TopicSelection(flows.config());
    }

    private static final FlowDraft FLOW = FlowDraft.from("f", "east", "west");

    @Test
    void shouldMatchWholeNames() {
        var selection = selection(FLOW.selecting("orders", "pay.*"));

        assertThat(selection.isSelected("orders")).isTrue();
        assertThat(selection.isSelected("orders2")).isFalse();
        assertThat(selection.isSelected("payments")).isTrue();
        assertThat(selection.isSelected("repay")).isFalse();
    }

    @Test
    void shouldLetExcludeWin() {
        var selection = selection(FLOW.excluding("tmp.*"));

        assertThat(selection.isSelected("orders")).isTrue();
        assertThat(selection.isSelected("tmp-1")).isFalse();
    }

    @Test
    void shouldNeverSelectTheProgressOfAFlowWhateverIsExcluded() {
        var selection = selection(FLOW);

        assertThat(selection.isSelected(FLOW.config().offsetsTopic())).isFalse();
        assertThat(selection.isSelected("replicator.other.ownership.internal")).isFalse();
        assertThat(selection.isSelected("replicator.metrics")).isTrue();
    }

    @Test
    void shouldTellNamesFromPatterns() {
        var selection = selection(FLOW.selecting("orders", "a[.]b", "a\\.c", "pay.*", "x|y", "skipped")
                .excluding("skipped"));

        assertThat(selection.literals()).containsExactly("orders", "a.b", "a.c");
    }

    @Test
    void shouldNameEachEntryThatMatchesNothing() {
        var selection =
                selection(FLOW.selecting("orders", "ordres", "tmp.*", "pay.*").excluding("tmp.*"));

        assertThat(selection.unmatched(List.of("orders", "tmp-1", "payments"))).containsExactly("ordres", "tmp.*");
    }
}
