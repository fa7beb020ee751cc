package io.replicator.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches as a log would have them, one after the other. */
final class TargetLog {
    private static final long TIME = 1_790_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long end;

    /** @param start the first offset */
    TargetLog(long start) {
        this.end = start;
    }

    /** Records of these values, in one batch of a producer. */
    TargetLog write(long producerId, int epoch, String... values) {
        return append(
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) epoch, 0, records(values)),
                values.length);
    }

    /** The same in a transaction. */
    TargetLog writeInTransaction(long producerId, int epoch, String... values) {
        return append(
                MemoryRecords.withTransactionalRecords(Compression.NONE, producerId, (short) epoch, 0, records(values)),
                values.length);
    }

    TargetLog mark(long producerId, int epoch, boolean isCommitted) {
        ControlRecordType type = isCommitted ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return append(
                MemoryRecords.withEndTransactionMarker(
                        TIME, producerId, (short) epoch, new EndTransactionMarker(type, 0)),
                1);
    }

    /** Offsets that compaction emptied. */
    TargetLog skip(int offsets) {
        end += offsets;
        return this;
    }

    private TargetLog append(MemoryRecords records, int count) {
        ByteBuffer batch = records.buffer();
        batch.putLong(0, end);
        byte[] copy = new byte[batch.remaining()];
        batch.get(0, copy);
        bytes.writeBytes(copy);
        end += count;
        return this;
    }

    private static SimpleRecord[] records(String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(TIME, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return records;
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    long end() {
        return end;
    }
}
