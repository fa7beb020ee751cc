package io.replicator.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cluster.ReadRecord.Header;
import io.replicator.cluster.ReadRecord.TimestampType;
import java.security.MessageDigest;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordContentTest {
    private static final long THEN = 1_000;
    private static final long NOW = 2_000;
    private static final RecordContent ORIGINAL = record("k", "v", THEN, header("a", "1"), header("b", null));

    @Test
    void shouldCompareEverythingThatAReaderSees() {
        RecordContent copy = record("k", "v", THEN, header("a", "1"), header("b", null));

        assertThat(copy.isCopyOf(ORIGINAL)).isTrue();
        assertThat(copy.differencesFrom(ORIGINAL)).isEmpty();
    }

    private record Different(RecordContent copy, String words) {}

    private static List<Different> different() {
        return List.of(
                new Different(
                        record("kk", "v", THEN, header("a", "1"), header("b", null)),
                        "key differs: 1 bytes, target 2 bytes"),
                new Different(
                        record(null, "v", THEN, header("a", "1"), header("b", null)),
                        "key differs: 1 bytes, target null"),
                new Different(
                        record("k", null, THEN, header("a", "1"), header("b", null)),
                        "value differs: 1 bytes, target null"),
                new Different(
                        record("k", "w", NOW, header("a", "1"), header("b", null)),
                        "value differs: 1 bytes, target 1 bytes; timestamp differs: 1000, target 2000"),
                new Different(record("k", "v", THEN, header("a", "1")), "headers differ: 2, target 1"),
                new Different(record("k", "v", THEN, header("a", "1"), header("b", "")), "header 1 differs"),
                new Different(
                        record("k", "v", THEN, header("b", null), header("a", "1")),
                        "header 0 differs; header 1 differs"));
    }

    @ParameterizedTest
    @MethodSource("different")
    void shouldSayWhatDiffers(Different different) {
        assertThat(different.copy().isCopyOf(ORIGINAL)).isFalse();
        assertThat(different.copy().differencesFrom(ORIGINAL)).isEqualTo(different.words());
    }

    @Test
    void shouldNotCompareTheTimestampThatTheTargetStamped() {
        RecordContent copy = stamped("v", NOW);

        assertThat(copy.isCopyOf(record("k", "v", THEN))).isTrue();
        assertThat(copy.isCopyOf(record("k", "w", THEN))).isFalse();
    }

    @Test
    void shouldCompareTheTimestampThatOnlyTheSourceStamped() {
        RecordContent original = stamped("v", NOW);

        assertThat(record("k", "v", NOW).isCopyOf(original)).isTrue();
        assertThat(record("k", "v", THEN).isCopyOf(original)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("different")
    void shouldHashWhatItCompares(Different different) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");

        assertThat(different.copy().hash(digest)).isNotEqualTo(ORIGINAL.hash(digest));
        assertThat(stamped("v", NOW).hash(digest))
                .isEqualTo(record("k", "v", THEN).hash(digest));
    }

    private static RecordContent record(String key, String value, long timestampMillis, Header... headers) {
        return content(key, value, timestampMillis, TimestampType.CREATE_TIME, List.of(headers));
    }

    private static RecordContent stamped(String value, long timestampMillis) {
        return content("k", value, timestampMillis, TimestampType.LOG_APPEND_TIME, List.of());
    }

    private static RecordContent content(
            String key, String value, long timestampMillis, TimestampType type, List<Header> headers) {
        return RecordContent.of(new ReadRecord(
                new TopicPartition("orders", 0),
                7,
                timestampMillis,
                type,
                bytes(key),
                bytes(value),
                headers,
                ReadRecord.UNKNOWN_EPOCH));
    }

    private static Header header(String key, String value) {
        return new Header(key, bytes(value));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }
}
