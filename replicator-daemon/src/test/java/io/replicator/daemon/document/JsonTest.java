package io.replicator.daemon.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.offsets.Translation;
import io.replicator.positions.Answer;
import io.replicator.positions.GroupsStatus;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that no server is needed for; {@code AdminServerTest} and {@code JsonOutputTest} have the others. */
final class JsonTest {
    private static final Answer EXACT = new Answer(
            new TopicPartition("orders", 3), 7, new TopicPartition("east.orders", 3), new Translation.Exact(9));

    @Test
    void shouldNameTheOtherSideOfATranslatedPosition() {
        assertThat(Json.text(TranslationDocument.of(EXACT, false)))
                .isEqualTo("{\"targetTopic\":\"east.orders\",\"targetOffset\":9,\"exact\":true,\"reason\":null,"
                        + "\"topic\":\"orders\",\"partition\":3,\"offset\":7}");
        assertThat(Json.text(List.of(TranslationDocument.of(EXACT, true))))
                .isEqualTo("[{\"sourceTopic\":\"east.orders\",\"sourceOffset\":9,\"exact\":true,\"reason\":null,"
                        + "\"topic\":\"orders\",\"partition\":3,\"offset\":7}]");
    }

    @Test
    void shouldHaveNullForWhatIsNotKnown() {
        Answer unknown = new Answer(
                new TopicPartition("orders", 3), -1, new TopicPartition("", 3), new Translation.Unknown("damaged"));

        assertThat(Json.text(TranslationDocument.of(unknown, false)))
                .isEqualTo("{\"targetTopic\":null,\"targetOffset\":null,\"exact\":false,\"reason\":\"damaged\","
                        + "\"topic\":\"orders\",\"partition\":3,\"offset\":null}");
        assertThat(Json.text(GroupsDocument.of(GroupsStatus.NONE)))
                .isEqualTo("{\"lookedAt\":null,\"trouble\":null,\"positions\":[]}");
        assertThat(Json.text(GroupsSummaryDocument.of(GroupsStatus.NONE)))
                .isEqualTo("{\"lookedAt\":null,\"trouble\":null,\"groups\":0,\"lagRecords\":0,\"positions\":{}}");
    }

    @Test
    void shouldQuoteWhatAnErrorSays() {
        assertThat(Json.text(new ErrorDocument("no \"x\"\n"))).isEqualTo("{\"error\":\"no \\\"x\\\"\\n\"}");
    }

    @Test
    void shouldReadTheStatusOfADaemonOfAnotherVersion() throws IOException {
        StatusDocument status = Json.read(
                "{\"version\":\"9\",\"instance\":\"i\",\"moon\":\"full\",\"flows\":[{\"name\":\"x\",\"state\":\"NEW\"}]}",
                StatusDocument.class);

        FlowDocument flow = status.flows().get(0);
        assertThat(flow.state()).isEqualTo("NEW");
        assertThat(flow.partitions()).isEmpty();
        assertThat(flow.shards()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "<html>", "{\"version\":\"9\"}"})
    void shouldRefuseWhatIsNoStatus(String text) {
        assertThatThrownBy(() -> Json.read(text, StatusDocument.class)).isInstanceOf(IOException.class);
    }
}
