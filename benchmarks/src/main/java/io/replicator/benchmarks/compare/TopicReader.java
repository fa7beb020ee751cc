package io.replicator.benchmarks.compare;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole topics with Kafka's own consumer, by default with {@code read_uncommitted}. */
final class TopicReader {
    static final Duration POLL = Duration.ofMillis(200);

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int FETCH_BYTES = 64 << 20;

    private TopicReader() {}

    /** Passes on every record of a topic, up to its current ends; returns its partitions. */
    static Set<Integer> read(
            Map<String, Object> clientProperties, String topic, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(clientProperties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> left = new HashMap<>(consumer.endOffsets(partitions));
            left.values().removeIf(end -> end == 0);
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (!left.isEmpty() && System.nanoTime() < deadlineNanos) {
                consumer.poll(POLL).forEach(taker);
                left.entrySet().removeIf(each -> consumer.position(each.getKey()) >= each.getValue());
            }
            if (!left.isEmpty()) {
                throw new IllegalStateException(topic + " could not be read to its end: " + left);
            }
            return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
        }
    }

    static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> clientProperties) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50_000);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES / 8);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
