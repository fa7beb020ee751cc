package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** Kafka's Admin client, made when it is first needed, whose answers are awaited with a timeout. Safe for use by any thread. */
final class KafkaAdmin implements AutoCloseable {
    /** Waiting ends here if the Admin client itself should fail to keep its timeout. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final ClusterFaults faults;
    private final Map<String, Object> properties;

    // Guarded by this.
    private Admin admin;
    private boolean isClosed;

    private volatile long waitMillis;

    KafkaAdmin(ClusterConfig config, String clientId, Duration timeout) {
        this.faults = new ClusterFaults(config);
        this.properties = new ClientProperties(config).admin(clientId, timeout);
    }

    ClusterFaults faults() {
        return faults;
    }

    /**
     * The client.
     *
     * @throws RefusedException when the client properties are wrong
     * @throws UnavailableException when no bootstrap server has an address
     */
    synchronized Admin client() {
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        if (admin == null) {
            try {
                waitMillis = GRACE.toMillis()
                        + Long.parseLong(
                                String.valueOf(properties.get(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG)));
                admin = Admin.create(properties);
            } catch (KafkaException | NumberFormatException failure) {
                throw faults.atStart(failure);
            }
        }
        return admin;
    }

    /**
     * Waits for an answer.
     *
     * @param operation Kafka's name of the right it needs, such as DESCRIBE
     * @param resource what it is about, such as {@code topic orders}
     * @throws UnavailableException with a message for a person
     */
    <T> T await(KafkaFuture<T> answer, String operation, String resource) throws InterruptedException {
        try {
            return answer.get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw faults.of(failure.getCause(), operation, resource);
        } catch (TimeoutException failure) {
            throw faults.of(failure, operation, resource);
        }
    }

    /** Names what a question is about, for a person. */
    @FunctionalInterface
    interface Naming<K> {
        String named(K key);
    }

    /** Waits for all answers; each failure stands for its own key alone. */
    <K, T> Answers<K, T> awaitEach(Map<K, KafkaFuture<T>> answers, String operation, Naming<K> naming)
            throws InterruptedException {
        Map<K, T> found = new HashMap<>();
        Map<K, UnavailableException> failed = new HashMap<>();
        for (Map.Entry<K, KafkaFuture<T>> answer : answers.entrySet()) {
            try {
                found.put(answer.getKey(), await(answer.getValue(), operation, naming.named(answer.getKey())));
            } catch (UnavailableException failure) {
                failed.put(answer.getKey(), failure);
            }
        }
        return new Answers<>(found, failed);
    }

    /** Gives up what is under way. */
    @Override
    public synchronized void close() {
        isClosed = true;
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
