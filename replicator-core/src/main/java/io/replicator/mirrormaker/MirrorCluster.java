package io.replicator.mirrormaker;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
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

/**
 * One of the two clusters with the clients that write and read MirrorMaker 2's topics there; each is opened when it is
 * first needed. What the records need wins over the user's client properties. One thread.
 */
final class MirrorCluster implements AutoCloseable {
    private static final int RECORDS_PER_POLL = 1_000;

    /** Kafka's own 50 MiB from each of several brokers would not fit into the daemon's heap. */
    private static final int FETCH_BYTES = 4 << 20;

    private static final int FETCH_WAIT_MILLIS = 10;
    private static final int LINGER_MILLIS = 5;

    private final FlowConfig flow;
    private final ClusterConfig cluster;
    private final Duration timeout;
    private ClusterAdmin admin;
    private Producer<byte[], byte[]> producer;

    MirrorCluster(FlowConfig flow, ClusterConfig cluster, Duration timeout) {
        this.flow = flow;
        this.cluster = cluster;
        this.timeout = timeout;
    }

    String name() {
        return cluster.name();
    }

    Duration timeout() {
        return timeout;
    }

    ClusterAdmin admin() {
        if (admin == null) {
            admin = ClusterAdmin.open(cluster, clientId(), timeout);
        }
        return admin;
    }

    /**
     * Not idempotent, as MirrorMaker 2's is not: of each key only the last record counts, so one that comes twice does no
     * harm, and no right is needed but to write. One request at a time keeps their order.
     */
    Producer<byte[], byte[]> producer() {
        if (producer == null) {
            int timeoutMillis = Math.toIntExact(timeout.toMillis());
            Map<String, Object> properties = properties();
            properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
            properties.put(ProducerConfig.ACKS_CONFIG, "all");
            properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
            properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
            properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
            properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMillis);
            properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeoutMillis / 2));
            properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeoutMillis + LINGER_MILLIS);
            producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    /** Without a group; the caller closes it. */
    Consumer<byte[], byte[]> consumer() {
        return consumer(Isolation.READ_COMMITTED);
    }

    /** The same, that sees these records. */
    Consumer<byte[], byte[]> consumer(Isolation isolation) {
        Map<String, Object> properties = properties();
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation == Isolation.READ_COMMITTED ? "read_committed" : "read_uncommitted");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_POLL);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout.toMillis()));
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>(cluster.client());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, clientId());
        return properties;
    }

    private String clientId() {
        return "replicator-" + flow.name() + "-mirrormaker";
    }

    /** Waits for nothing: of what was written, every answer was heard. */
    @Override
    public void close() {
        try {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
        } finally {
            if (admin != null) {
                admin.close();
            }
        }
    }
}
