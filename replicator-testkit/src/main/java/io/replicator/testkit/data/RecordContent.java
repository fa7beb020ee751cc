package io.replicator.testkit.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/** All of a record that must arrive unchanged, wherever in a log it stands. Timestamps are milliseconds. */
public record RecordContent(long timestamp, Blob key, Blob value, List<HeaderContent> headers) {
    /** Copies the headers. */
    public RecordContent {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        headers = List.copyOf(headers);
    }

    /** The same, as Kafka's producer takes it; refuses negative timestamps, as that does. */
    public ProducerRecord<byte[], byte[]> toProducerRecord(String topic, int partition) {
        return new ProducerRecord<>(topic, partition, timestamp, key.orNull(), value.orNull(), List.of(kafkaHeaders()));
    }

    /** The headers, as Kafka writes them. */
    public Header[] kafkaHeaders() {
        return headers.stream()
                .map(header -> new RecordHeader(header.key(), header.value().orNull()))
                .toArray(Header[]::new);
    }

    static List<HeaderContent> headersOf(Headers headers) {
        List<HeaderContent> contents = new ArrayList<>();
        headers.forEach(header -> contents.add(new HeaderContent(header.key(), Blob.of(header.value()))));
        return contents;
    }
}
