package io.replicator.daemon.mirrormaker;

import io.replicator.daemon.mirrormaker.MirrorMakerFile.Pair;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds out for each property of a file what it configures and how it is translated. */
final class Accounts {
    private static final String NOT_READ_HERE = "MirrorMaker 2 does not read this key at this place";
    private static final String PROVIDERS = "config.providers";
    private static final List<String> CLIENTS = List.of("producer.", "consumer.", "admin.");

    /** Prefixes of a flow's properties for its clients. */
    private static final List<String> FLOWS_CLIENTS = List.of(
            "source.producer.",
            "source.consumer.",
            "source.admin.",
            "target.producer.",
            "target.consumer.",
            "target.admin.",
            "producer.override.",
            "consumer.override.",
            "admin.override.",
            "producer.",
            "consumer.",
            "admin.");

    private final MirrorMakerFile file;
    private final Set<Pair> imported;

    Accounts(MirrorMakerFile file, List<Pair> imported) {
        this.file = file;
        this.imported = Set.copyOf(imported);
    }

    Fate fate(String key, String value) {
        Optional<Pair> pair = file.pairOf(key);
        if (pair.isPresent()) {
            return ofPair(pair.get(), key.substring(pair.get().prefix().length()), value);
        }
        Optional<String> cluster = file.clusterOf(key);
        if (cluster.isPresent()) {
            return ofCluster(cluster.get(), key.substring(cluster.get().length() + 1), value);
        }
        return ofAll(key, value);
    }

    private Fate ofPair(Pair pair, String key, String value) {
        if (!imported.contains(pair)) {
            return Fate.notNeeded("flow " + pair + " is not enabled, or was not selected");
        }
        for (String prefix : FLOWS_CLIENTS) {
            // admin.timeout.ms is a property of the connectors, not of a client.
            if (key.startsWith(prefix) && !ConnectorKeys.isOfConnectors(key)) {
                return ofFlowsClient(pair, prefix, key.substring(prefix.length()));
            }
        }
        for (String prefix : List.of("source.cluster.", "target.cluster.")) {
            if (key.startsWith(prefix) && !key.endsWith(".alias")) {
                return Fate.notSupported(
                        "all flows use the same settings of a cluster: clusters." + clusterOf(pair, prefix));
            }
        }
        return ConnectorKeys.fate(key, value)
                .orElseGet(() -> ofCommon(key)
                        ? Fate.notSupported(
                                "all flows use the same settings of a cluster: clusters." + pair.target() + ".client")
                        : Fate.unknown());
    }

    private static String clusterOf(Pair pair, String prefix) {
        return prefix.startsWith("source") ? pair.source() : pair.target();
    }

    private static Fate ofFlowsClient(Pair pair, String prefix, String key) {
        if (key.equals(ClientKeys.ISOLATION) && prefix.contains("consumer")) {
            return Fate.taken("flows." + pair.source() + "-to-" + pair.target() + ".isolation");
        }
        if (ClientKeys.isSecurity(key)) {
            return Fate.notSupported("all clients of a cluster use the same login: clusters.*.client");
        }
        return ClientKeys.fate(client(prefix), key);
    }

    private static String client(String prefix) {
        return prefix.contains("producer") ? "producer" : prefix.contains("consumer") ? "consumer" : "admin client";
    }

    private Fate ofCluster(String cluster, String key, String value) {
        boolean isUsed = imported.stream()
                .anyMatch(pair -> pair.source().equals(cluster) || pair.target().equals(cluster));
        if (!isUsed) {
            return Fate.notNeeded("no imported flow uses cluster " + cluster);
        }
        if (key.equals(ClientKeys.BOOTSTRAP_SERVERS)) {
            return Fate.taken("clusters." + cluster + ".bootstrap-servers");
        }
        for (String prefix : CLIENTS) {
            if (key.startsWith(prefix) && !ConnectorKeys.isOfConnectors(key)) {
                return ofClustersClient(cluster, prefix, key.substring(prefix.length()), value);
            }
        }
        if (ofCommon(key)) {
            return Fate.taken("clusters." + cluster + ".client");
        }
        Optional<Fate> known = ConnectorKeys.fate(key, value);
        boolean isOfWorkers = known.filter(ConnectorKeys.OF_WORKERS::equals).isPresent();
        return known.map(fate -> isOfWorkers || key.equals("offset.storage.topic") || key.startsWith("exactly.once")
                        ? fate
                        : Fate.notNeeded(NOT_READ_HERE))
                .orElseGet(() -> ClientKeys.fate("client", key));
    }

    private Fate ofClustersClient(String cluster, String prefix, String key, String value) {
        if (key.equals(ClientKeys.ISOLATION) && prefix.equals("consumer.")) {
            return Fate.taken("isolation, of flows from " + cluster);
        }
        if (ClientKeys.isSecurity(key) || key.equals(ClientKeys.BOOTSTRAP_SERVERS)) {
            boolean isSame = value.equals(common(cluster, key).orElse(null));
            return isSame
                    ? Fate.taken("clusters." + cluster + ".client, which has the same value")
                    : Fate.notSupported("all clients of a cluster use the same login: clusters." + cluster + ".client");
        }
        return ClientKeys.fate(client(prefix), key);
    }

    private Optional<String> common(String cluster, String key) {
        return file.value(cluster + "." + key).or(() -> file.value(key));
    }

    private static boolean ofCommon(String key) {
        return ClientKeys.isTaken(key) || key.equals(PROVIDERS) || key.startsWith(PROVIDERS + ".");
    }

    private Fate ofAll(String key, String value) {
        if (ClientKeys.isSecurity(key) && ClientKeys.isTaken(key)) {
            return Fate.taken("clusters.*.client, of the clusters that do not set it");
        }
        if (key.equals(PROVIDERS) || key.startsWith(PROVIDERS + ".")) {
            return Fate.taken("clusters.*.client");
        }
        if (CLIENTS.stream().anyMatch(key::startsWith) && !ConnectorKeys.isOfConnectors(key)) {
            return Fate.notNeeded(NOT_READ_HERE);
        }
        return ConnectorKeys.fate(key, value)
                .orElseGet(() -> ClientKeys.fate("client", key).verdict() == Fate.Verdict.UNKNOWN
                        ? Fate.unknown()
                        : Fate.notNeeded(NOT_READ_HERE));
    }
}
