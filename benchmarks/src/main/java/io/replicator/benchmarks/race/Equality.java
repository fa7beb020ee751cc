package io.replicator.benchmarks.race;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether two topics hold the same records: in every partition the same number, in the same order, with the same
 * timestamps, keys, values and headers. Read with Kafka's own consumer, digested with SHA-256, so that nothing that differs
 * can hide; what differs is then looked for and named.
 */
final class Equality {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int FETCH_BYTES = 64 << 20;

    private Equality() {}

    /** Reads a topic whole. */
    static Map<Integer, RecordsDigest.Result> digest(Map<String, Object> clientProperties, String topic) {
        Map<Integer, RecordsDigest> digests = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(clientProperties)) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            partitions.forEach(partition -> digests.put(partition.partition(), new RecordsDigest()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> left = new HashMap<>(consumer.endOffsets(partitions));
            left.values().removeIf(end -> end == 0);
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (!left.isEmpty() && System.nanoTime() < deadlineNanos) {
                consumer.poll(POLL)
                        .forEach(record -> digests.get(record.partition()).add(record));
                left.entrySet().removeIf(each -> consumer.position(each.getKey()) >= each.getValue());
            }
            if (!left.isEmpty()) {
                throw new IllegalStateException(topic + " could not be read to its end: " + left);
            }
        }
        Map<Integer, RecordsDigest.Result> results = new TreeMap<>();
        digests.forEach((partition, digest) -> results.put(partition, digest.result()));
        return results;
    }

    /** The first record of a partition that is not the same in both topics, in words; empty when there is none. */
    static Optional<String> firstDifference(
            Map<String, Object> sourceProperties,
            String sourceTopic,
            Map<String, Object> targetProperties,
            String targetTopic,
            int partition) {
        try (Reading source = new Reading(sourceProperties, new TopicPartition(sourceTopic, partition));
                Reading target = new Reading(targetProperties, new TopicPartition(targetTopic, partition))) {
            while (source.hasNext() && target.hasNext()) {
                ConsumerRecord<byte[], byte[]> one = source.next();
                ConsumerRecord<byte[], byte[]> other = target.next();
                if (!digest(one).equals(digest(other))) {
                    return Optional.of("partition %d: source offset %d is not target offset %d"
                            .formatted(partition, one.offset(), other.offset()));
                }
            }
            if (source.hasNext() || target.hasNext()) {
                String where = source.hasNext() ? "source" : "target";
                long offset = (source.hasNext() ? source : target).next().offset();
                return Optional.of("partition %d: only the %s has offset %d".formatted(partition, where, offset));
            }
            return Optional.empty();
        }
    }

    private static String digest(ConsumerRecord<byte[], byte[]> record) {
        RecordsDigest digest = new RecordsDigest();
        digest.add(record);
        return digest.result().digest();
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> clientProperties) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50_000);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES / 8);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The records of one partition, one after the other. */
    private static final class Reading implements Iterator<ConsumerRecord<byte[], byte[]>>, AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final TopicPartition partition;
        private final long end;
        private Iterator<ConsumerRecord<byte[], byte[]>> records = Collections.emptyIterator();

        Reading(Map<String, Object> clientProperties, TopicPartition partition) {
            this.consumer = consumer(clientProperties);
            this.partition = partition;
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            this.end = consumer.endOffsets(List.of(partition)).get(partition);
        }

        @Override
        public boolean hasNext() {
            while (!records.hasNext() && consumer.position(partition) < end) {
                records = consumer.poll(POLL).iterator();
            }
            return records.hasNext();
        }

        @Override
        public ConsumerRecord<byte[], byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException(partition + " ends at " + end);
            }
            return records.next();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
