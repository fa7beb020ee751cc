package io.replicator.daemon.mirrormaker;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Which properties of Kafka's clients there are, and what becomes of those of MirrorMaker 2's. */
final class ClientKeys {
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    static final String ISOLATION = "isolation.level";

    private static final Set<String> ALL = all();

    private static final Set<String> OURS = Set.of(
            BOOTSTRAP_SERVERS,
            AdminClientConfig.CLIENT_ID_CONFIG,
            AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG,
            "auto.include.jmx.reporter");

    /** Of all clients alike: how a cluster is reached. */
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

    /** Whether a cluster's {@code client} block takes it. */
    static boolean isTaken(String key) {
        return COMMON.contains(key);
    }

    /** Whether a login is a matter of it. */
    static boolean isSecurity(String key) {
        return key.startsWith("ssl.") || key.startsWith("sasl.") || key.startsWith("security.");
    }

    /** Whether nobody may see its value. */
    static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("password")
                || lower.contains("jaas")
                || lower.contains("secret")
                || lower.contains("token")
                || lower.contains("passphrase")
                || lower.endsWith("keystore.key");
    }

    /** Of a property of one kind of client that is not common to all of them. */
    static Fate fate(String client, String key) {
        if (OURS.contains(key)) {
            return Fate.notNeeded("each client here has its own name and measures");
        }
        if (POSITIONS.contains(key)) {
            return Fate.notNeeded(
                    "progress is kept in the flow's own topic; topics.start says where a partition begins");
        }
        if (key.equals(ProducerConfig.COMPRESSION_TYPE_CONFIG)) {
            return Fate.notSupported(
                    "batches keep the source's codec; compression.type of the target's topic changes it");
        }
        if (key.equals(ProducerConfig.PARTITIONER_CLASS_CONFIG) || key.startsWith("interceptor")) {
            return Fate.notSupported("records are copied as they are, each to the partition of its number");
        }
        return ALL.contains(key)
                ? Fate.notNeeded(
                        "the flow has no " + client + " of that kind: batches pass as they are; memory, lanes and"
                                + " throttle bound what it takes")
                : Fate.unknown();
    }
}
