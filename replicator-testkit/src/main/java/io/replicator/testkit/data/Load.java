package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.util.HashMap;
import java.util.Map;

/** Writes generated records to a topic, and returns when every one is acknowledged. */
public final class Load {
    private final Map<String, Object> clientProperties;
    private final String topic;
    private RecordShape records = RecordShape.values(256);
    private BatchShape batches = BatchShape.of(Codec.NONE);
    private long seed = 1;

    private Load(Map<String, Object> clientProperties, String topic) {
        this.clientProperties = Map.copyOf(clientProperties);
        this.topic = topic;
    }

    /** A load for a topic that exists. */
    public static Load to(KafkaCluster cluster, String topic) {
        return to(cluster.adminProperties(), topic);
    }

    /** A load for a topic that exists, written by a client of these properties. */
    public static Load to(Map<String, Object> clientProperties, String topic) {
        return new Load(clientProperties, topic);
    }

    /** What the records look like; 256 bytes of half-compressible value by default. */
    public Load records(RecordShape shape) {
        this.records = shape;
        return this;
    }

    /** How they are packed; uncompressed as Kafka's producer does by default. */
    public Load batches(BatchShape shape) {
        this.batches = shape;
        return this;
    }

    /** Which records of that shape. */
    public Load seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Writes the first so many records; returns the bytes of their keys and values. */
    public long write(int count) {
        Map<String, Object> more = new HashMap<>(batches.producerProperties());
        more.put("acks", "all");
        // A minute is enough for a fail-over; what takes longer has gone wrong.
        more.put("delivery.timeout.ms", 60_000);
        more.put("request.timeout.ms", 20_000);
        RecordGenerator generator = new RecordGenerator(records, seed);
        long bytes = 0;
        try (Writing writing = new Writing(clientProperties, more, topic)) {
            for (int i = 0; i < count; i++) {
                RecordContent content = generator.next();
                bytes += content.key().length() + content.value().length();
                writing.send(content);
            }
            writing.flush();
        }
        return bytes;
    }
}
