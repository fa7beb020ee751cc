package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import io.replicator.batch.BatchFixtures.Seen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How large compressed batches become when they are merged: as large as may be, and no larger than they were. */
final class MergedCompressionTest {
    private static final int ROOM = 1 << 20;
    private static final int GUARD_BYTES = 64;

    private final BatchMerger merger = new BatchMerger(ROOM);
    private final Random random = new Random(1);

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldFillTheBoundWithCompressedBytesAndNotPassIt(CompressionType codec) {
        ByteBuffer target = ByteBuffer.allocate(ROOM + GUARD_BYTES);
        List<Seen> expected = new ArrayList<>();
        long sourceBytes = 0;

        merger.begin(target);
        Placed next = ordinary(codec, 0);
        while (merger.add(next.buffer(), next.at())) {
            expected.addAll(BatchFixtures.seen(next.kafka()));
            sourceBytes += next.size();
            next = ordinary(codec, merger.recordCount());
        }
        int size = merger.finish(1L, (short) 0, 0);

        assertThat(size).isBetween((int) (0.92 * ROOM), ROOM);
        assertThat(size).isLessThanOrEqualTo((int) (1.05 * sourceBytes));
        assertThat(BatchFixtures.bytes(target, ROOM, GUARD_BYTES)).containsOnly(0);
        MutableRecordBatch merged = BatchFixtures.kafkaBatch(target, 0, size);
        merged.ensureValid();
        assertThat(merged.compressionType()).isEqualTo(codec);
        assertThat(BatchFixtures.seen(merged)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldSaveWhatSmallBatchesCannot(CompressionType codec) {
        long sourceBytes = 0;

        merger.begin(ByteBuffer.allocate(ROOM));
        for (int i = 0; i < 200; i++) {
            Placed tiny = new Recipe()
                    .codec(codec)
                    .baseOffset(i)
                    .records(BatchFixtures.records(random, 1, 300))
                    .place(random);
            sourceBytes += tiny.size();
            assertThat(merger.add(tiny.buffer(), tiny.at())).isTrue();
        }

        assertThat(merger.finish(1L, (short) 0, 0)).isLessThan((int) (0.8 * sourceBytes));
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldFillTheBoundWithNoiseAndNotPassIt(CompressionType codec) {
        merger.begin(ByteBuffer.allocate(ROOM));
        Placed next = noise(codec, 20_000);
        while (merger.add(next.buffer(), next.at())) {
            next = noise(codec, 20_000);
        }

        assertThat(merger.finish(1L, (short) 0, 0)).isBetween((int) (0.8 * ROOM), ROOM);
    }

    @Test
    void shouldSayItWhenWhatTheCodecHeldBackDoesNotFit() {
        int room = 100_000;
        ByteBuffer target = ByteBuffer.allocate(room + GUARD_BYTES).limit(room);
        Placed zeros = new Recipe()
                .codec(CompressionType.LZ4)
                .records(new SimpleRecord(1L, new byte[15 * (64 << 10) + 100]))
                .place(random);

        merger.begin(target);
        assertThat(merger.add(zeros.buffer(), zeros.at())).isTrue();
        Placed noise = noise(CompressionType.LZ4, 60_000);
        while (merger.add(noise.buffer(), noise.at())) {
            noise = noise(CompressionType.LZ4, 60_000);
        }

        assertThat(merger.finish(1L, (short) 0, 0)).isEqualTo(BatchMerger.NO_ROOM);
        assertThat(BatchFixtures.bytes(target.clear(), room, GUARD_BYTES)).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldWriteNothingIntoTheTargetOnceAbandoned(CompressionType codec) {
        ByteBuffer target = ByteBuffer.allocate(ROOM);
        Placed first = ordinary(codec, 0);
        merger.begin(target);
        merger.add(first.buffer(), first.at());

        merger.abandon();
        target.put(0, new byte[ROOM]);
        merger.begin(ByteBuffer.allocate(ROOM));
        assertThat(merger.add(first.buffer(), first.at())).isTrue();

        assertThat(merger.finish(1L, (short) 0, 0)).isPositive();
        assertThat(target.array()).containsOnly(0);
    }

    /** As a producer with Kafka's default batch size makes it. */
    private Placed ordinary(CompressionType codec, long baseOffset) {
        return new Recipe()
                .codec(codec)
                .baseOffset(baseOffset)
                .records(BatchFixtures.records(random, 16, 2_000))
                .place(random);
    }

    private Placed noise(CompressionType codec, int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return new Recipe().codec(codec).records(new SimpleRecord(1L, noise)).place(random);
    }
}
