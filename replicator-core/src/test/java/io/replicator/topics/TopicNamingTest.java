package io.replicator.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNamingTest {
    @ParameterizedTest
    @CsvSource({
        "{topic}, orders",
        "{source}.{topic}, east.orders",
        "copy-of-{topic}_, copy-of-orders_",
        "{topic}-{topic}, orders-orders"
    })
    void shouldPutTheTopicIntoTheText(String rename, String expected) {
        assertThat(new TopicNaming(rename, "east").targetOf("orders")).isEqualTo(expected);
    }

    @Test
    void shouldTakeTheTopicAsItIsWhenItLooksLikeARule() {
        // Kafka allows no braces in names, but the naming must not depend on that.
        assertThatThrownBy(() -> new TopicNaming("{topic}", "east").targetOf("{source}"))
                .hasMessageContaining("'{source}'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b.{topic}", "{topic}/x", "größe-{topic}"})
    void shouldRefuseLettersThatKafkaDoesNotAllow(String rename) {
        assertThatThrownBy(() -> new TopicNaming(rename, "east").targetOf("orders"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orders")
                .hasMessageContaining("topics.rename");
    }

    @Test
    void shouldRefuseNamesLongerThanKafkaAllows() {
        var naming = new TopicNaming("x{topic}", "east");

        assertThat(naming.targetOf("t".repeat(248))).hasSize(249);
        assertThatThrownBy(() -> naming.targetOf("t".repeat(249))).hasMessageContaining("249");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void shouldRefuseDots(String name) {
        assertThatThrownBy(() -> new TopicNaming("{topic}", "east").targetOf(name))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
