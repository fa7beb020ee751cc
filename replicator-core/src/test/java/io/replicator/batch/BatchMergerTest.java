package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import io.replicator.batch.BatchFixtures.Seen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchMergerTest {

    private static final int ROOM = 1 << 20;

    private final BatchMerger merger = new BatchMerger(ROOM);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldHoldTheRecordsOfAllItsBatchesOneAfterTheOther(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            CompressionType codec = BatchFixtures.codec(random);
            ByteBuffer target = target(random, ROOM);
            int start = target.position();
            int limit = target.limit();
            List<Seen> expected = new ArrayList<>();
            long nextOffset = random.nextInt(1000);
            long maxTimestamp = RecordBatch.NO_TIMESTAMP;

            merger.begin(target);
            for (int i = 1 + random.nextInt(12); i > 0; i--) {
                Placed source = batch(random, codec, nextOffset);
                MutableRecordBatch kafka = source.kafka();
                nextOffset = kafka.nextOffset() + (random.nextInt(4) == 0 ? random.nextInt(50) : 0);
                maxTimestamp = Math.max(maxTimestamp, kafka.maxTimestamp());
                expected.addAll(BatchFixtures.seen(kafka));
                assertThat(merger.add(source.buffer(), source.at())).isTrue();
            }
            int size = merger.finish(4711L, (short) 12, 99);

            MutableRecordBatch merged = BatchFixtures.kafkaBatch(target, start, size);
            merged.ensureValid();
            assertThat(BatchFixtures.seen(merged)).isEqualTo(BatchFixtures.renumbered(expected));
            assertThat(merger.recordCount()).isEqualTo(expected.size());
            assertThat(merged.countOrNull()).isEqualTo(expected.size());
            assertThat(merged.baseOffset()).isZero();
            assertThat(merged.lastOffset()).isEqualTo(expected.size() - 1);
            assertThat(merged.maxTimestamp()).isEqualTo(maxTimestamp);
            assertThat(merged.compressionType()).isEqualTo(codec);
            assertThat(merged.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            assertThat(merged.deleteHorizonMs()).isEmpty();
            assertThat(merged.isTransactional()).isFalse();
            assertThat(merged.partitionLeaderEpoch()).isEqualTo(-1);
            assertThat(merged.producerId()).isEqualTo(4711L);
            assertThat(merged.producerEpoch()).isEqualTo((short) 12);
            assertThat(merged.baseSequence()).isEqualTo(99);
            assertThat(offsets(merger))
                    .isEqualTo(expected.stream().map(Seen::offset).toList());
            assertThatRunsAreMaximal();
            assertThat(target.position()).isEqualTo(start);
            assertThat(target.limit()).isEqualTo(limit);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void shouldStayAsItWasWhenABatchIsRefused(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            CompressionType codec = BatchFixtures.codec(random);
            ByteBuffer target = target(random, 500 + random.nextInt(6000));
            int start = target.position();
            List<Seen> expected = new ArrayList<>();
            long nextOffset = 0;

            merger.begin(target);
            for (int i = 0; i < 15; i++) {
                Placed source = batch(random, codec, nextOffset);
                nextOffset = source.kafka().nextOffset();
                if (merger.add(source.buffer(), source.at())) {
                    expected.addAll(BatchFixtures.seen(source.kafka()));
                }
                assertThat(merger.recordCount()).isEqualTo(expected.size());
            }

            assertThat(offsets(merger))
                    .isEqualTo(expected.stream().map(Seen::offset).toList());
            if (!expected.isEmpty()) {
                int size = merger.finish(1L, (short) 0, 0);
                assertThat(size).isPositive();
                assertThat(start + size).isLessThanOrEqualTo(target.limit());
                MutableRecordBatch merged = BatchFixtures.kafkaBatch(target, start, size);
                merged.ensureValid();
                assertThat(BatchFixtures.seen(merged)).isEqualTo(BatchFixtures.renumbered(expected));
            }
        }
    }

    @Test
    void shouldForgetTheRunsOfABatchThatTurnsOutNotToFit() {
        Random random = new Random(40);
        Placed first = new Recipe().records(new SimpleRecord(0L, new byte[10])).place(random);
        Recipe recipe = new Recipe()
                .baseOffset(1)
                .records(
                        new SimpleRecord(BatchFixtures.NOW, new byte[10]),
                        new SimpleRecord(BatchFixtures.NOW, new byte[10]),
                        new SimpleRecord(BatchFixtures.NOW, new byte[10]));
        recipe.deltas = new int[] {0, 2, 4};
        recipe.lastDelta = 4;
        Placed second = recipe.place(random);
        // By its size it fits, but its deltas to the first record's time are five bytes longer each: the third does
        // not.
        int room = first.size() + second.size() - BatchHeader.SIZE + 3 * 5;

        merger.begin(ByteBuffer.allocate(room - 1));
        assertThat(merger.add(first.buffer(), first.at())).isTrue();

        assertThat(merger.add(second.buffer(), second.at())).isFalse();
        assertThat(offsets(merger)).containsExactly(0L);
        merger.begin(ByteBuffer.allocate(room));
        assertThat(merger.add(first.buffer(), first.at())).isTrue();
        assertThat(merger.add(second.buffer(), second.at())).isTrue();
        assertThat(offsets(merger)).containsExactly(0L, 1L, 3L, 5L);
        assertThat(merger.runs()).isEqualTo(3);
    }

    @Test
    void shouldRefuseWhatPassesItsOwnBoundEvenWhereTheTargetHasRoom() {
        Random random = new Random(41);
        BatchMerger small = new BatchMerger(1000);
        Placed source =
                new Recipe().records(new SimpleRecord(1L, new byte[600])).place(random);

        small.begin(ByteBuffer.allocate(ROOM));

        assertThat(small.add(source.buffer(), source.at())).isTrue();
        assertThat(small.add(source.buffer(), source.at())).isFalse();
        assertThat(small.recordCount()).isEqualTo(1);
        assertThat(small.finish(1L, (short) 0, 0)).isLessThanOrEqualTo(1000);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldBoundACompressedBatchByWhatItUnfoldsTo(CompressionType codec) {
        Random random = new Random(42);
        Placed bomb = new Recipe()
                .codec(codec)
                .records(new SimpleRecord(1L, new byte[17 * ROOM]))
                .place(random);
        Placed small = new Recipe()
                .codec(codec)
                .records(new SimpleRecord(1L, new byte[10]))
                .place(random);

        merger.begin(ByteBuffer.allocate(8 * ROOM));

        assertThat(merger.add(bomb.buffer(), bomb.at())).isFalse();
        assertThat(merger.add(small.buffer(), small.at())).isTrue();
        assertThat(merger.recordCount()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeABatchForEmptyBecauseABitOfItsCountFlipped() {
        Random random = new Random(44);
        Placed source =
                new Recipe().records(BatchFixtures.records(random, 1, 50)).place(random);
        source.buffer().putInt(source.at() + BatchHeader.RECORD_COUNT_AT, 0);

        merger.begin(ByteBuffer.allocate(ROOM));

        assertThatThrownBy(() -> merger.add(source.buffer(), source.at())).isInstanceOf(CorruptBatchException.class);
    }

    @Test
    void shouldRefuseAnotherCodecLogAppendTimeControlAndOldFormats() {
        Random random = new Random(45);
        SimpleRecord[] records = BatchFixtures.plainRecords(random, 2, 50);
        Placed plain = new Recipe().records(records).place(random);
        Placed lz4 = new Recipe().codec(CompressionType.LZ4).records(records).place(random);
        Recipe appended = new Recipe().records(records);
        appended.timestampType = TimestampType.LOG_APPEND_TIME;
        appended.logAppendTime = 5;
        Placed logAppendTime = appended.place(random);
        Recipe old = new Recipe().records(records[0]);
        old.magic = 1;
        Placed magic1 = old.place(random);
        Placed control = new Recipe().records(records).place(random);
        control.buffer().putShort(control.at() + BatchHeader.ATTRIBUTES_AT, (short) BatchHeader.CONTROL);

        merger.begin(ByteBuffer.allocate(ROOM));

        assertThat(merger.add(logAppendTime.buffer(), logAppendTime.at())).isFalse();
        assertThat(merger.add(magic1.buffer(), magic1.at())).isFalse();
        assertThat(merger.add(control.buffer(), control.at())).isFalse();
        assertThat(merger.add(plain.buffer(), plain.at())).isTrue();
        assertThat(merger.add(lz4.buffer(), lz4.at())).isFalse();
        assertThat(merger.recordCount()).isEqualTo(2);
        assertThat(merger.runs()).isEqualTo(1);
    }

    @Test
    void shouldAddNothingFromABatchThatCompactionEmptied() {
        Random random = new Random(46);
        Placed empty = emptied(random);

        merger.begin(ByteBuffer.allocate(ROOM));

        assertThat(merger.add(empty.buffer(), empty.at())).isTrue();
        assertThat(merger.recordCount()).isZero();
        assertThatThrownBy(() -> merger.finish(1L, (short) 0, 0)).isInstanceOf(IllegalStateException.class);
    }

    static Placed emptied(Random random) {
        Placed placed =
                new Recipe().records(BatchFixtures.records(random, 1, 0)).place(random);
        ByteBuffer batch = placed.buffer();
        int at = placed.at();
        batch.putInt(at + BatchHeader.LENGTH_AT, BatchHeader.SIZE - BatchHeader.LOG_OVERHEAD);
        batch.putInt(at + BatchHeader.RECORD_COUNT_AT, 0);
        batch.putInt(at + BatchHeader.CRC_AT, new Crc32c().ofBatch(batch, at));
        return new Placed(batch, at, BatchHeader.SIZE);
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class)
    void shouldRefuseAFlippedBitBeforeItHidesBehindANewCrc(CompressionType codec) {
        Random random = new Random(47);
        Placed good = new Recipe()
                .codec(codec)
                .records(BatchFixtures.records(random, 3, 100))
                .place(random);
        Placed bad = new Recipe()
                .codec(codec)
                .baseOffset(3)
                .records(BatchFixtures.records(random, 3, 100))
                .place(random);
        ByteBuffer target = ByteBuffer.allocate(ROOM);
        merger.begin(target);
        merger.add(good.buffer(), good.at());

        for (int i = BatchHeader.LAST_OFFSET_DELTA_AT; i < bad.size(); i++) {
            int index = bad.at() + i;
            byte right = bad.buffer().get(index);
            bad.buffer().put(index, (byte) (right ^ (1 << random.nextInt(8))));
            assertThatThrownBy(() -> merger.add(bad.buffer(), bad.at())).isInstanceOf(CorruptBatchException.class);
            bad.buffer().put(index, right);
        }

        assertThat(merger.recordCount()).isEqualTo(3);
        assertThat(merger.runs()).isEqualTo(1);
        int size = merger.finish(1L, (short) 0, 0);
        assertThat(BatchFixtures.seen(BatchFixtures.kafkaBatch(target, 0, size)))
                .isEqualTo(BatchFixtures.seen(good.kafka()));
    }

    @ParameterizedTest
    @ValueSource(longs = {51, 52, 53, 54})
    void shouldNeverReadBeyondABatchWhoseRecordsDoNotParse(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            Placed first = batch(random, CompressionType.NONE, 0);
            Recipe recipe = new Recipe().baseOffset(1000).records(BatchFixtures.records(random, 3, 50));
            recipe.direct = random.nextBoolean();
            if (random.nextBoolean()) {
                recipe.holes(random);
            }
            Placed bad = recipe.place(random);
            int index = bad.at() + BatchHeader.SIZE + random.nextInt(bad.size() - BatchHeader.SIZE);
            bad.buffer().put(index, (byte) random.nextInt());
            bad.buffer().putInt(bad.at() + BatchHeader.CRC_AT, new Crc32c().ofBatch(bad.buffer(), bad.at()));
            merger.begin(ByteBuffer.allocate(ROOM));
            merger.add(first.buffer(), first.at());
            int before = merger.recordCount();
            List<Long> offsetsBefore = offsets(merger);

            try {
                merger.add(bad.buffer(), bad.at());
                assertThat(merger.recordCount()).isEqualTo(before + 3);
            } catch (CorruptBatchException e) {
                assertThat(merger.recordCount()).isEqualTo(before);
                assertThat(offsets(merger)).isEqualTo(offsetsBefore);
            }
        }
    }

    private static Placed batch(Random random, CompressionType codec, long baseOffset) {
        Recipe recipe = new Recipe()
                .codec(codec)
                .baseOffset(baseOffset)
                .records(BatchFixtures.records(random, 1 + random.nextInt(10), random.nextInt(600)));
        recipe.direct = random.nextBoolean();
        recipe.transactional = random.nextInt(4) == 0;
        if (random.nextInt(3) == 0) {
            recipe.deleteHorizon = BatchFixtures.NOW + random.nextInt(1_000_000);
        }
        if (random.nextInt(3) == 0) {
            recipe.holes(random);
        }
        return recipe.place(random);
    }

    private static ByteBuffer target(Random random, int room) {
        int start = random.nextInt(100);
        ByteBuffer target =
                random.nextBoolean() ? ByteBuffer.allocateDirect(start + room) : ByteBuffer.allocate(start + room);
        return target.position(start);
    }

    private static List<Long> offsets(BatchMerger merger) {
        List<Long> offsets = new ArrayList<>();
        for (int run = 0; run < merger.runs(); run++) {
            for (int i = 0; i < merger.runLength(run); i++) {
                offsets.add(merger.runStart(run) + i);
            }
        }
        return offsets;
    }

    private void assertThatRunsAreMaximal() {
        for (int run = 1; run < merger.runs(); run++) {
            assertThat(merger.runStart(run)).isGreaterThan(merger.runStart(run - 1) + merger.runLength(run - 1));
        }
    }
}
