package io.replicator.testkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A running Kafka cluster of one to three brokers, gone without a trace when it is closed.
 *
 * <p>Every cluster has the listener {@link #ADMIN}, without security, for the test's own eyes and the brokers among
 * themselves, and the listener {@link #CLIENT}, with the security that was asked for, for what is under test.
 */
public interface KafkaCluster extends AutoCloseable {

    /** The listener of the program under test: secured as asked, behind proxies when asked. */
    String CLIENT = "CLIENT";

    /** The listener of the test itself: plaintext, direct, and a super user when an authorizer is on. */
    String ADMIN = "ADMIN";

    /** Describes a cluster; {@link ClusterBuilder#start()} starts it. */
    static ClusterBuilder builder() {
        return new ClusterBuilder();
    }

    /** The rack of a broker: each has one of its own. */
    static String rack(int brokerId) {
        return "rack-" + brokerId;
    }

    /** The name the cluster was given, for logs and messages. */
    String name();

    /** The id the brokers answer. */
    String clusterId();

    /** The brokers, by ascending id, running or not. */
    List<KafkaBroker> brokers();

    /** An admin client on {@link #ADMIN}, shared by all callers and closed with the cluster. */
    Admin admin();

    /** What a client of this user needs to connect to this listener: bootstrap servers and security. */
    Map<String, Object> clientProperties(String listener, String user);

    /** Waits until every running broker knows every other and the controller. */
    void awaitReady();

    /** Ends every broker at once, without a clean shutdown, and deletes what they wrote. */
    @Override
    void close();

    /** The broker with this id. */
    default KafkaBroker broker(int id) {
        return brokers().stream()
                .filter(broker -> broker.id() == id)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name() + " has no broker " + id));
    }

    /** Where clients of the program under test begin. */
    default String bootstrapServers() {
        return bootstrapServers(CLIENT);
    }

    /** Where clients of this listener begin: all brokers, running or not. */
    default String bootstrapServers(String listener) {
        return String.join(
                ",", brokers().stream().map(broker -> broker.address(listener)).toList());
    }

    /** What the default user (the first one named) needs to connect to {@link #CLIENT}. */
    Map<String, Object> clientProperties();

    /** What this user needs to connect to {@link #CLIENT}. */
    default Map<String, Object> clientProperties(String user) {
        return clientProperties(CLIENT, user);
    }

    /** What the test itself needs to connect to {@link #ADMIN}. */
    default Map<String, Object> adminProperties() {
        return Map.of("bootstrap.servers", bootstrapServers(ADMIN));
    }

    /** Creates a topic whose every partition stands on as many brokers as there are, at most three. */
    default void createTopic(String topic, int partitions) {
        createTopic(topic, partitions, Map.of());
    }

    /** Creates a topic with settings of its own, and waits until every running broker can serve it. */
    default void createTopic(String topic, int partitions, Map<String, String> settings) {
        short replicas = (short) brokers().size();
        try {
            admin().createTopics(Set.of(new NewTopic(topic, partitions, replicas).configs(settings)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name() + ": topic " + topic + " could not be created", e.getCause());
        } catch (InterruptedException e) {
            throw Interruption.of(e);
        }
        TopicReady.await(this, topic, partitions);
    }
}
