package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A {@link TopicReader} that is a Kafka consumer. */
final class KafkaTopicReader implements TopicReader {
    private static final String READ = "READ";

    private final ClusterFaults faults;
    private final ClientCalls calls;
    private final Consumer<byte[], byte[]> consumer;
    private final Duration timeout;

    private KafkaTopicReader(
            ClusterFaults faults, ClientCalls calls, Consumer<byte[], byte[]> consumer, Duration timeout) {
        this.faults = faults;
        this.calls = calls;
        this.consumer = consumer;
        this.timeout = timeout;
    }

    static TopicReader open(ClusterConfig cluster, ReaderOptions options) {
        ClusterFaults faults = new ClusterFaults(cluster);
        ClientCalls calls = new ClientCalls(faults);
        Map<String, Object> properties = new ClientProperties(cluster).reader(options);
        Consumer<byte[], byte[]> consumer = calls.open(
                () -> new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        return new KafkaTopicReader(faults, calls, consumer, options.timeout());
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) throws InterruptedException {
        calls.run(READ, named(partitions), () -> consumer.assign(partitions));
    }

    @Override
    public void seek(TopicPartition partition, long offset) throws InterruptedException {
        calls.run(READ, named(List.of(partition)), () -> consumer.seek(partition, offset));
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) throws InterruptedException {
        calls.run(READ, named(partitions), () -> consumer.pause(partitions));
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) throws InterruptedException {
        calls.run(READ, named(partitions), () -> consumer.resume(partitions));
    }

    @Override
    public Polled poll(Duration wait) throws InterruptedException {
        return calls.call(READ, named(consumer.assignment()), () -> {
            try {
                List<ReadRecord> records = new ArrayList<>();
                consumer.poll(wait).forEach(record -> records.add(read(record)));
                return new Polled(records, Map.of(), Map.of());
            } catch (OffsetOutOfRangeException outside) {
                return new Polled(List.of(), outside.offsetOutOfRangePartitions(), Map.of());
            } catch (TopicAuthorizationException denial) {
                Map<String, UnavailableException> denied = new HashMap<>();
                denial.unauthorizedTopics()
                        .forEach(topic -> denied.put(topic, faults.of(denial, READ, "topic " + topic)));
                return new Polled(List.of(), Map.of(), denied);
            }
        });
    }

    static ReadRecord read(ConsumerRecord<byte[], byte[]> record) {
        List<ReadRecord.Header> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new ReadRecord.Header(header.key(), header.value()));
        }
        return new ReadRecord(
                new TopicPartition(record.topic(), record.partition()),
                record.offset(),
                record.timestamp(),
                switch (record.timestampType()) {
                    case NO_TIMESTAMP_TYPE -> ReadRecord.TimestampType.NONE;
                    case CREATE_TIME -> ReadRecord.TimestampType.CREATE_TIME;
                    case LOG_APPEND_TIME -> ReadRecord.TimestampType.LOG_APPEND_TIME;
                },
                record.key(),
                record.value(),
                headers,
                record.leaderEpoch().orElse(ReadRecord.UNKNOWN_EPOCH));
    }

    @Override
    public long position(TopicPartition partition) throws InterruptedException {
        return calls.call(READ, named(List.of(partition)), () -> consumer.position(partition, timeout));
    }

    @Override
    public Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions) throws InterruptedException {
        return calls.call("DESCRIBE", named(partitions), () -> consumer.beginningOffsets(partitions, timeout));
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) throws InterruptedException {
        return calls.call("DESCRIBE", named(partitions), () -> consumer.endOffsets(partitions, timeout));
    }

    private static String named(Collection<TopicPartition> partitions) {
        List<String> topics = partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .limit(2)
                .toList();
        return topics.size() == 1 ? "topic " + topics.get(0) : "the topics";
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
