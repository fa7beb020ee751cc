package io.replicator.benchmarks.compare;

import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares two topics: in every partition they must have the same number of records, in the same order, with the same timestamps,
 * keys, values and headers. It reads them with Kafka's own consumer and compares SHA-256 digests; when these differ, it finds the
 * first difference.
 */
public final class Equality {
    private Equality() {}

    /** Reads a whole topic. */
    public static Map<Integer, RecordsDigest.Result> digest(Map<String, Object> clientProperties, String topic) {
        Map<Integer, RecordsDigest> digests = new HashMap<>();
        TopicReader.read(clientProperties, topic, record -> digests.computeIfAbsent(
                                record.partition(), partition -> new RecordsDigest())
                        .add(record))
                .forEach(partition -> digests.putIfAbsent(partition, new RecordsDigest()));
        Map<Integer, RecordsDigest.Result> results = new TreeMap<>();
        digests.forEach((partition, digest) -> results.put(partition, digest.result()));
        return results;
    }

    /** Describes the first record of a partition that differs between the topics; empty when there is none. */
    public static Optional<String> firstDifference(
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

    /** Iterates over the records of one partition. */
    private static final class Reading implements Iterator<ConsumerRecord<byte[], byte[]>>, AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final TopicPartition partition;
        private final long end;
        private Iterator<ConsumerRecord<byte[], byte[]>> records = Collections.emptyIterator();

        Reading(Map<String, Object> clientProperties, TopicPartition partition) {
            this.consumer = TopicReader.consumer(clientProperties);
            this.partition = partition;
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            this.end = consumer.endOffsets(List.of(partition)).get(partition);
        }

        @Override
        public boolean hasNext() {
            while (!records.hasNext() && consumer.position(partition) < end) {
                records = consumer.poll(TopicReader.POLL).iterator();
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
