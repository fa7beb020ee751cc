package io.replicator.offsets;

import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens the clients that write and read a flow's offset log. What the log's correctness needs wins over the user's. */
final class OffsetLogClients {
    /** Progress is many small records to one partition: let them travel together. */
    private static final int BATCH_BYTES = 256 << 10;

    private static final int RECORDS_PER_POLL = 10_000;

    /** Logs are read up to an end that is known: a fetch that waits for more would only hold up the next question. */
    private static final int FETCH_WAIT_MILLIS = 10;

    private OffsetLogClients() {}

    static Producer<byte[], byte[]> producer(FlowConfig flow, Duration timeout) {
        int timeoutMillis = Math.toIntExact(timeout.toMillis());
        Map<String, Object> properties = properties(flow);
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        properties.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMillis);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeoutMillis / 2));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeoutMillis + 5);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Without a shard: the log is read from its beginning, whoever read it before. */
    static Consumer<byte[], byte[]> consumer(FlowConfig flow) {
        return consumer(properties(flow));
    }

    /** The same for other flows' logs. */
    static Consumer<byte[], byte[]> consumerOfOthers(FlowConfig flow) {
        Map<String, Object> properties = properties(flow);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "replicator-" + flow.name() + "-others");
        return consumer(properties);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> properties) {
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_POLL);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> properties(FlowConfig flow) {
        ClusterConfig target = flow.target();
        Map<String, Object> properties = new HashMap<>(target.client());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, target.bootstrapServers());
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "replicator-" + flow.name() + "-offsets");
        return properties;
    }
}
