package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import io.replicator.batch.BatchFixtures.Seen;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchRewriterTest {

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldChangeTheHeaderAloneAndLeaveARightCrc(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            Placed placed = batch(random, BatchFixtures.codec(random));
            List<Seen> source = BatchFixtures.seen(placed.kafka());
            byte[] around =
                    BatchFixtures.bytes(placed.buffer(), 0, placed.buffer().capacity());
            int limit = placed.buffer().limit();
            TimestampType timestampType = placed.kafka().timestampType();

            rewrite(random, placed);
            long producerId = random.nextLong() & Long.MAX_VALUE;
            short epoch = (short) random.nextInt(Short.MAX_VALUE + 1);
            int sequence = random.nextInt() & Integer.MAX_VALUE;
            boolean isTransactional = random.nextBoolean();
            BatchRewriter.rewrite(placed.buffer(), placed.at(), producerId, epoch, sequence, isTransactional);

            MutableRecordBatch kafka = placed.kafka();
            kafka.ensureValid();
            assertThat(BatchRewriter.isCrcValid(placed.buffer(), placed.at())).isTrue();
            assertThat(kafka.baseOffset()).isZero();
            assertThat(kafka.partitionLeaderEpoch()).isEqualTo(-1);
            assertThat(kafka.producerId()).isEqualTo(producerId);
            assertThat(kafka.producerEpoch()).isEqualTo(epoch);
            assertThat(kafka.baseSequence()).isEqualTo(sequence);
            assertThat(kafka.isTransactional()).isEqualTo(isTransactional);
            assertThat(kafka.isControlBatch()).isFalse();
            assertThat(kafka.deleteHorizonMs()).isEmpty();
            assertThat(kafka.timestampType()).isEqualTo(timestampType);
            assertThat(BatchFixtures.seen(kafka)).isEqualTo(BatchFixtures.renumbered(source));
            byte[] after =
                    BatchFixtures.bytes(placed.buffer(), 0, placed.buffer().capacity());
            System.arraycopy(around, placed.at(), after, placed.at(), BatchHeader.SIZE);
            assertThat(after).isEqualTo(around);
            assertThat(placed.buffer().position()).isZero();
            assertThat(placed.buffer().limit()).isEqualTo(limit);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void shouldKeepAFlippedBitVisible(long seed) {
        Random random = new Random(seed);
        Placed placed = batch(random, CompressionType.NONE);
        for (int i = BatchHeader.ATTRIBUTES_AT; i < placed.size(); i++) {
            if (isOverwritten(i)) {
                continue;
            }
            int index = placed.at() + i;
            byte right = placed.buffer().get(index);
            placed.buffer().put(index, (byte) (right ^ (1 << random.nextInt(8))));

            rewrite(random, placed);

            assertThat(BatchRewriter.isCrcValid(placed.buffer(), placed.at())).isFalse();
            assertThatThrownBy(() -> placed.kafka().ensureValid()).isInstanceOf(CorruptRecordException.class);
            placed.buffer().put(index, right);
            assertThat(BatchRewriter.isCrcValid(placed.buffer(), placed.at())).isTrue();
        }
    }

    @Test
    void shouldKeepAFlippedBitVisibleThatIsOverwritten() {
        Random random = new Random(24);
        for (int i = BatchHeader.PRODUCER_ID_AT; i < BatchHeader.RECORD_COUNT_AT; i++) {
            Placed placed = batch(random, CompressionType.ZSTD);
            int index = placed.at() + i;
            placed.buffer().put(index, (byte) (placed.buffer().get(index) ^ 4));

            rewrite(random, placed);

            assertThat(BatchRewriter.isCrcValid(placed.buffer(), placed.at())).isFalse();
        }
    }

    private static boolean isOverwritten(int i) {
        return i < BatchHeader.LAST_OFFSET_DELTA_AT
                || (i >= BatchHeader.PRODUCER_ID_AT && i < BatchHeader.RECORD_COUNT_AT);
    }

    private static void rewrite(Random random, Placed placed) {
        BatchRewriter.rewrite(
                placed.buffer(),
                placed.at(),
                random.nextLong() & Long.MAX_VALUE,
                (short) random.nextInt(Short.MAX_VALUE + 1),
                random.nextInt() & Integer.MAX_VALUE);
    }

    private static Placed batch(Random random, CompressionType codec) {
        Recipe recipe = new Recipe()
                .codec(codec)
                .baseOffset(random.nextLong() & 0xFFFFFFFFFFFFL)
                .records(BatchFixtures.records(random, 1 + random.nextInt(40), random.nextInt(2000)));
        recipe.direct = random.nextBoolean();
        recipe.transactional = random.nextBoolean();
        recipe.deleteHorizon =
                random.nextBoolean() ? BatchFixtures.NOW + random.nextInt(100_000) : RecordBatch.NO_TIMESTAMP;
        if (random.nextInt(4) == 0) {
            recipe.timestampType = TimestampType.LOG_APPEND_TIME;
            recipe.logAppendTime = BatchFixtures.NOW;
        }
        return recipe.place(random);
    }
}
