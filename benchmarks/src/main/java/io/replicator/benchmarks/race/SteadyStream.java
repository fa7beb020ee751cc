package io.replicator.benchmarks.race;

import io.replicator.benchmarks.race.Contender.Task;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Measures the latency of a steady stream of records: from the acknowledgement by the source's broker until a consumer of the
 * target has the record. The producer and the consumer are in this process and use the same clock.
 */
final class SteadyStream {
    private static final int RECORDS_PER_SECOND = 5_000;
    private static final int VALUE_BYTES = 1 << 10;
    private static final int PARTITIONS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    private final Arena arena;
    private final Contender contender;
    private final Task task;
    private final int measured;
    private final int sent;

    /** When each record was acknowledged by the source, by the number in its value; written before it is read below. */
    private final AtomicLongArray acknowledgedNanos;

    private final AtomicReference<Exception> failure = new AtomicReference<>();

    SteadyStream(Arena arena, Contender contender, Task task, Duration time) {
        this.arena = arena;
        this.contender = contender;
        this.task = task;
        this.measured = Math.toIntExact(time.toSeconds() * RECORDS_PER_SECOND);
        this.sent = measured + Math.toIntExact(WARM_UP.toSeconds() * RECORDS_PER_SECOND);
        this.acknowledgedNanos = new AtomicLongArray(sent);
    }

    /** Creates the topic, starts the contender, and runs the stream. */
    LatencyResult run(int round, Path directory) {
        arena.source().createTopic(task.topic(), PARTITIONS, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            // One record for each partition: the target topic exists when the measurement starts.
            for (int partition = 0; partition < PARTITIONS; partition++) {
                send(producer, partition, -1);
            }
            producer.flush();
            try (Heat heat = Heat.start(contender, task, directory)) {
                heat.awaitCopied("latency", round, PARTITIONS, PARTITIONS, 50);
                return measure(producer, heat, round);
            }
        }
    }

    private LatencyResult measure(KafkaProducer<byte[], byte[]> producer, Heat heat, int round) {
        Thread sender = new Thread(() -> sendAll(producer), "steady-stream");
        Histogram histogram = new Histogram(MAX_NANOS, DIGITS);
        Duration cpuBefore = Duration.ZERO;
        long fromNanos = 0;
        int received = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            sender.start();
            long deadlineNanos = System.nanoTime()
                    + PATIENCE.plus(WARM_UP).toNanos()
                    + TimeUnit.SECONDS.toNanos(sent / RECORDS_PER_SECOND);
            while (received < sent) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    int number = ByteBuffer.wrap(record.value()).getInt();
                    if (number < 0) {
                        continue;
                    }
                    if (++received == sent - measured) {
                        cpuBefore = ProcessMeter.cpu(heat.process());
                        fromNanos = System.nanoTime();
                    }
                    if (number >= sent - measured) {
                        long acknowledged = acknowledgedNanos.get(number);
                        // A record can reach the target before the source's acknowledgement reaches its producer.
                        long nanos = acknowledged == 0 ? 0 : Math.max(0, System.nanoTime() - acknowledged);
                        histogram.recordValue(Math.min(MAX_NANOS, nanos));
                    }
                }
                if (failure.get() != null || System.nanoTime() > deadlineNanos) {
                    throw new IllegalStateException(received + " of " + sent + " records arrived", failure.get());
                }
            }
        } finally {
            join(sender);
        }
        double seconds = (System.nanoTime() - fromNanos) / 1e9;
        double cpuSeconds = ProcessMeter.cpu(heat.process()).minus(cpuBefore).toNanos() / 1e9;
        return new LatencyResult(
                contender.label(),
                round,
                measured,
                millis(histogram, 50),
                millis(histogram, 99),
                millis(histogram, 99.9),
                histogram.getMaxValue() / 1e6,
                cpuSeconds / seconds,
                ProcessMeter.peakMemoryBytes(heat.process()));
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }

    private void sendAll(KafkaProducer<byte[], byte[]> producer) {
        long startNanos = System.nanoTime();
        long eachNanos = TimeUnit.SECONDS.toNanos(1) / RECORDS_PER_SECOND;
        for (int number = 0; number < sent; number++) {
            long dueNanos = startNanos + number * eachNanos;
            while (System.nanoTime() < dueNanos) {
                LockSupport.parkNanos(dueNanos - System.nanoTime());
            }
            send(producer, number % PARTITIONS, number);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, int number) {
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putInt(number);
        var unused =
                producer.send(new ProducerRecord<>(task.topic(), partition, null, value), (metadata, exception) -> {
                    if (exception != null) {
                        failure.compareAndSet(null, exception);
                    } else if (number >= 0) {
                        acknowledgedNanos.set(number, System.nanoTime());
                    }
                });
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> properties = new HashMap<>(arena.source().adminProperties());
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = new HashMap<>(arena.target().adminProperties());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        String topic = contender.targetTopic(task);
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
