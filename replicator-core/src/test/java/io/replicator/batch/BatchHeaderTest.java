package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.batch.BatchFixtures.Placed;
import io.replicator.batch.BatchFixtures.Recipe;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchHeaderTest {

    @ParameterizedTest
    @EnumSource(names = {"COMMIT", "ABORT"})
    void shouldTellACommitFromAnAbort(ControlRecordType type) {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        BatchFixtures.NOW, 4_711, (short) 3, new EndTransactionMarker(type, 7))
                .buffer();
        ByteBuffer around =
                ByteBuffer.allocate(marker.remaining() + 5).position(5).put(marker);

        assertThat(BatchHeader.isControl(around, 5)).isTrue();
        assertThat(BatchHeader.isCommit(around, 5)).isEqualTo(type == ControlRecordType.COMMIT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldReadWhatKafkaWrote(long seed) {
        Random random = new Random(seed);
        Recipe recipe = new Recipe()
                .codec(BatchFixtures.codec(random))
                .baseOffset(random.nextLong() & 0xFFFFFFFFFFFFL)
                .records(BatchFixtures.records(random, 1 + random.nextInt(20), 300));
        recipe.direct = random.nextBoolean();
        recipe.transactional = random.nextBoolean();
        recipe.deleteHorizon = random.nextBoolean() ? BatchFixtures.NOW : RecordBatch.NO_TIMESTAMP;
        if (random.nextBoolean()) {
            recipe.holes(random);
        }
        if (random.nextBoolean()) {
            recipe.timestampType = TimestampType.LOG_APPEND_TIME;
            recipe.logAppendTime = BatchFixtures.NOW;
        }

        Placed placed = recipe.place(random);

        MutableRecordBatch kafka = placed.kafka();
        var b = placed.buffer();
        int at = placed.at();
        assertThat(BatchHeader.sizeInBytes(b, at)).isEqualTo(kafka.sizeInBytes());
        assertThat(BatchHeader.baseOffset(b, at)).isEqualTo(kafka.baseOffset());
        assertThat(BatchHeader.lastOffset(b, at)).isEqualTo(kafka.lastOffset());
        assertThat(BatchHeader.nextOffset(b, at)).isEqualTo(kafka.nextOffset());
        assertThat(BatchHeader.lastOffsetDelta(b, at)).isEqualTo(recipe.lastDelta);
        assertThat(BatchHeader.recordCount(b, at)).isEqualTo(kafka.countOrNull());
        assertThat(BatchHeader.magic(b, at)).isEqualTo(kafka.magic());
        assertThat(BatchHeader.unsignedCrc(b, at)).isEqualTo(kafka.checksum());
        assertThat(BatchHeader.codec(b, at)).isEqualTo(kafka.compressionType().id);
        assertThat(BatchHeader.isCompressed(b, at)).isEqualTo(kafka.isCompressed());
        assertThat(BatchHeader.isControl(b, at)).isEqualTo(kafka.isControlBatch());
        assertThat(BatchHeader.isTransactional(b, at)).isEqualTo(kafka.isTransactional());
        assertThat(BatchHeader.isLogAppendTime(b, at))
                .isEqualTo(kafka.timestampType() == TimestampType.LOG_APPEND_TIME);
        assertThat(BatchHeader.hasDeleteHorizon(b, at))
                .isEqualTo(kafka.deleteHorizonMs().isPresent());
        assertThat(BatchHeader.producerId(b, at)).isEqualTo(kafka.producerId());
        assertThat(BatchHeader.producerEpoch(b, at)).isEqualTo(kafka.producerEpoch());
        assertThat(BatchHeader.baseSequence(b, at)).isEqualTo(kafka.baseSequence());
        assertThat(BatchHeader.maxTimestamp(b, at)).isEqualTo(kafka.maxTimestamp());
        assertThat(BatchHeader.partitionLeaderEpoch(b, at)).isEqualTo(kafka.partitionLeaderEpoch());
        assertThat(BatchHeader.isDense(b, at)).isEqualTo(recipe.lastDelta + 1 == recipe.records.length);
        assertThat(BatchRewriter.isCrcValid(b, at)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void shouldReadOffsetsOfOldFormats(byte magic) {
        Random random = new Random(magic);
        Recipe recipe = new Recipe()
                .codec(CompressionType.GZIP)
                .baseOffset(500)
                .records(BatchFixtures.plainRecords(random, 7, 50));
        recipe.magic = magic;
        recipe.timestampType = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME;

        Placed placed = recipe.place(random);

        assertThat(BatchHeader.magic(placed.buffer(), placed.at())).isEqualTo(magic);
        assertThat(BatchHeader.sizeInBytes(placed.buffer(), placed.at())).isEqualTo(placed.size());
        assertThat(BatchHeader.lastOffset(placed.buffer(), placed.at())).isEqualTo(506);
        assertThat(BatchHeader.nextOffset(placed.buffer(), placed.at())).isEqualTo(507);
    }

    @Test
    void shouldSeeABatchAsWholeOnlyWhenItsLastByteIsThere() {
        Random random = new Random(3);
        Placed placed =
                new Recipe().records(BatchFixtures.records(random, 3, 50)).place(random);
        int end = placed.at() + placed.size();

        for (int limit = placed.at(); limit < end; limit++) {
            assertThat(BatchHeader.isWhole(placed.buffer(), placed.at(), limit)).isFalse();
        }
        assertThat(BatchHeader.isWhole(placed.buffer(), placed.at(), end)).isTrue();
        assertThat(BatchHeader.isWhole(placed.buffer(), placed.at(), end + 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 48, Integer.MIN_VALUE})
    void shouldRefuseALengthThatNoBatchHas(int length) {
        Random random = new Random(4);
        Placed placed =
                new Recipe().records(BatchFixtures.records(random, 3, 50)).place(random);
        int end = placed.at() + placed.size();

        placed.buffer().putInt(placed.at() + 8, length);

        assertThatThrownBy(() -> BatchHeader.isWhole(placed.buffer(), placed.at(), end))
                .isInstanceOf(CorruptBatchException.class)
                .hasMessageContaining("length " + length);
    }

    @Test
    void shouldNotTakeAHugeLengthForAWholeBatch() {
        Random random = new Random(5);
        Placed placed =
                new Recipe().records(BatchFixtures.records(random, 3, 50)).place(random);

        placed.buffer().putInt(placed.at() + 8, Integer.MAX_VALUE);

        assertThat(BatchHeader.isWhole(
                        placed.buffer(), placed.at(), placed.buffer().capacity()))
                .isFalse();
    }
}
