package io.replicator.daemon.mirrormaker;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The properties of Kafka's clients, and how those of MirrorMaker 2's clients are translated. */
final class ClientKeys {
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    static final String ISOLATION = "isolation.level";

    private static final Set<String> ALL = all();

    private static final Set<String> OURS = Set.of(
            BOOTSTRAP_SERVERS,
            AdminClientConfig.CLIENT_ID_CONFIG,
            AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG,
            "auto.include.jmx.reporter");

    /** Properties that all kinds of clients have: how a cluster is reached. */
    private static final Set<String> COMMON = common();

    private static final Set<String> POSITIONS = Set.of(
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);

    private ClientKeys() {}

    private static Set<String> all() {
        Set<String> all = new HashSet<>(ProducerConfig.configNames());
        all.addAll(ConsumerConfig.configNames());
        all.addAll(AdminClientConfig.configNames());
        return all;
    }

    private static Set<String> common() {
        Set<String> common = new TreeSet<>(ProducerConfig.configNames());
        common.retainAll(ConsumerConfig.configNames());
        common.retainAll(AdminClientConfig.configNames());
        common.removeAll(OURS);
        return common;
    }

    /** Whether it is copied to a cluster's {@code client} block. */
    static boolean isTaken(String key) {
        return COMMON.contains(key);
    }

    /** Whether it is about the login. */
    static boolean isSecurity(String key) {
        return key.startsWith("ssl.") || key.startsWith("sasl.") || key.startsWith("security.");
    }

    /** Whether its value must not be shown. */
    static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("password")
                || lower.contains("jaas")
                || lower.contains("secret")
                || lower.contains("token")
                || lower.contains("passphrase")
                || lower.endsWith("keystore.key");
    }

    /** The translation of a property that only one kind of client has. */
    static Fate fate(String client, String key) {
        if (OURS.contains(key)) {
            return Fate.notNeeded("the daemon names its clients and has its own metrics");
        }
        if (POSITIONS.contains(key)) {
            return Fate.notNeeded(
                    "the flow saves its progress in its own topic; topics.start sets where a partition begins");
        }
        if (key.equals(ProducerConfig.COMPRESSION_TYPE_CONFIG)) {
            return Fate.notSupported(
                    "batches keep the source's compression; compression.type of the target topic changes it");
        }
        if (key.equals(ProducerConfig.PARTITIONER_CLASS_CONFIG) || key.startsWith("interceptor")) {
            return Fate.notSupported("records are copied unchanged, to the partition with the same number");
        }
        return ALL.contains(key)
                ? Fate.notNeeded(
                        "the flow does not use a " + client + " for the data; memory, lanes and throttle limit what it"
                                + " uses")
                : Fate.unknown();
    }
}
