package io.replicator.positions;

import io.replicator.agent.Interruption;
import io.replicator.cluster.RecordContent;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Isolation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the first record at or after positions, as a consumer that continues there would. One thread. */
final class FirstRecords implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    /** A record a partition is wanted: with a large answer all the others of it would be for nothing. */
    private static final int PARTITION_FETCH_BYTES = 64 << 10;

    /** What a person recognizes a key by. */
    private static final int MAX_KEY_CHARACTERS = 60;

    private final Consumer<byte[], byte[]> consumer;
    private final Duration timeout;

    /**
     * @param isolation which records count, as for the flow
     * @param timeout of one {@link #read}: what was not read by then is not in its answer
     */
    FirstRecords(ClusterConfig cluster, String clientId, Isolation isolation, Duration timeout) {
        Map<String, Object> properties = new HashMap<>(cluster.client());
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation == Isolation.READ_COMMITTED ? "read_committed" : "read_uncommitted");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout.toMillis()));
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.timeout = timeout;
    }

    /**
     * What was found.
     *
     * @param records by partition; a partition that has none at or after the position is not among them
     * @param unread partitions that could not be read in time, and why
     */
    record Found(Map<TopicPartition, ConsumerRecord<byte[], byte[]>> records, Map<TopicPartition, String> unread) {}

    Found read(Map<TopicPartition, Long> positions) throws InterruptedException {
        Map<TopicPartition, ConsumerRecord<byte[], byte[]>> records = new HashMap<>();
        Set<TopicPartition> left = new HashSet<>(positions.keySet());
        String why = "not within " + timeout.toSeconds() + " s";
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(left, timeout);
            left.removeIf(partition -> positions.get(partition) >= ends.get(partition));
            consumer.assign(left);
            consumer.resume(left); // What the last question paused would stay so.
            left.forEach(partition -> consumer.seek(partition, positions.get(partition)));
            long deadlineNanos = System.nanoTime() + timeout.toNanos();
            while (!left.isEmpty() && System.nanoTime() - deadlineNanos < 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    records.putIfAbsent(partition, record);
                    left.remove(partition);
                }
                endReached(left, ends);
                consumer.pause(without(left));
            }
        } catch (InterruptException interrupted) {
            throw Interruption.of(interrupted);
        } catch (KafkaException failure) {
            why = String.valueOf(failure.getMessage());
        }
        Map<TopicPartition, String> unread = new HashMap<>();
        for (TopicPartition partition : left) {
            unread.put(partition, why);
        }
        return new Found(records, unread);
    }

    private void endReached(Set<TopicPartition> left, Map<TopicPartition, Long> ends) {
        left.removeIf(partition -> consumer.position(partition, timeout) >= ends.get(partition));
    }

    private List<TopicPartition> without(Set<TopicPartition> left) {
        List<TopicPartition> done = new ArrayList<>(consumer.assignment());
        done.removeAll(left);
        return done;
    }

    /** What is told of a record. */
    static FirstRecord told(ConsumerRecord<byte[], byte[]> record) {
        return new FirstRecord(
                record.offset(),
                record.timestamp(),
                text(record.key()),
                record.serializedKeySize(),
                record.serializedValueSize());
    }

    static boolean isCopy(ConsumerRecord<byte[], byte[]> copy, ConsumerRecord<byte[], byte[]> original) {
        return RecordContent.of(copy).isCopyOf(RecordContent.of(original));
    }

    private static String text(byte[] key) {
        if (key == null) {
            return "";
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                return "";
            }
            return text.length() > MAX_KEY_CHARACTERS ? text.substring(0, MAX_KEY_CHARACTERS) + "…" : text;
        } catch (CharacterCodingException binary) {
            return "";
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
