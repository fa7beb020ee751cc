package io.replicator.demo;

import io.replicator.testkit.data.RecordContent;
import io.replicator.testkit.data.RecordGenerator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes one topic: a backlog as fast as possible, then a fixed rate. Runs on its own thread. */
final class TopicWriter implements AutoCloseable {
    /** The load writes to new partitions after this time at the latest. */
    private static final int METADATA_MILLIS = 1_000;

    private static final long TURN_MILLIS = 20;
    private static final long BUFFER_BYTES = 16 << 20;
    private static final double ABORT_SHARE = 0.25;

    private final DemoTopic topic;
    private final RecordGenerator records;
    private final SplittableRandom random;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    TopicWriter(DemoTopic topic, String bootstrapServers) {
        this.topic = topic;
        this.records = new RecordGenerator(topic.records(), topic.seed());
        this.random = new SplittableRandom(topic.seed());
        Map<String, Object> properties = new HashMap<>(topic.batches().producerProperties());
        properties.put("bootstrap.servers", bootstrapServers);
        properties.put("client.id", "load-" + topic.topic());
        properties.put("acks", "all");
        properties.put("buffer.memory", BUFFER_BYTES);
        properties.put("metadata.max.age.ms", METADATA_MILLIS);
        if (topic.isTransactional()) {
            properties.put("transactional.id", "load-" + topic.topic());
        }
        this.producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        if (topic.isTransactional()) {
            producer.initTransactions();
        }
    }

    /** Writes the backlog and returns when all records are acknowledged. */
    void backlog() {
        write(topic.pace().backlogRecords());
        flush();
    }

    /** Writes at the topic's rate until the latch is released. */
    void writeUntil(CountDownLatch stop) throws InterruptedException {
        long startNanos = System.nanoTime();
        long written = 0;
        while (!stop.await(TURN_MILLIS, TimeUnit.MILLISECONDS)) {
            long elapsedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            long due = elapsedMillis * topic.pace().recordsPerSecond() / 1_000 - written;
            written += write(due);
        }
        flush();
    }

    /** Returns how many records were written; transactions are complete. */
    private long write(long count) {
        if (!topic.isTransactional()) {
            for (long i = 0; i < count; i++) {
                send();
            }
            return count;
        }
        long transactions = count / DemoTopic.RECORDS_PER_TRANSACTION;
        for (long i = 0; i < transactions; i++) {
            transaction();
        }
        return transactions * DemoTopic.RECORDS_PER_TRANSACTION;
    }

    private void transaction() {
        producer.beginTransaction();
        for (int i = 0; i < DemoTopic.RECORDS_PER_TRANSACTION; i++) {
            send();
        }
        if (random.nextDouble() < ABORT_SHARE) {
            // The aborted records must be in the log, because the demo shows that they are not copied.
            producer.flush();
            producer.abortTransaction();
        } else {
            producer.commitTransaction();
        }
    }

    private void send() {
        RecordContent content = records.next();
        var record = new ProducerRecord<>(
                topic.topic(),
                null,
                System.currentTimeMillis(),
                content.key().orNull(),
                content.value().orNull(),
                List.of(content.kafkaHeaders()));
        var unused = producer.send(record, (metadata, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
    }

    private void flush() {
        producer.flush();
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a record could not be written to " + topic.topic(), first);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
