package io.replicator.it;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes numbered records to a topic, a few every few milliseconds, round the partitions, until it is stopped. A value
 * begins with the record's number and a blank; no two are the same.
 */
public final class SteadyLoad implements AutoCloseable {
    private static final int RECORDS_AT_ONCE = 20;
    private static final long PAUSE_MILLIS = 50;
    private static final int VALUE_BYTES = 200;

    /** A failure names so many of those of single records. */
    private static final int MAX_NAMED_FAILURES = 3;

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private long sent;

    private SteadyLoad(Map<String, Object> clientProperties, String topic) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put("acks", "all");
        properties.put("linger.ms", 5);
        properties.put("delivery.timeout.ms", 300_000);
        properties.put("request.timeout.ms", 10_000);
        this.producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topic;
        this.partitions = producer.partitionsFor(topic).size();
    }

    public static SteadyLoad start(Map<String, Object> clientProperties, String topic) {
        SteadyLoad load = new SteadyLoad(clientProperties, topic);
        var unused = load.clock.scheduleWithFixedDelay(load::send, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        return load;
    }

    private void send() {
        for (int i = 0; i < RECORDS_AT_ONCE; i++) {
            var unused = producer.send(
                    new ProducerRecord<>(topic, (int) (sent % partitions), null, value(sent)), (metadata, failure) -> {
                        if (failure == null) {
                            acknowledged.incrementAndGet();
                        } else {
                            failures.add(failure);
                        }
                    });
            sent++;
        }
    }

    private static byte[] value(long number) {
        String text = number + " " + "x".repeat(VALUE_BYTES);
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The number that a value begins with. */
    public static long number(byte[] value) {
        String text = new String(value, StandardCharsets.US_ASCII);
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }

    /** How many records the cluster has taken so far. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Ends the load, and fails if a single record was not acknowledged. Returns how many there are. */
    public long stop() throws Exception {
        // What is being sent is sent to its end, and counted; nothing is sent after it.
        clock.shutdown();
        if (!clock.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The load did not end.");
        }
        long count = sent;
        producer.flush();
        if (!failures.isEmpty() || acknowledged.get() < count) {
            throw new IllegalStateException(count + " records written, " + acknowledged + " acknowledged; "
                    + failures.size() + " failures, such as "
                    + failures.stream().limit(MAX_NAMED_FAILURES).toList());
        }
        return count;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        producer.close();
    }
}
