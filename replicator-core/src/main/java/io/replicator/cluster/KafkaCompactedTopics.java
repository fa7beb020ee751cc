package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Compacted topics of a Kafka cluster, with one consumer and one producer that are made when they are first needed. */
final class KafkaCompactedTopics implements CompactedTopics {
    private static final Duration POLL = Duration.ofMillis(100);

    private final CompactedTopicOptions options;
    private final ClientProperties properties;
    private final ClusterFaults faults;
    private final ClientCalls calls;
    private Consumer<byte[], byte[]> consumer;
    private Producer<byte[], byte[]> producer;

    KafkaCompactedTopics(ClusterConfig cluster, CompactedTopicOptions options) {
        this.options = options;
        this.properties = new ClientProperties(cluster);
        this.faults = new ClusterFaults(cluster);
        this.calls = new ClientCalls(faults);
    }

    @Override
    public CompactedTopic topic(String name) {
        return new KafkaCompactedTopic(name);
    }

    @Override
    public void connect() {
        consumer();
    }

    /** One of them. */
    private final class KafkaCompactedTopic implements CompactedTopic {
        private final String name;
        private final TopicPartition log;

        KafkaCompactedTopic(String name) {
            this.name = name;
            this.log = new TopicPartition(name, 0);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void append(List<LogEntry> entries) throws InterruptedException {
            send(entries.stream()
                    .map(entry -> new ProducerRecord<>(name, 0, entry.key(), entry.value()))
                    .toList());
        }

        @Override
        public void append(List<LogEntry> entries, long timestampMillis) throws InterruptedException {
            send(entries.stream()
                    .map(entry -> new ProducerRecord<>(name, 0, timestampMillis, entry.key(), entry.value()))
                    .toList());
        }

        private void send(List<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
            if (records.isEmpty()) {
                return;
            }
            long deadlineNanos = System.nanoTime() + options.timeout().toNanos();
            AtomicReference<Exception> failure = new AtomicReference<>();
            calls.call("WRITE", named(), () -> {
                try {
                    List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
                    for (ProducerRecord<byte[], byte[]> record : records) {
                        requireGoing(failure, deadlineNanos);
                        sent.add(producer().send(record, (ignored, e) -> failure.compareAndSet(null, e)));
                    }
                    for (Future<RecordMetadata> each : sent) {
                        each.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                    }
                    return null;
                } catch (ExecutionException e) {
                    throw notWritten(e.getCause());
                } catch (TimeoutException e) {
                    throw notWritten(e);
                }
            });
        }

        /** Each send may block: one that failed must not be followed by thousands that do. */
        private void requireGoing(AtomicReference<Exception> failure, long deadlineNanos) throws TimeoutException {
            if (failure.get() != null) {
                throw notWritten(failure.get());
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new TimeoutException("not written within " + options.timeout());
            }
        }

        private UnavailableException notWritten(Throwable failure) {
            if (!(failure instanceof RetriableException || failure instanceof TimeoutException)) {
                closeProducer(); // Some errors stay with a producer: the next call begins with a new one.
            }
            return faults.of(failure, "WRITE", named());
        }

        @Override
        public long read(long from, EntryReader reader) throws InterruptedException {
            return reading(() -> {
                if (from == 0
                        && consumer().partitionsFor(name, options.timeout()).isEmpty()) {
                    return from;
                }
                return readToEnds(
                                Map.of(log, from),
                                record -> reader.accept(record.offset(), record.key(), record.value()))
                        .get(log);
            });
        }

        @Override
        public void readAll(java.util.function.Consumer<ReadRecord> reader) throws InterruptedException {
            reading(() -> {
                Map<TopicPartition, Long> starts = new HashMap<>();
                consumer()
                        .partitionsFor(name, options.timeout())
                        .forEach(partition -> starts.put(new TopicPartition(name, partition.partition()), 0L));
                return readToEnds(starts, record -> reader.accept(KafkaTopicReader.read(record)));
            });
        }

        @Override
        public long start() throws InterruptedException {
            return reading(() ->
                    consumer().beginningOffsets(List.of(log), options.timeout()).get(log));
        }

        /**
         * A consumer that only got no answer is kept: a new one could not even be made while no bootstrap server has an
         * address.
         */
        private <T> T reading(ClientCalls.Call<T> call) throws InterruptedException {
            try {
                return calls.call("READ", named(), call);
            } catch (UnavailableException failure) {
                if (failure.getCause() != null && !(failure.getCause() instanceof RetriableException)) {
                    closeConsumer();
                }
                throw failure;
            }
        }

        private Map<TopicPartition, Long> readToEnds(
                Map<TopicPartition, Long> from, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader) {
            consumer.assign(from.keySet());
            from.forEach(consumer::seek);
            Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet(), options.timeout());
            from.forEach((partition, offset) -> {
                if (ends.get(partition) < offset) {
                    throw new LogTruncatedException(name, offset, ends.get(partition));
                }
            });
            Map<TopicPartition, Long> positions = new HashMap<>(from);
            long lastMoveNanos = System.nanoTime();
            while (!hasReached(positions, ends)) {
                consumer.poll(POLL).forEach(reader);
                boolean isMoved = false;
                for (TopicPartition partition : from.keySet()) {
                    long position = consumer.position(partition, options.timeout());
                    isMoved |= positions.put(partition, position) != position;
                }
                long nowNanos = System.nanoTime();
                if (isMoved) {
                    lastMoveNanos = nowNanos;
                } else if (nowNanos - lastMoveNanos > options.silence().toNanos()) {
                    throw silent(positions, ends);
                }
            }
            return positions;
        }

        private static boolean hasReached(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
            return positions.entrySet().stream().allMatch(each -> each.getValue() >= ends.get(each.getKey()));
        }

        private UnavailableException silent(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
            TopicPartition behind = positions.keySet().stream()
                    .filter(each -> positions.get(each) < ends.get(each))
                    .findFirst()
                    .orElseThrow();
            return faults.of(
                    new TimeoutException("nothing came for " + options.silence() + " at offset " + positions.get(behind)
                            + " of " + ends.get(behind)),
                    "READ",
                    named());
        }

        private String named() {
            return "topic " + name;
        }
    }

    private Consumer<byte[], byte[]> consumer() {
        if (consumer == null) {
            consumer = calls.open(() -> new KafkaConsumer<>(
                    properties.logReader(options), new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        }
        return consumer;
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = calls.open(() -> new KafkaProducer<>(
                    properties.logWriter(options), new ByteArraySerializer(), new ByteArraySerializer()));
        }
        return producer;
    }

    private void closeConsumer() {
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            consumer = null;
        }
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    @Override
    public void close() {
        closeProducer();
        closeConsumer();
    }
}
