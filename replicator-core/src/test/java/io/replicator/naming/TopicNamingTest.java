package io.replicator.naming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.it.FlowDraft;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNamingTest {
    private static TopicNaming naming(String rename) {
        return new TopicNaming(
                FlowDraft.from("f", "east", "west").renaming(rename).config());
    }

    @ParameterizedTest
    @CsvSource({
        "{topic}, orders",
        "{source}.{topic}, east.orders",
        "copy-of-{topic}_, copy-of-orders_",
        "{topic}-{topic}, orders-orders"
    })
    void shouldPutTheTopicIntoTheText(String rename, String expected) {
        assertThat(naming(rename).targetOf("orders")).isEqualTo(expected);
    }

    @Test
    void shouldTakeTheTopicAsItIsWhenItLooksLikeARule() {
        // Kafka allows no braces in names, but the naming must not depend on that.
        assertThatThrownBy(() -> naming("{topic}").targetOf("{source}")).hasMessageContaining("'{source}'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b.{topic}", "{topic}/x", "größe-{topic}"})
    void shouldRefuseLettersThatKafkaDoesNotAllow(String rename) {
        assertThatThrownBy(() -> naming(rename).targetOf("orders"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orders")
                .hasMessageContaining("topics.rename");
    }

    @Test
    void shouldRefuseNamesLongerThanKafkaAllows() {
        var naming = naming("x{topic}");

        assertThat(naming.targetOf("t".repeat(248))).hasSize(249);
        assertThatThrownBy(() -> naming.targetOf("t".repeat(249))).hasMessageContaining("249");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void shouldRefuseDots(String name) {
        assertThatThrownBy(() -> naming("{topic}").targetOf(name)).isInstanceOf(IllegalArgumentException.class);
    }
}
