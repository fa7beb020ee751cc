package io.replicator.testkit.data;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;

/** A record as a consumer saw it, with the place it stands at; compares by content. */
public record DumpedRecord(
        int partition,
        long offset,
        long timestamp,
        TimestampType timestampType,
        Blob key,
        Blob value,
        List<HeaderContent> headers) {
    /** Copies the headers. */
    public DumpedRecord {
        headers = List.copyOf(headers);
    }

    static DumpedRecord of(ConsumerRecord<byte[], byte[]> seen) {
        return new DumpedRecord(
                seen.partition(),
                seen.offset(),
                seen.timestamp(),
                seen.timestampType(),
                Blob.of(seen.key()),
                Blob.of(seen.value()),
                RecordContent.headersOf(seen.headers()));
    }

    /** What must be the same on the source and on the target, where offsets may differ. */
    public RecordContent content() {
        return new RecordContent(timestamp, key, value, headers);
    }
}
