package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Isolation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The properties of every Kafka client that is not on the records' own path. The user's client properties come first; what
 * correctness needs overrides them.
 */
final class ClientProperties {
    /** Many small records to one partition travel together. */
    private static final int APPEND_BATCH_BYTES = 256 << 10;

    private static final int APPEND_LINGER_MILLIS = 5;
    private static final int APPEND_REQUESTS_IN_FLIGHT = 5;

    /** Kafka's own 50 MiB from each of several brokers would not fit into the daemon's heap. */
    private static final int LOG_FETCH_BYTES = 4 << 20;

    private static final int LOG_RECORDS_PER_POLL = 10_000;

    /** Logs are read to an end that is known: a fetch that waits for more would only delay the next question. */
    private static final int LOG_FETCH_WAIT_MILLIS = 10;

    /** So many heartbeats in a session: some may be lost, and a member learns soon that others came or left. */
    private static final int HEARTBEATS_PER_SESSION = 20;

    private static final long MAX_HEARTBEAT_MILLIS = 1_000;

    /** A call that gets no answer must not use up the session. */
    private static final int REQUESTS_PER_SESSION = 2;

    private static final long MIN_REQUEST_MILLIS = 2_000;

    private final ClusterConfig cluster;

    ClientProperties(ClusterConfig cluster) {
        this.cluster = cluster;
    }

    /** A client of the control plane: its timeouts are so short that a person learns of trouble in seconds. */
    Map<String, Object> admin(String clientId, Duration timeout) {
        String callMillis = String.valueOf(timeout.toMillis());
        Map<String, Object> properties = new HashMap<>();
        // With Kafka's defaults the first sign of a closed port would come after a minute.
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, callMillis);
        properties.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                cluster.client().getOrDefault(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, callMillis));
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "500");
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        properties.putAll(cluster.client());
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        boolean ownRequestTimeout = cluster.client().containsKey(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG);
        if (ownRequestTimeout && !cluster.client().containsKey(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG)) {
            // The client insists on a call being at least as long as a request.
            properties.put(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    cluster.client().get(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG));
        }
        return properties;
    }

    /** A consumer of given partitions and offsets. */
    Map<String, Object> reader(ReaderOptions options) {
        Map<String, Object> properties = consumer(options.clientId());
        properties.put(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                options.outOfRange() == ReaderOptions.OutOfRange.START ? "earliest" : "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, kafkaName(options.isolation()));
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, options.maxFetchBytes());
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, options.maxPartitionBytes());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, options.maxPollRecords());
        properties.put(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(options.timeout().toMillis()));
        return properties;
    }

    /** A consumer of whole compacted logs. */
    Map<String, Object> logReader(CompactedTopicOptions options) {
        Map<String, Object> properties = consumer(options.clientId());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, kafkaName(Isolation.READ_COMMITTED));
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, LOG_RECORDS_PER_POLL);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, LOG_FETCH_BYTES);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, LOG_FETCH_WAIT_MILLIS);
        properties.put(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(options.timeout().toMillis()));
        return properties;
    }

    /** A producer to compacted logs. */
    Map<String, Object> logWriter(CompactedTopicOptions options) {
        boolean isIdempotent = options.writes() == CompactedTopicOptions.Writes.IDEMPOTENT;
        int timeoutMillis = Math.toIntExact(options.timeout().toMillis());
        Map<String, Object> properties = common(options.clientId());
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, isIdempotent);
        properties.put(
                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, isIdempotent ? APPEND_REQUESTS_IN_FLIGHT : 1);
        properties.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, isIdempotent ? "lz4" : "none");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, APPEND_BATCH_BYTES);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, APPEND_LINGER_MILLIS);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeoutMillis);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeoutMillis / 2));
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeoutMillis + APPEND_LINGER_MILLIS);
        return properties;
    }

    /** A member of a consumer group. */
    Map<String, Object> member(MembershipOptions options) {
        long sessionMillis = options.sessionTimeout().toMillis();
        Map<String, Object> properties = new HashMap<>();
        properties.put(
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(Math.max(MIN_REQUEST_MILLIS, sessionMillis / REQUESTS_PER_SESSION)));
        properties.putAll(consumer(options.clientId()));
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, options.group());
        options.instance().ifPresent(name -> properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                Math.toIntExact(options.pollTimeout().toMillis()));
        properties.put(
                ConsumerConfig.GROUP_PROTOCOL_CONFIG, options.protocol().name().toLowerCase(Locale.ROOT));
        List.of(
                        ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG,
                        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)
                .forEach(properties::remove);
        if (options.protocol() == MembershipOptions.Protocol.CLASSIC) {
            properties.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
            properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(sessionMillis));
            properties.put(
                    ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                    Math.toIntExact(Math.min(MAX_HEARTBEAT_MILLIS, sessionMillis / HEARTBEATS_PER_SESSION)));
        }
        return properties;
    }

    private Map<String, Object> consumer(String clientId) {
        Map<String, Object> properties = common(clientId);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return properties;
    }

    private Map<String, Object> common(String clientId) {
        Map<String, Object> properties = new HashMap<>(cluster.client());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        return properties;
    }

    private static String kafkaName(Isolation isolation) {
        return isolation.name().toLowerCase(Locale.ROOT);
    }
}
