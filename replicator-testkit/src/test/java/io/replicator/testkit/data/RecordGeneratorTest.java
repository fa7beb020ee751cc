package io.replicator.testkit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordGeneratorTest {
    private static final RecordShape RICH =
            RecordShape.values(10, 200).keys(7).headers(2).tombstones(0.25).timestamps(1_000, 5);

    @Test
    void shouldMakeTheSameRecordsFromTheSameSeed() {
        List<RecordContent> once = new RecordGenerator(RICH, 42).next(500);

        assertThat(new RecordGenerator(RICH, 42).next(500)).isEqualTo(once);
        assertThat(new RecordGenerator(RICH, 43).next(500)).isNotEqualTo(once);
    }

    /** The same on every machine and in every release: data sets in reports are named by their seed. */
    @Test
    void shouldMakeTheseRecordsForEver() {
        assertThat(new RecordGenerator(RecordShape.values(40).keys(100), 1).next())
                .isEqualTo(new RecordContent(
                        1_700_000_000_000L,
                        Blob.of("key-26"),
                        Blob.of("\",\"orderNumber\":\"TH41auE8hQAFlYXeslq1\",\""),
                        List.of()));
    }

    @Test
    void shouldKeepToItsShape() {
        List<RecordContent> records = new RecordGenerator(RICH, 1).next(1_000);

        assertThat(records.stream().map(RecordContent::key).distinct()).hasSize(7);
        assertThat(records).allMatch(record -> record.headers().size() == 2);
        assertThat(records)
                .filteredOn(record -> !record.value().isAbsent())
                .allMatch(record ->
                        record.value().length() >= 10 && record.value().length() <= 200);
        assertThat(records.stream().filter(record -> record.value().isAbsent()).count())
                .isBetween(200L, 300L);
        assertThat(records.get(0).timestamp()).isEqualTo(1_000);
        assertThat(records.get(999).timestamp()).isEqualTo(1_000 + 999 * 5);
    }

    @ParameterizedTest
    @CsvSource({"JSON, 0.35, 0.65", "NOISE, 0.99, 1.01", "UNIFORM, 0.0, 0.02"})
    void shouldCompressAsItsTextureSays(Texture texture, double least, double most) {
        Blob value = new RecordGenerator(RecordShape.values(100_000).texture(texture), 1)
                .next()
                .value();

        Deflater deflater = new Deflater();
        deflater.setInput(value.orNull());
        deflater.finish();
        int compressed = deflater.deflate(new byte[200_000]);
        deflater.end();
        assertThat(compressed / (double) value.length()).isBetween(least, most);
    }

    @Test
    void shouldRefuseShapesThatCannotBe() {
        assertThatThrownBy(() -> RecordShape.values(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordShape.values(1).keys(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordShape.values(1).tombstones(0.5)).hasMessageContaining("tombstones without keys");
    }
}
