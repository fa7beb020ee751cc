package io.replicator.simulation;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** A record as Kafka's own code reads it. */
record SeenRecord(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<Header> headers) {

    /** Reads all records of a batch that are an application's. */
    static void read(ByteBuffer batch, List<SeenRecord> into) {
        for (MutableRecordBatch each : MemoryRecords.readableRecords(batch).batches()) {
            if (!each.isControlBatch()) {
                for (Record record : each) {
                    into.add(new SeenRecord(
                            record.offset(),
                            record.timestamp(),
                            record.key(),
                            record.value(),
                            List.of(record.headers())));
                }
            }
        }
    }

    /** Whether no reader can tell the two apart, but for their offsets. */
    boolean isCopyOf(SeenRecord source) {
        return timestamp == source.timestamp
                && Objects.equals(key, source.key)
                && Objects.equals(value, source.value)
                && headers.equals(source.headers);
    }
}
