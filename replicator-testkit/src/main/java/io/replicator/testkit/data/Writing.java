package io.replicator.testkit.data;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that forgets no failure: {@link #flush()} throws what any record met. */
final class Writing implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private long sent;

    Writing(Map<String, Object> clientProperties, Map<String, Object> more, String topic) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.putAll(more);
        this.producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topic;
        this.partitions = producer.partitionsFor(topic).size();
    }

    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    /** By its key as Kafka does it, without a key in turns: the place of a record depends on nothing but the records. */
    int partitionOf(RecordContent content) {
        return content.key().isAbsent()
                ? (int) (sent % partitions)
                : BuiltInPartitioner.partitionForKey(content.key().orNull(), partitions);
    }

    void send(RecordContent content) {
        int partition = partitionOf(content);
        sent++;
        var unused = producer.send(content.toProducerRecord(topic, partition), (metadata, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
    }

    void flush() {
        producer.flush();
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a record could not be written to " + topic, first);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
