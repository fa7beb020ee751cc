package io.replicator.daemon.mirrormaker;

import io.replicator.daemon.mirrormaker.MirrorMakerFile.Pair;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Translates a configuration file of MirrorMaker 2 into one of the daemon. The output may contain secrets, as the input does;
 * no error message contains one.
 */
public final class MirrorMakerImport {
    private static final String PROVIDERS = "config.providers";

    private final String fileName;
    private final MirrorMakerFile file;
    private final List<Pair> flows;

    private MirrorMakerImport(String fileName, MirrorMakerFile file, List<Pair> flows) {
        this.fileName = fileName;
        this.file = file;
        this.flows = flows;
    }

    /**
     * Reads a file.
     *
     * @param fileName its name, for messages
     * @param flow the one to import, such as {@code A->B}; empty for all that are enabled
     * @throws UnusableFileException when it contains nothing to import
     */
    public static MirrorMakerImport read(Reader reader, String fileName, Optional<String> flow)
            throws IOException, UnusableFileException {
        MirrorMakerFile file;
        try {
            file = MirrorMakerFile.read(reader);
        } catch (IllegalArgumentException damaged) {
            throw new UnusableFileException(fileName + " is not a properties file: it contains an invalid \\u escape");
        }
        if (file.clusters().isEmpty()) {
            throw new UnusableFileException(fileName + ": clusters is missing; it lists the clusters of MirrorMaker 2");
        }
        List<Pair> enabled = file.enabled();
        if (enabled.isEmpty()) {
            throw new UnusableFileException(fileName + ": no flow is enabled; enable one as in "
                    + file.clusters().get(0) + "->X.enabled = true");
        }
        List<Pair> wanted = flow.isEmpty()
                ? enabled
                : enabled.stream()
                        .filter(pair -> pair.toString().equals(flow.get()))
                        .toList();
        if (wanted.isEmpty()) {
            throw new UnusableFileException(fileName + ": flow " + flow.get()
                    + " is not enabled; the enabled flows are: "
                    + String.join(", ", enabled.stream().map(Pair::toString).toList()));
        }
        for (String cluster : clustersOf(wanted)) {
            if (servers(file, cluster).isEmpty()) {
                throw new UnusableFileException(fileName + ": " + cluster + ".bootstrap.servers is missing");
            }
        }
        return new MirrorMakerImport(fileName, file, wanted);
    }

    private static Optional<String> servers(MirrorMakerFile file, String cluster) {
        return file.value(cluster + "." + ClientKeys.BOOTSTRAP_SERVERS)
                .or(() -> file.value(ClientKeys.BOOTSTRAP_SERVERS))
                .filter(servers -> !servers.isEmpty());
    }

    private static Set<String> clustersOf(List<Pair> flows) {
        Set<String> clusters = new LinkedHashSet<>();
        flows.forEach(pair -> clusters.addAll(List.of(pair.source(), pair.target())));
        return clusters;
    }

    /** The daemon's file. */
    public String hocon() {
        Hocon out = new Hocon();
        out.comment("Translated from " + fileName
                + " by replicator import-mirrormaker. The end of this file lists every property.");
        out.comment("To take over: stop MirrorMaker 2; replicator check -c FILE; replicator run -c FILE.");
        out.open("replicator");
        out.open("clusters");
        clustersOf(flows).forEach(cluster -> cluster(out, cluster));
        out.close();
        out.open("flows");
        flows.forEach(pair -> new FlowTranslation(file, pair).write(out));
        out.close();
        out.close();
        out.empty();
        account(out);
        return out.toString();
    }

    private void cluster(Hocon out, String cluster) {
        out.open(cluster);
        out.text("bootstrap-servers", servers(file, cluster).orElseThrow());
        Map<String, String> client = client(cluster);
        if (!client.isEmpty()) {
            out.open("client");
            client.forEach((key, value) -> {
                if (ClientKeys.isSecret(key)) {
                    out.comment("A secret: better use ${?" + environmentName(cluster, key)
                            + "}, or { file = \"/run/secrets/...\" }.");
                }
                out.text(key, value);
            });
            out.close();
        }
        out.close();
    }

    private static String environmentName(String cluster, String key) {
        return (cluster + "_" + key).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** The properties of a cluster's clients: its own, and those of all clusters. */
    private Map<String, String> client(String cluster) {
        Map<String, String> client = new TreeMap<>();
        String prefix = cluster + ".";
        file.properties().forEach((key, value) -> {
            if (isForAll(key)) {
                client.put(key, value);
            }
        });
        file.properties().forEach((key, value) -> {
            boolean isOfCluster = file.pairOf(key).isEmpty()
                    && file.clusterOf(key).filter(cluster::equals).isPresent();
            if (isOfCluster && isForClient(key.substring(prefix.length()))) {
                client.put(key.substring(prefix.length()), value);
            }
        });
        return client;
    }

    private boolean isForAll(String key) {
        boolean isOfAll = file.pairOf(key).isEmpty() && file.clusterOf(key).isEmpty();
        return isOfAll && (isOfProviders(key) || (ClientKeys.isSecurity(key) && ClientKeys.isTaken(key)));
    }

    private static boolean isForClient(String key) {
        return isOfProviders(key) || ClientKeys.isTaken(key);
    }

    private static boolean isOfProviders(String key) {
        return key.equals(PROVIDERS) || key.startsWith(PROVIDERS + ".");
    }

    /** Lists names only: a value may be a secret. */
    private void account(Hocon out) {
        Accounts accounts = new Accounts(file, flows);
        List<String> lines = new ArrayList<>();
        file.properties().forEach((key, value) -> {
            String name = key.replaceAll("\\p{Cntrl}", "?");
            lines.add(String.format("%-60s %s", name, accounts.fate(key, value)));
        });
        out.comment("Every property of " + fileName + ":");
        lines.forEach(out::comment);
    }
}
