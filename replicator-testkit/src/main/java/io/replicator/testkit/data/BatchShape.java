package io.replicator.testkit.data;

import java.util.Map;

/**
 * How a producer packs records.
 *
 * @param codec how batches are compressed
 * @param bytes how large a batch grows before compression; 0 for one record each
 * @param lingerMillis how long an unfilled batch waits
 */
public record BatchShape(Codec codec, int bytes, int lingerMillis) {
    /** Refuses what cannot be. */
    public BatchShape {
        if (bytes < 0 || lingerMillis < 0) {
            throw new IllegalArgumentException("batches of " + bytes + " bytes after " + lingerMillis + " ms");
        }
    }

    /** Kafka's default: 16 KiB, filled as far as five milliseconds of producing go. */
    public static BatchShape of(Codec codec) {
        return new BatchShape(codec, 16 << 10, 5);
    }

    /** One record in each batch, as of a producer that sends now and then. */
    public static BatchShape single(Codec codec) {
        return new BatchShape(codec, 0, 0);
    }

    /** Batches of this size before compression, each waited for until it is full. */
    public static BatchShape full(Codec codec, int bytes) {
        return new BatchShape(codec, bytes, 1_000);
    }

    /** The same, as Kafka's producer is told. */
    public Map<String, Object> producerProperties() {
        return Map.of(
                "compression.type", codec.kafkaName(),
                "batch.size", bytes,
                "linger.ms", lingerMillis);
    }
}
