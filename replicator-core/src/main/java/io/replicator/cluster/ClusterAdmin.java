package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * One cluster, asked by the control plane: Kafka's Admin with timeouts short enough that a person learns of trouble in
 * seconds, and with failures that say which cluster, which operation and which resource. Safe for use by any thread.
 */
public final class ClusterAdmin implements AutoCloseable {
    /** How long a call may take when the user says nothing: long for a far cluster, short for a waiting person. */
    public static final Duration TIMEOUT = Duration.ofSeconds(8);

    /** Waiting ends here if the Admin client itself should fail to keep its timeout. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final int MAX_REPLICAS = 3;

    private final ClusterConfig config;
    private final ClusterFaults faults;
    private final Admin admin;
    private final long waitMillis;

    private ClusterAdmin(ClusterConfig config, ClusterFaults faults, Admin admin, long waitMillis) {
        this.config = config;
        this.faults = faults;
        this.admin = admin;
        this.waitMillis = waitMillis;
    }

    /**
     * Makes a client; it connects with the first question.
     *
     * @param clientId as the brokers' logs and quotas know it
     * @param timeout of each call, unless the cluster's client properties say otherwise
     * @throws RefusedException when the client properties are wrong
     * @throws UnavailableException when no bootstrap server has an address
     */
    public static ClusterAdmin open(ClusterConfig config, String clientId, Duration timeout) {
        Map<String, Object> properties = properties(config, clientId, timeout);
        ClusterFaults faults = new ClusterFaults(config);
        try {
            long callMillis =
                    Long.parseLong(String.valueOf(properties.get(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG)));
            return new ClusterAdmin(config, faults, Admin.create(properties), callMillis + GRACE.toMillis());
        } catch (ConfigException | NumberFormatException failure) {
            throw faults.atStart(failure);
        } catch (KafkaException failure) {
            throw faults.atStart(failure);
        }
    }

    private static Map<String, Object> properties(ClusterConfig config, String clientId, Duration timeout) {
        String callMillis = String.valueOf(timeout.toMillis());
        Map<String, Object> properties = new HashMap<>();
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        // With the defaults the first sign of a closed port would come after a minute.
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, callMillis);
        properties.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                config.client().getOrDefault(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, callMillis));
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "500");
        properties.putAll(config.client());
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        boolean ownRequestTimeout = config.client().containsKey(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG);
        if (ownRequestTimeout && !config.client().containsKey(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG)) {
            // The client insists on a call being at least as long as a request.
            properties.put(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    config.client().get(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG));
        }
        return properties;
    }

    /** The cluster's name in the configuration. */
    public String cluster() {
        return config.name();
    }

    /** For questions that this package does not ask; wait for answers with {@link #await}. */
    public Admin admin() {
        return admin;
    }

    /**
     * Waits for an answer.
     *
     * @param operation Kafka's name of the right it needs, such as DESCRIBE
     * @param resource what it is about, such as {@code topic orders}
     * @throws UnavailableException with a message for a person
     */
    public <T> T await(KafkaFuture<T> answer, String operation, String resource) throws InterruptedException {
        try {
            return answer.get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw faults.of(failure.getCause(), operation, resource);
        } catch (TimeoutException failure) {
            throw faults.of(failure, operation, resource);
        }
    }

    /**
     * Puts a failure into words that another client of this cluster had.
     *
     * @param operation Kafka's name of the right it needs, such as WRITE
     * @param resource what it is about, such as {@code topic orders}
     */
    public UnavailableException unavailable(Throwable failure, String operation, String resource) {
        return faults.of(failure, operation, resource);
    }

    /**
     * Describes a consumer group.
     *
     * @throws UnavailableException with a message for a person, also when there is no such group
     */
    public ConsumerGroupDescription describeGroup(String group) throws InterruptedException {
        return await(
                admin().describeConsumerGroups(List.of(group)).describedGroups().get(group),
                "DESCRIBE",
                "group " + group);
    }

    /**
     * How many members a consumer group has, 0 when there is no such group.
     *
     * @throws UnavailableException when nobody can tell
     */
    public int members(String group) throws InterruptedException {
        try {
            return describeGroup(group).members().size();
        } catch (UnavailableException failure) {
            if (failure.getCause() instanceof GroupIdNotFoundException) {
                return 0;
            }
            throw failure;
        }
    }

    /**
     * How many partitions a topic has; empty when there is no such topic.
     *
     * @throws UnavailableException when nobody can tell
     */
    public Optional<Integer> partitions(String topic) throws InterruptedException {
        try {
            return Optional.of(await(
                            admin().describeTopics(List.of(topic))
                                    .topicNameValues()
                                    .get(topic),
                            "DESCRIBE",
                            named(topic))
                    .partitions()
                    .size());
        } catch (UnavailableException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /**
     * Creates a topic with as many replicas as the brokers give by default; where they know no default (before 2.4), or one
     * that is more than there are brokers, with three or as many as there are brokers.
     *
     * @return false when another was quicker
     * @throws UnavailableException when the cluster does not answer, or does not allow it
     */
    public boolean create(String topic, int partitions, Map<String, String> settings) throws InterruptedException {
        try {
            return create(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings));
        } catch (UnavailableException failure) {
            boolean hasNoDefault = failure.getCause() instanceof UnsupportedVersionException
                    || failure.getCause() instanceof InvalidReplicationFactorException;
            if (!hasNoDefault) {
                throw failure;
            }
            int brokers = await(admin().describeCluster().nodes(), "DESCRIBE", "the cluster")
                    .size();
            short replicas = (short) Math.min(MAX_REPLICAS, brokers);
            return create(new NewTopic(topic, partitions, replicas).configs(settings));
        }
    }

    private boolean create(NewTopic topic) throws InterruptedException {
        try {
            await(admin().createTopics(List.of(topic)).all(), "CREATE", named(topic.name()));
            return true;
        } catch (UnavailableException failure) {
            if (failure.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw failure;
        }
    }

    private static String named(String topic) {
        return "topic " + topic;
    }

    /** Gives up what is under way and frees the connections. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
