package io.replicator.daemon.mirrormaker;

import static io.replicator.daemon.mirrormaker.Fate.notNeeded;
import static io.replicator.daemon.mirrormaker.Fate.notSupported;
import static io.replicator.daemon.mirrormaker.Fate.taken;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How every property of MirrorMaker 2's connectors and of its dedicated mode is translated, those of its Connect workers
 * included. A test compares it with connect-mirror's own lists.
 */
final class ConnectorKeys {
    private static final String DEFAULT_POLICY = "org.apache.kafka.connect.mirror.DefaultReplicationPolicy";
    private static final String IDENTITY_POLICY = "org.apache.kafka.connect.mirror.IdentityReplicationPolicy";
    private static final String MIRROR_PACKAGE = "org.apache.kafka.connect.mirror.";
    private static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

    /** The fate of all properties of Connect's workers. */
    static final Fate OF_WORKERS = notNeeded("the daemon has no Connect workers");

    private static final String NO_TASKS = "a daemon has one lane for each core, and instances share the shards";
    private static final String AS_THEY_ARE = "records are copied unchanged";
    private static final String EACH_ROUND = "groups are found, and their checkpoints written, every groups.interval";
    private static final String BROKERS_DEFAULT = "internal topics have the default of the target brokers";
    private static final String ONCE_CREATED =
            "a topic's settings are copied when it is created; later changes, and ACLs, are not copied";

    /** Prefixes of the properties of workers and of their internal REST server. */
    private static final List<String> WORKER_PREFIXES = List.of(
            "offset.storage",
            "config.storage",
            "status.storage",
            "offset.flush",
            "task.shutdown",
            "worker.",
            "scheduled.rebalance",
            "connect.protocol",
            "inter.worker",
            "plugin.",
            "rest.",
            "admin.listeners",
            "access.control.",
            "response.http.",
            "listeners",
            "topic.creation",
            "topic.tracking",
            "metrics.",
            "connector.client.config.override.policy",
            "dedicated.mode.");

    /** Properties of the workers' group. */
    private static final Set<String> WORKER_KEYS = Set.of(
            "ssl.client.auth",
            "group.id",
            "session.timeout.ms",
            "heartbeat.interval.ms",
            "rebalance.timeout.ms",
            "client.id");

    private static final Map<String, Function<String, Fate>> TABLE = table();

    private ConnectorKeys() {}

    private static Map<String, Function<String, Fate>> table() {
        Map<String, Function<String, Fate>> table = new HashMap<>();
        always(table, taken("the flow itself"), "enabled");
        always(table, taken("source and target"), "source.cluster.alias", "target.cluster.alias");
        always(table, taken("topics.select"), "topics");
        always(table, taken("topics.exclude"), "topics.exclude");
        always(table, taken("topics.create.replication-factor"), "replication.factor");
        always(
                table,
                taken("topics.rename; when topics keep their names, only the default separator is supported"),
                "replication.policy.separator");
        table.put("replication.policy.class", ConnectorKeys::policy);
        table.put(
                "replication.policy.internal.topic.separator.enabled",
                value -> Boolean.parseBoolean(value)
                        ? taken("topics.rename; internal topics have the same separator")
                        : notSupported("internal topics have the separator of topics.rename"));
        table.put(
                "refresh.topics.enabled",
                value -> Boolean.parseBoolean(value)
                        ? notNeeded("new topics and partitions are always copied")
                        : notSupported(
                                "new topics and partitions are always copied; list the topics in topics.select"));
        always(table, taken("topics.refresh-interval"), "refresh.topics.interval.seconds");
        always(table, taken("groups.select"), "groups");
        always(table, taken("groups.exclude"), "groups.exclude");
        always(table, taken("groups.sync"), "sync.group.offsets.enabled");
        always(table, taken("groups.interval"), "sync.group.offsets.interval.seconds");
        always(table, notNeeded(EACH_ROUND), "refresh.groups.enabled", "refresh.groups.interval.seconds");
        always(table, taken("mirrormaker.checkpoints"), "emit.checkpoints.enabled");
        always(table, notNeeded(EACH_ROUND), "emit.checkpoints.interval.seconds");
        always(table, taken("mirrormaker.offset-syncs"), "emit.offset-syncs.enabled");
        always(table, taken("mirrormaker.offset-syncs-location"), "offset-syncs.topic.location");
        always(
                table,
                notNeeded("the positions of all partitions that moved are written every groups.interval"),
                "offset.lag.max");
        always(table, taken("mirrormaker.heartbeats"), "emit.heartbeats.enabled");
        always(table, taken("mirrormaker.heartbeats-interval"), "emit.heartbeats.interval.seconds");
        table.put(
                "heartbeats.replication.enabled",
                value -> Boolean.parseBoolean(value)
                        ? taken("mirrormaker.heartbeats, which also writes them")
                        : notSupported("mirrormaker.heartbeats turns both writing and copying heartbeats on or off"));
        always(
                table,
                notNeeded(BROKERS_DEFAULT),
                "offset-syncs.topic.replication.factor",
                "checkpoints.topic.replication.factor",
                "heartbeats.topic.replication.factor");
        always(
                table,
                notSupported(ONCE_CREATED),
                "sync.topic.configs.enabled",
                "sync.topic.configs.interval.seconds",
                "sync.topic.acls.enabled",
                "sync.topic.acls.interval.seconds",
                "config.properties.exclude",
                "use.defaults.from");
        for (String filter : List.of("topic.filter.class", "group.filter.class", "config.property.filter.class")) {
            table.put(
                    filter,
                    value -> value.startsWith(MIRROR_PACKAGE + "Default")
                            ? notNeeded("it is MirrorMaker 2's default")
                            : notSupported(
                                    "a custom class is not supported: write what it does as regular expressions"));
        }
        table.put(
                "forwarding.admin.class",
                value -> value.equals("org.apache.kafka.clients.admin.ForwardingAdmin")
                        ? notNeeded("it is MirrorMaker 2's default")
                        : notSupported(
                                "topics are created with Kafka's Admin; with topics.create.enabled = false you create them"));
        always(table, notNeeded("the daemon has its own timeouts"), "admin.timeout.ms", "consumer.poll.timeout.ms");
        always(table, notNeeded(NO_TASKS), "tasks.max", "tasks.max.enforce");
        table.put("exactly.once.source.support", ConnectorKeys::exactlyOnce);
        always(
                table,
                notNeeded("delivery sets this"),
                "exactly.once.support",
                "transaction.boundary",
                "transaction.boundary.interval.ms");
        always(
                table,
                notSupported("progress is read only from mm2-offsets.<source>.internal"),
                "offsets.storage.topic");
        for (String converter : List.of("key.converter", "value.converter", "header.converter")) {
            table.put(
                    converter,
                    value -> value.equals(BYTES)
                            ? notNeeded(AS_THEY_ARE)
                            : notSupported(AS_THEY_ARE + "; changes that the converter made are no longer made"));
            always(table, notNeeded(AS_THEY_ARE), converter + ".plugin.version");
        }
        for (String change : List.of("transforms", "predicates")) {
            table.put(
                    change,
                    value -> value.isEmpty()
                            ? notNeeded(AS_THEY_ARE)
                            : notSupported(
                                    AS_THEY_ARE + "; a partition whose last records were changed is not taken over"));
        }
        always(
                table,
                notNeeded("only the partition that cannot be copied stops, and its status has the reason"),
                "errors.retry.timeout",
                "errors.retry.delay.max.ms",
                "errors.tolerance",
                "errors.log.enable",
                "errors.log.include.messages",
                "config.action.reload");
        always(table, OF_WORKERS, "name", "connector.class", "connector.plugin.version");
        always(
                table,
                notSupported("metrics are at /metrics, and in JMX below io.replicator"),
                "metric.reporters",
                "metric.names.formats",
                "auto.include.jmx.reporter");
        always(table, taken("clusters"), MirrorMakerFile.CLUSTERS);
        return table;
    }

    private static void always(Map<String, Function<String, Fate>> table, Fate fate, String... keys) {
        for (String key : keys) {
            table.put(key, value -> fate);
        }
    }

    private static Fate policy(String value) {
        return isIdentity(value) || isDefault(value)
                ? taken("topics.rename")
                : notSupported("a custom class names the target topics: write what it does as topics.rename");
    }

    private static Fate exactlyOnce(String value) {
        return value.equals("enabled")
                ? taken("delivery = exactly-once, without transactions on the target")
                : notNeeded("delivery is exactly-once by default");
    }

    static boolean isIdentity(String policy) {
        return policy.equals(IDENTITY_POLICY);
    }

    static boolean isDefault(String policy) {
        return policy.equals(DEFAULT_POLICY);
    }

    /** Whether the connectors have a property of that name. */
    static boolean isOfConnectors(String key) {
        return TABLE.containsKey(key);
    }

    /** The translation of a property of a connector or of the whole process; empty when none has that name. */
    static Optional<Fate> fate(String key, String value) {
        if (TABLE.containsKey(key)) {
            return Optional.of(TABLE.get(key).apply(value));
        }
        if (key.equals("offset.storage.topic")) {
            return Optional.of(notSupported("progress is read only from mm2-offsets.<source>.internal"));
        }
        if (key.startsWith("transforms.") || key.startsWith("predicates.")) {
            return Optional.of(notSupported(AS_THEY_ARE));
        }
        if (key.startsWith("key.converter.")
                || key.startsWith("value.converter.")
                || key.startsWith("header.converter.")) {
            return Optional.of(notNeeded(AS_THEY_ARE));
        }
        return isOfWorkers(key) ? Optional.of(OF_WORKERS) : Optional.empty();
    }

    private static boolean isOfWorkers(String key) {
        return WORKER_KEYS.contains(key) || WORKER_PREFIXES.stream().anyMatch(key::startsWith);
    }
}
