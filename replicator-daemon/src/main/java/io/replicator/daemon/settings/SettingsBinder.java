package io.replicator.daemon.settings;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.config.ReplicatorConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads everything below {@code replicator} but the flows' own keys. */
final class SettingsBinder {
    private static final Pattern SERVER = Pattern.compile("(.+://)?(\\[[0-9a-fA-F:.]+]|[^\\[\\]:/,\\s]+):([0-9]{1,5})");
    private static final Pattern LISTEN = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:/\\s]*):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;
    private static final long VALID_MEMORY_BYTES = 64L << 20;
    private static final Duration VALID_DURATION = Duration.ofSeconds(1);
    private static final String FLOW_DEFAULTS = "flow-defaults";

    private final Mistakes mistakes;
    private final Section root;
    private final int cores;

    /**
     * @param root everything below {@code replicator}, with substitutions resolved
     * @param whole the file
     * @param cores the number for {@code lanes = auto}
     */
    SettingsBinder(Mistakes mistakes, ConfigObject root, Place whole, int cores) {
        this.mistakes = mistakes;
        this.root = new Section(
                mistakes, "replicator", whole, root, ConfigFactory.empty().root());
        this.cores = cores;
    }

    /** The settings, or nothing when they have a mistake. */
    Optional<Settings> bind() {
        Section written = root.section("clusters");
        Map<String, ClusterConfig> clusters = clusters(written);
        List<FlowConfig> flows = flows(clusters, written);
        Optional<String> instance = instance();
        Optional<Integer> lanes = lanes();
        Optional<Long> memory =
                root.accepted("memory", root.bytes("memory"), bytes -> valid(1, bytes, VALID_DURATION, VALID_DURATION));
        Optional<Duration> progress = root.accepted(
                "progress-interval",
                root.duration("progress-interval"),
                interval -> valid(1, VALID_MEMORY_BYTES, interval, VALID_DURATION));
        Optional<Duration> drain = root.accepted(
                "drain-timeout",
                root.duration("drain-timeout"),
                timeout -> valid(1, VALID_MEMORY_BYTES, VALID_DURATION, timeout));
        Optional<Duration> session =
                root.accepted("session-timeout", root.duration("session-timeout"), SettingsBinder::validSession);
        Optional<OwnershipProtocol> protocol = root.parsed(
                "ownership-protocol",
                "auto, classic or consumer",
                text -> OwnershipProtocol.valueOf(text.toUpperCase(Locale.ROOT)));
        root.patterns("internal-topics");
        Optional<Matcher> listen = listen();
        Section metrics = root.section("metrics");
        Optional<Boolean> perPartition = metrics.flag("per-partition");
        metrics.finish();
        root.finish();
        if (!mistakes.isEmpty()) {
            return Optional.empty();
        }
        int maxShards = flows.stream().mapToInt(FlowConfig::shards).max().orElse(1);
        ReplicatorConfig config = new ReplicatorConfig(
                instance.orElseThrow(),
                lanes.orElseThrow() > 0 ? lanes.get() : Math.min(cores, maxShards),
                memory.orElseThrow(),
                progress.orElseThrow(),
                drain.orElseThrow(),
                session.orElseThrow(),
                protocol.orElseThrow(),
                flows);
        String host = listen.orElseThrow().group(1).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(listen.get().group(2));
        return Optional.of(new Settings(config, host, port, perPartition.orElseThrow(), mistakes.warnings()));
    }

    private Map<String, ClusterConfig> clusters(Section written) {
        if (written.keys().isEmpty()) {
            root.wrong("clusters", "is missing; name at least a source and a target cluster");
        }
        Map<String, ClusterConfig> clusters = new LinkedHashMap<>();
        for (String name : written.keys()) {
            Section cluster = written.section(name);
            Optional<String> servers = servers(cluster);
            Map<String, String> client = client(cluster);
            cluster.finish();
            servers.ifPresent(list -> clusters.put(name, new ClusterConfig(name, list, client)));
        }
        return clusters;
    }

    private static Optional<String> servers(Section cluster) {
        String allowed = "host:port, or several of them separated by commas";
        Optional<String> servers = cluster.text("bootstrap-servers", allowed);
        if (servers.isEmpty()) {
            return servers;
        }
        for (String server : servers.get().split(",", -1)) {
            Matcher parts = SERVER.matcher(server.strip());
            if (!parts.matches() || !isPort(parts.group(3))) {
                cluster.wrong("bootstrap-servers", "\"" + server.strip() + "\" is not " + allowed);
                return Optional.empty();
            }
        }
        return servers;
    }

    private Map<String, String> client(Section cluster) {
        cluster.section("client");
        ConfigValue client = cluster.isWritten("client")
                ? cluster.value("client", "properties in braces").orElseThrow()
                : ConfigFactory.empty().root();
        return client instanceof ConfigObject properties
                ? ClientBinder.read(properties, cluster.path("client"), cluster.place("client"), mistakes)
                : Map.of();
    }

    /** In the order of the file, which the library's objects do not keep. */
    private List<FlowConfig> flows(Map<String, ClusterConfig> clusters, Section clusterNames) {
        Section written = root.section("flows");
        ConfigObject defaults = flowDefaults();
        if (written.keys().isEmpty()) {
            root.wrong("flows", "is missing; name at least one flow");
        }
        List<FlowConfig> flows = new ArrayList<>();
        List<String> names = new ArrayList<>(written.keys());
        names.sort((one, other) -> {
            int byPlace = written.place(one).compareTo(written.place(other));
            return byPlace != 0 ? byPlace : one.compareTo(other);
        });
        for (String name : names) {
            Section flow = written.section(name, defaults);
            new FlowBinder(name, flow, clusters, clusterNames.keys()).bind().ifPresent(flows::add);
        }
        return flows;
    }

    private ConfigObject flowDefaults() {
        return root.value(FLOW_DEFAULTS, "an object in braces")
                .filter(ConfigObject.class::isInstance)
                .map(ConfigObject.class::cast)
                .orElse(ConfigFactory.empty().root());
    }

    private Optional<String> instance() {
        if (root.isWritten("instance")) {
            return root.accepted("instance", root.text("instance", "a name"), SettingsBinder::validInstance);
        }
        root.expect("instance");
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName().replaceAll("[^a-zA-Z0-9._-]", "-"));
        } catch (UnknownHostException e) {
            root.wrong("instance", "is missing, and this machine has no host name to use instead");
            return Optional.empty();
        }
    }

    /** 0 for one per core. */
    private Optional<Integer> lanes() {
        String allowed = "auto or a number from 1 to 256";
        Optional<Integer> lanes =
                root.parsed("lanes", allowed, text -> text.equals("auto") ? Integer.MIN_VALUE : Integer.valueOf(text));
        return root.accepted(
                "lanes",
                lanes,
                number -> valid(
                        number == Integer.MIN_VALUE ? 1 : number, VALID_MEMORY_BYTES, VALID_DURATION, VALID_DURATION));
    }

    private Optional<Matcher> listen() {
        Section admin = root.section("admin");
        Optional<Matcher> listen = admin.parsed("listen", "host:port such as 127.0.0.1:8080", text -> {
            Matcher parts = LISTEN.matcher(text);
            if (!parts.matches() || !isPort(parts.group(2))) {
                throw new IllegalArgumentException(text);
            }
            return parts;
        });
        admin.finish();
        return listen;
    }

    private static boolean isPort(String digits) {
        return Integer.parseInt(digits) <= MAX_PORT;
    }

    private static void validInstance(String instance) {
        new ReplicatorConfig(
                instance, 1, VALID_MEMORY_BYTES, VALID_DURATION, VALID_DURATION, List.of(FlowBinder.valid()));
    }

    private static void validSession(Duration timeout) {
        new ReplicatorConfig(
                "x",
                1,
                VALID_MEMORY_BYTES,
                VALID_DURATION,
                VALID_DURATION,
                timeout,
                OwnershipProtocol.AUTO,
                List.of(FlowBinder.valid()));
    }

    private static void valid(int lanes, long memoryBytes, Duration progressInterval, Duration drainTimeout) {
        new ReplicatorConfig("x", lanes, memoryBytes, progressInterval, drainTimeout, List.of(FlowBinder.valid()));
    }
}
