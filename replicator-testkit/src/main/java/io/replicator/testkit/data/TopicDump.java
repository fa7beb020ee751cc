package io.replicator.testkit.data;

import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A whole topic, read with Kafka's own consumer from its start to the ends it had when reading began: what a consumer can
 * see.
 */
public final class TopicDump {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);

    private final SortedMap<Integer, List<DumpedRecord>> partitions = new TreeMap<>();
    private final SortedMap<Integer, Long> startOffsets = new TreeMap<>();
    private final SortedMap<Integer, Long> endOffsets = new TreeMap<>();

    private TopicDump() {}

    /** What a {@code read_committed} consumer sees. */
    public static TopicDump committed(KafkaCluster cluster, String topic) {
        return read(cluster.adminProperties(), topic, IsolationLevel.READ_COMMITTED);
    }

    /** What a {@code read_uncommitted} consumer, the default one, sees. */
    public static TopicDump uncommitted(KafkaCluster cluster, String topic) {
        return read(cluster.adminProperties(), topic, IsolationLevel.READ_UNCOMMITTED);
    }

    /** What a consumer with these properties sees; they say where and who it is, not how it reads. */
    public static TopicDump read(Map<String, Object> clientProperties, String topic, IsolationLevel isolation) {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put("isolation.level", isolation.toString().toLowerCase(Locale.ROOT));
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "none");
        properties.put("allow.auto.create.topics", false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicDump dump = new TopicDump();
            dump.readAll(consumer, topic);
            return dump;
        }
    }

    /** The records of every partition, also of those that have none, in the order of the log. */
    public SortedMap<Integer, List<DumpedRecord>> partitions() {
        SortedMap<Integer, List<DumpedRecord>> copy = new TreeMap<>();
        partitions.forEach((partition, records) -> copy.put(partition, List.copyOf(records)));
        return copy;
    }

    /** The records of one partition. */
    public List<DumpedRecord> partition(int partition) {
        List<DumpedRecord> records = partitions.get(partition);
        if (records == null) {
            throw new IllegalArgumentException("no partition " + partition + "; there are " + partitions.keySet());
        }
        return List.copyOf(records);
    }

    /** The contents of every partition: equal on two clusters when one is a true copy of the other. */
    public SortedMap<Integer, List<RecordContent>> contents() {
        SortedMap<Integer, List<RecordContent>> contents = new TreeMap<>();
        partitions.forEach((partition, records) -> contents.put(
                partition, records.stream().map(DumpedRecord::content).toList()));
        return contents;
    }

    /** How many records there are. */
    public long count() {
        return partitions.values().stream().mapToLong(List::size).sum();
    }

    /** Where each partition began. */
    public SortedMap<Integer, Long> startOffsets() {
        return new TreeMap<>(startOffsets);
    }

    /** Where each partition ended for this isolation: the high watermark, or the last stable offset. */
    public SortedMap<Integer, Long> endOffsets() {
        return new TreeMap<>(endOffsets);
    }

    private void readAll(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        if (all.isEmpty()) {
            throw new IllegalArgumentException("topic " + topic + " does not exist");
        }
        all.forEach(partition -> partitions.put(partition.partition(), new ArrayList<>()));
        consumer.beginningOffsets(all).forEach((partition, offset) -> startOffsets.put(partition.partition(), offset));
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        ends.forEach((partition, offset) -> endOffsets.put(partition.partition(), offset));

        consumer.assign(all);
        all.forEach(partition -> consumer.seek(partition, startOffsets.get(partition.partition())));
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        List<TopicPartition> left = unread(consumer, ends);
        while (!left.isEmpty()) {
            if (System.nanoTime() - endNanos >= 0) {
                throw new IllegalStateException(left + " could not be read to " + ends + " within " + PATIENCE);
            }
            take(consumer.poll(POLL), ends);
            left = unread(consumer, ends);
        }
    }

    /** Keeps what stood below the ends; what was written since may differ between two dumps. */
    private void take(ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, Long> ends) {
        records.forEach(seen -> {
            if (seen.offset() < ends.get(new TopicPartition(seen.topic(), seen.partition()))) {
                partitions.get(seen.partition()).add(DumpedRecord.of(seen));
            }
        });
    }

    private static List<TopicPartition> unread(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        List<TopicPartition> left = new ArrayList<>();
        ends.forEach((partition, end) -> {
            if (consumer.position(partition) < end) {
                left.add(partition);
            }
        });
        return left;
    }
}
