package io.replicator.benchmarks.pieces;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Source batches of known shapes, side by side in one buffer as in a fetch response. */
final class Batches {
    private static final int HEADER_ROOM = 128;

    private Batches() {}

    /**
     * @param batches how many
     * @param recordsEach records of each batch
     * @param valueBytes half of each value is noise, so that it compresses to about half
     * @return a direct buffer, position 0 to the end of the last batch
     */
    static ByteBuffer of(Compression codec, int batches, int recordsEach, int valueBytes) {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer all = ByteBuffer.allocateDirect(batches * (HEADER_ROOM + recordsEach * (valueBytes + HEADER_ROOM)));
        for (int batch = 0; batch < batches; batch++) {
            all.put(batch(codec, (long) batch * recordsEach, recordsEach, valueBytes, random));
        }
        return all.flip();
    }

    private static ByteBuffer batch(
            Compression codec, long baseOffset, int records, int valueBytes, SplittableRandom random) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_ROOM + records * (valueBytes + HEADER_ROOM));
        try (MemoryRecordsBuilder builder = MemoryRecords.builder(
                bytes, RecordBatch.MAGIC_VALUE_V2, codec, TimestampType.CREATE_TIME, baseOffset)) {
            for (int record = 0; record < records; record++) {
                byte[] value = new byte[valueBytes];
                byte[] noise = new byte[valueBytes / 2];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, value, 0, noise.length);
                builder.append(1_700_000_000_000L + record, null, value);
            }
            return builder.build().buffer();
        }
    }
}
