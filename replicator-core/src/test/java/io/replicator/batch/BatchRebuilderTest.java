package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import io.replicator.batch.BatchFixtures.Seen;
import io.replicator.batch.BatchRebuilder.RebuiltBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.LegacyRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchRebuilderTest {

    private static final int UNBOUNDED = Integer.MAX_VALUE;

    private final BatchRebuilder rebuilder = new BatchRebuilder();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldHoldWhatAReaderOfTheSourceSeesFromTheOffsetGiven(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            Placed source = batch(random);
            byte[] before =
                    BatchFixtures.bytes(source.buffer(), 0, source.buffer().capacity());
            MutableRecordBatch kafka = source.kafka();
            int span = (int) (kafka.lastOffset() - kafka.baseOffset()) + 3;
            long fromOffset = random.nextInt(3) == 0 ? kafka.baseOffset() + random.nextInt(span) : 0;
            int maxBytes = random.nextBoolean() ? UNBOUNDED : 100 + random.nextInt(2000);
            List<Seen> expected = new ArrayList<>(BatchFixtures.seen(kafka));
            expected.removeIf(record -> record.offset() < fromOffset);

            List<RebuiltBatch> rebuilt = rebuilder.rebuild(source.buffer(), source.at(), fromOffset, maxBytes);

            assertThatTheyHold(rebuilt, expected, kafka.compressionType(), maxBytes);
            assertThat(BatchFixtures.bytes(source.buffer(), 0, source.buffer().capacity()))
                    .isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, NONE",
        "0, GZIP",
        "0, SNAPPY",
        "0, LZ4",
        "1, NONE",
        "1, GZIP",
        "1, SNAPPY",
        "1, LZ4",
    })
    void shouldReadOldFormats(byte magic, CompressionType codec) {
        Random random = new Random(magic * 10L + codec.id);
        for (int round = 0; round < 30; round++) {
            int count = codec == CompressionType.NONE ? 1 : 1 + random.nextInt(10);
            Recipe recipe =
                    new Recipe().codec(codec).baseOffset(1000).records(BatchFixtures.plainRecords(random, count, 300));
            recipe.magic = magic;
            recipe.direct = random.nextBoolean();
            if (magic == 0) {
                recipe.timestampType = TimestampType.NO_TIMESTAMP_TYPE;
            } else if (random.nextInt(3) == 0) {
                recipe.timestampType = TimestampType.LOG_APPEND_TIME;
                recipe.logAppendTime = BatchFixtures.NOW;
            }
            if (random.nextBoolean()) {
                recipe.holes(random);
            }
            Placed source = recipe.place(random);
            long fromOffset = 1000L + (random.nextBoolean() ? 0 : random.nextInt(count + 1));
            int maxBytes = random.nextBoolean() ? UNBOUNDED : 200 + random.nextInt(1000);
            List<Seen> expected = new ArrayList<>(BatchFixtures.seen(source.kafka()));
            expected.removeIf(record -> record.offset() < fromOffset);

            List<RebuiltBatch> rebuilt = rebuilder.rebuild(source.buffer(), source.at(), fromOffset, maxBytes);

            assertThatTheyHold(rebuilt, expected, codec, maxBytes);
        }
    }

    @Test
    void shouldGiveEveryRecordTheTimeOfItsAppendWhenTheBrokerStampedIt() {
        Random random = new Random(31);
        Recipe recipe = new Recipe()
                .records(new SimpleRecord(5L, new byte[3]), new SimpleRecord(-1L, new byte[3]))
                .codec(CompressionType.LZ4);
        recipe.timestampType = TimestampType.LOG_APPEND_TIME;
        recipe.logAppendTime = BatchFixtures.NOW;
        Placed source = recipe.place(random);

        List<RebuiltBatch> rebuilt = rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED);

        MutableRecordBatch kafka = kafka(rebuilt.get(0));
        assertThat(kafka.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(kafka.maxTimestamp()).isEqualTo(BatchFixtures.NOW);
        assertThat(BatchFixtures.seen(kafka)).extracting(Seen::timestamp).containsOnly(BatchFixtures.NOW);
    }

    @Test
    void shouldKeepBytesOfAHeaderKeyThatAreNoText() {
        Random random = new Random(32);
        Header header = new RecordHeader("key", new byte[] {1});
        Placed source = new Recipe()
                .records(new SimpleRecord(5L, new byte[0], null, new Header[] {header}))
                .place(random);
        byte[] bytes = BatchFixtures.bytes(source.buffer(), source.at(), source.size());
        int key = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("key");
        source.buffer().put(source.at() + key + 1, (byte) 0xFF);
        source.buffer().putInt(source.at() + BatchHeader.CRC_AT, new Crc32c().ofBatch(source.buffer(), source.at()));

        RebuiltBatch rebuilt =
                rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED).get(0);

        assertThat(BatchFixtures.bytes(rebuilt.bytes(), key, 3)).isEqualTo(new byte[] {'k', (byte) 0xFF, 'y'});
    }

    @Test
    void shouldKeepTimesBeforeTheEpochThatKafkasOwnBuilderRefuses() {
        Random random = new Random(33);
        Placed source = new Recipe()
                .records(new SimpleRecord(5L, new byte[3]), new SimpleRecord(9L, new byte[3]))
                .place(random);
        source.buffer().putLong(source.at() + BatchHeader.BASE_TIMESTAMP_AT, -62_135_596_800_000L);
        source.buffer().putInt(source.at() + BatchHeader.CRC_AT, new Crc32c().ofBatch(source.buffer(), source.at()));

        RebuiltBatch rebuilt =
                rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED).get(0);

        assertThat(BatchFixtures.seen(kafka(rebuilt)))
                .extracting(Seen::timestamp)
                .containsExactly(-62_135_596_800_000L, -62_135_596_799_996L);
    }

    @Test
    void shouldBecomeOursByTheRewriter() {
        Random random = new Random(34);
        Placed source = new Recipe()
                .codec(CompressionType.ZSTD)
                .records(BatchFixtures.records(random, 9, 100))
                .holes(random)
                .place(random);

        RebuiltBatch rebuilt =
                rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED).get(0);
        BatchRewriter.rewrite(rebuilt.bytes(), 0, 8L, (short) 2, 7);

        kafka(rebuilt).ensureValid();
        assertThat(kafka(rebuilt).producerId()).isEqualTo(8L);
        assertThat(kafka(rebuilt).lastSequence()).isEqualTo(15);
    }

    @Test
    void shouldGiveNothingWhenNoRecordIsLeft() {
        Random random = new Random(35);
        Placed source = new Recipe()
                .baseOffset(10)
                .records(BatchFixtures.records(random, 3, 20))
                .place(random);
        Placed empty = BatchMergerTest.emptied(random);

        assertThat(rebuilder.rebuild(source.buffer(), source.at(), 13, UNBOUNDED))
                .isEmpty();
        assertThat(rebuilder.rebuild(empty.buffer(), empty.at(), 0, UNBOUNDED)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldGiveASingleRecordAboveTheBoundABatchToItself(CompressionType codec) {
        Random random = new Random(36);
        byte[] noise = new byte[5000];
        random.nextBytes(noise);
        Placed source = new Recipe()
                .codec(codec)
                .records(
                        new SimpleRecord(1L, new byte[10]),
                        new SimpleRecord(2L, noise),
                        new SimpleRecord(3L, new byte[10]))
                .place(random);

        List<RebuiltBatch> rebuilt = rebuilder.rebuild(source.buffer(), source.at(), 0, 200);

        assertThatTheyHold(rebuilt, BatchFixtures.seen(source.kafka()), codec, 200);
        assertThat(rebuilt).filteredOn(batch -> batch.bytes().limit() > 200).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldRefuseAFlippedBit(CompressionType codec) {
        Random random = new Random(37);
        Placed source = new Recipe()
                .codec(codec)
                .records(BatchFixtures.records(random, 3, 100))
                .place(random);
        for (int i = BatchHeader.CRC_AT; i < source.size(); i++) {
            flip(random, source, i);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, NONE", "0, GZIP", "1, NONE", "1, LZ4"})
    void shouldRefuseAFlippedBitOfAnOldFormat(byte magic, CompressionType codec) {
        Random random = new Random(38);
        Recipe recipe = new Recipe().codec(codec).records(BatchFixtures.plainRecords(random, 1, 100));
        recipe.magic = magic;
        recipe.timestampType = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME;
        Placed source = recipe.place(random);
        for (int i = BatchHeader.CRC_AT; i < source.size(); i++) {
            flip(random, source, i);
        }
    }

    @Test
    void shouldRefuseAnInnerRecordOfAnOldFormatWhoseOwnCrcIsWrong() {
        LegacyRecord record = LegacyRecord.create(RecordBatch.MAGIC_VALUE_V1, 5L, null, new byte[20]);
        record.buffer().put(record.sizeInBytes() - 1, (byte) 1);
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(500),
                RecordBatch.MAGIC_VALUE_V1,
                Compression.gzip().build(),
                TimestampType.CREATE_TIME,
                0L);
        builder.appendUncheckedWithOffset(0L, record);
        ByteBuffer source = builder.build().buffer();

        assertThatThrownBy(() -> rebuilder.rebuild(source, 0, 0, UNBOUNDED)).isInstanceOf(CorruptBatchException.class);
    }

    private void flip(Random random, Placed source, int i) {
        int index = source.at() + i;
        byte right = source.buffer().get(index);
        source.buffer().put(index, (byte) (right ^ (1 << random.nextInt(8))));
        assertThatThrownBy(() -> rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED))
                .isInstanceOf(CorruptBatchException.class);
        source.buffer().put(index, right);
    }

    @Test
    void shouldRefuseABatchThatUnfoldsToMoreThanItMay() {
        Random random = new Random(39);
        Placed source = new Recipe()
                .codec(CompressionType.ZSTD)
                .records(new SimpleRecord(1L, new byte[1 << 20]))
                .place(random);
        BatchRebuilder small = new BatchRebuilder(1 << 19);

        assertThatThrownBy(() -> small.rebuild(source.buffer(), source.at(), 0, UNBOUNDED))
                .isInstanceOf(BatchTooLargeException.class)
                .hasMessageContaining("524288");
    }

    @Test
    void shouldRefuseAControlBatch() {
        Random random = new Random(40);
        Placed source =
                new Recipe().records(BatchFixtures.records(random, 1, 20)).place(random);
        source.buffer().putShort(source.at() + BatchHeader.ATTRIBUTES_AT, (short) BatchHeader.CONTROL);
        source.buffer().putInt(source.at() + BatchHeader.CRC_AT, new Crc32c().ofBatch(source.buffer(), source.at()));

        assertThatThrownBy(() -> rebuilder.rebuild(source.buffer(), source.at(), 0, UNBOUNDED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertThatTheyHold(
            List<RebuiltBatch> rebuilt, List<Seen> expected, CompressionType codec, int maxBytes) {
        List<Long> sourceOffsets = new ArrayList<>();
        int next = 0;
        for (RebuiltBatch batch : rebuilt) {
            MutableRecordBatch kafka = kafka(batch);
            kafka.ensureValid();
            List<Seen> part = expected.subList(next, next + batch.recordCount());
            next += batch.recordCount();
            assertThat(BatchFixtures.seen(kafka)).isEqualTo(BatchFixtures.renumbered(part));
            assertThat(kafka.countOrNull()).isEqualTo(batch.recordCount());
            assertThat(kafka.lastOffset()).isEqualTo(batch.recordCount() - 1);
            assertThat(kafka.compressionType()).isEqualTo(codec);
            assertThat(kafka.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            assertThat(kafka.isTransactional()).isFalse();
            assertThat(kafka.deleteHorizonMs()).isEmpty();
            assertThat(kafka.producerId()).isEqualTo(RecordBatch.NO_PRODUCER_ID);
            assertThat(kafka.maxTimestamp())
                    .isEqualTo(part.stream().mapToLong(Seen::timestamp).max().orElseThrow());
            assertThat(batch.recordCount() == 1 || batch.bytes().limit() <= maxBytes)
                    .isTrue();
            LongStream.of(batch.sourceOffsets()).forEach(sourceOffsets::add);
        }
        assertThat(next).isEqualTo(expected.size());
        assertThat(sourceOffsets).isEqualTo(expected.stream().map(Seen::offset).toList());
    }

    private static MutableRecordBatch kafka(RebuiltBatch batch) {
        ByteBuffer bytes = batch.bytes();
        assertThat(bytes.position()).isZero();
        return BatchFixtures.kafkaBatch(bytes, 0, bytes.limit());
    }

    private static Placed batch(Random random) {
        Recipe recipe = new Recipe()
                .codec(BatchFixtures.codec(random))
                .baseOffset(random.nextInt(1_000_000))
                .records(BatchFixtures.records(random, 1 + random.nextInt(30), random.nextInt(600)));
        recipe.direct = random.nextBoolean();
        recipe.transactional = random.nextInt(4) == 0;
        if (random.nextInt(3) == 0) {
            recipe.deleteHorizon = BatchFixtures.NOW + random.nextInt(1_000_000);
        }
        if (random.nextInt(3) == 0) {
            recipe.timestampType = TimestampType.LOG_APPEND_TIME;
            recipe.logAppendTime = BatchFixtures.NOW - random.nextInt(1000);
        }
        if (random.nextBoolean()) {
            recipe.holes(random);
        }
        return recipe.place(random);
    }
}
