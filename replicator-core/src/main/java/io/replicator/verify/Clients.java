package io.replicator.verify;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Opens the clients a verification reads with: Kafka's own, so that it sees what any consumer sees. */
final class Clients {
    private static final int FETCH_BYTES = 4 << 20;
    private static final int PARTITION_FETCH_BYTES = 512 << 10;

    private Clients() {}

    static Admin admin(ClusterConfig cluster, String clientId) {
        try {
            return Admin.create(properties(cluster, clientId));
        } catch (KafkaException e) {
            throw Failures.of(cluster, "no client can be made from its settings", rootOf(e));
        }
    }

    static Consumer<byte[], byte[]> consumer(
            ClusterConfig cluster, String clientId, Isolation isolation, Duration timeout) {
        Map<String, Object> properties = properties(cluster, clientId);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation == Isolation.READ_COMMITTED ? "read_committed" : "read_uncommitted");
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout.toMillis()));
        try {
            return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw Failures.of(cluster, "no client can be made from its settings", rootOf(e));
        }
    }

    private static Throwable rootOf(KafkaException e) {
        return e.getCause() == null ? e : e.getCause();
    }

    private static Map<String, Object> properties(ClusterConfig cluster, String clientId) {
        Map<String, Object> properties = new HashMap<>(cluster.client());
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        return properties;
    }
}
