package io.replicator.it;

import io.replicator.testkit.KafkaCluster;
import io.replicator.testkit.data.Blob;
import io.replicator.testkit.data.HeaderContent;
import io.replicator.testkit.data.RecordContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A test cluster's consumer groups. */
public final class GroupsOf {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaCluster cluster;

    public GroupsOf(KafkaCluster cluster) {
        this.cluster = cluster;
    }

    /** A group of no members commits. */
    public void commit(String group, String topic, int partition, long offset) throws Exception {
        commit(group, topic, partition, offset, "");
    }

    public void commit(String group, String topic, int partition, long offset, String metadata) throws Exception {
        commit(
                group,
                Map.of(
                        new TopicPartition(topic, partition),
                        new OffsetAndMetadata(offset, Optional.empty(), metadata)));
    }

    public void commit(String group, Map<TopicPartition, OffsetAndMetadata> offsets) throws Exception {
        cluster.admin().alterConsumerGroupOffsets(group, offsets).all().get();
    }

    /** Everything that a group has committed. */
    public Map<TopicPartition, OffsetAndMetadata> positions(String group) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        cluster.admin()
                .listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, position) -> {
                    if (position != null) {
                        positions.put(partition, position);
                    }
                });
        return positions;
    }

    /** What a group has committed in the partitions of one topic, by number. */
    public Map<Integer, Long> offsets(String group, String topic) throws Exception {
        Map<Integer, Long> offsets = new TreeMap<>();
        positions(group).forEach((partition, position) -> {
            if (partition.topic().equals(topic)) {
                offsets.put(partition.partition(), position.offset());
            }
        });
        return offsets;
    }

    public boolean exists(String group) throws Exception {
        return cluster.admin().listGroups().all().get().stream()
                .anyMatch(listed -> listed.groupId().equals(group));
    }

    /** As whom a transaction commits that is no member of the group. */
    public ConsumerGroupMetadata outsider(String group) {
        try (Consumer<byte[], byte[]> consumer = consumer(group, Map.of())) {
            return consumer.groupMetadata();
        }
    }

    /** A consumer that commits only when it is told to, and begins at the beginning. */
    public Consumer<byte[], byte[]> consumer(String group, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(cluster.adminProperties());
        properties.put("group.id", group);
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        properties.putAll(more);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * An application that stops somewhere: reads on from where its group stands until it has at least so many records or all
     * there are, and commits what it has read.
     *
     * @param more of the consumer's properties
     * @return what it read, by partition
     */
    public SortedMap<Integer, List<RecordContent>> read(
            String group, String topic, int atLeast, Map<String, Object> more) {
        SortedMap<Integer, List<RecordContent>> read = new TreeMap<>();
        int count = 0;
        try (Consumer<byte[], byte[]> consumer = join(group, topic, more)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            consumer.assignment().forEach(partition -> read.put(partition.partition(), new ArrayList<>()));
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (count < atLeast
                    && ends.keySet().stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new IllegalStateException(topic + " could not be read to " + ends);
                }
                for (ConsumerRecord<byte[], byte[]> seen : consumer.poll(Duration.ofMillis(100))) {
                    read.get(seen.partition()).add(content(seen));
                    count++;
                }
            }
            consumer.commitSync();
        }
        return read;
    }

    private static RecordContent content(ConsumerRecord<byte[], byte[]> seen) {
        List<HeaderContent> headers = new ArrayList<>();
        seen.headers().forEach(header -> headers.add(new HeaderContent(header.key(), Blob.of(header.value()))));
        return new RecordContent(seen.timestamp(), Blob.of(seen.key()), Blob.of(seen.value()), headers);
    }

    /** Joins a group, and stays a member until closed. */
    public Consumer<byte[], byte[]> join(String group, String topic, Map<String, Object> more) {
        Consumer<byte[], byte[]> consumer = consumer(group, more);
        // What is read before all of it is assigned would be missing from what the caller reads.
        consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                consumer.pause(partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                // Nothing to do.
            }
        });
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.assignment().isEmpty()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                consumer.close();
                throw new IllegalStateException("group " + group + " could not be joined");
            }
            consumer.poll(Duration.ofMillis(100));
        }
        consumer.resume(consumer.assignment());
        return consumer;
    }
}
