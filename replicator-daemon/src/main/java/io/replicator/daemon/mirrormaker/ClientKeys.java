package io.replicator.daemon.mirrormaker;

import io.replicator.cluster.ClientPropertyNames;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The properties of Kafka's clients, and how those of MirrorMaker 2's clients are translated. */
final class ClientKeys {
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    static final String ISOLATION = "isolation.level";

    private static final Set<String> OURS =
            Set.of(BOOTSTRAP_SERVERS, "client.id", "metric.reporters", "auto.include.jmx.reporter");

    /** Properties that all kinds of clients have: how a cluster is reached. */
    private static final Set<String> COMMON = common();

    private static final Set<String> POSITIONS = Set.of(
            "auto.offset.reset", "enable.auto.commit", "auto.commit.interval.ms", "group.id", "group.instance.id");

    private ClientKeys() {}

    private static Set<String> common() {
        Set<String> common = new TreeSet<>(ClientPropertyNames.COMMON);
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
        if (key.equals("compression.type")) {
            return Fate.notSupported(
                    "batches keep the source's compression; compression.type of the target topic changes it");
        }
        if (key.equals("partitioner.class") || key.startsWith("interceptor")) {
            return Fate.notSupported("records are copied unchanged, to the partition with the same number");
        }
        return ClientPropertyNames.ALL.contains(key)
                ? Fate.notNeeded("the flow does not use a " + client
                        + " for the data; memory, lanes and throttle limit what it" + " uses")
                : Fate.unknown();
    }
}
