package io.replicator.daemon.settings;

import io.replicator.NearestName;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.LossPolicy;
import io.replicator.config.PositionsConfig;
import io.replicator.config.Shaping;
import io.replicator.config.SourceChanges;
import io.replicator.config.TopicsConfig;
import io.replicator.config.TransactionBounds;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one flow. */
final class FlowBinder {
    /** Parts of a correct flow: with one value from the file in it, its record checks this value. */
    private static final ClusterConfig VALID_SOURCE = new ClusterConfig("a", "a:1", Map.of());

    private static final ClusterConfig VALID_TARGET = new ClusterConfig("b", "b:1", Map.of());

    private final String name;
    private final Section flow;
    private final Map<String, ClusterConfig> clusters;
    private final Set<String> clusterNames;

    /**
     * @param clusters the clusters without a mistake
     * @param clusterNames the names of all clusters in the file
     */
    FlowBinder(String name, Section flow, Map<String, ClusterConfig> clusters, Set<String> clusterNames) {
        this.name = name;
        this.flow = flow;
        this.clusters = clusters;
        this.clusterNames = clusterNames;
    }

    /** The flow, or nothing when it has a mistake. */
    Optional<FlowConfig> bind() {
        Optional<ClusterConfig> source = cluster("source");
        Optional<ClusterConfig> target = cluster("target");
        Optional<TopicsConfig> topics = new TopicsBinder(flow.section("topics")).bind();
        Optional<Delivery> delivery = delivery();
        Optional<Isolation> isolation = flow.oneOf(
                "isolation",
                Map.of("read-committed", Isolation.READ_COMMITTED, "read-uncommitted", Isolation.READ_UNCOMMITTED),
                "read-committed or read-uncommitted");
        Optional<Integer> shards = flow.accepted(
                "shards",
                flow.integer("shards", "a number from 1 to 1000"),
                number -> valid("x", VALID_SOURCE, VALID_TARGET, number, 1L));
        Optional<Long> throttle = throttle();
        Optional<Shaping> shaping = flow.oneOf(
                "shaping",
                Map.of(
                        "auto", Shaping.AUTO,
                        "pass", Shaping.PASS,
                        "coalesce", Shaping.COALESCE,
                        "rebuild", Shaping.REBUILD),
                "auto, pass, coalesce or rebuild");
        Optional<SourceChanges> sourceChanges = sourceChanges();
        Optional<TransactionBounds> transaction = transaction();
        Optional<PositionsConfig> positions = new PositionsBinder(flow).bind();
        flow.finish();
        boolean isNamed = checkName();
        boolean areDifferent = checkClusters(source, target);
        if (!isNamed
                || !areDifferent
                || source.isEmpty()
                || target.isEmpty()
                || topics.isEmpty()
                || delivery.isEmpty()
                || isolation.isEmpty()
                || shards.isEmpty()
                || throttle.isEmpty()
                || shaping.isEmpty()
                || sourceChanges.isEmpty()
                || transaction.isEmpty()
                || positions.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new FlowConfig(
                name,
                source.get(),
                target.get(),
                topics.get(),
                delivery.get(),
                isolation.get(),
                shards.get(),
                throttle.get(),
                shaping.get(),
                sourceChanges.get(),
                transaction.get(),
                positions.get()));
    }

    private Optional<ClusterConfig> cluster(String end) {
        Optional<String> cluster = flow.text(end, "the name of a cluster in replicator.clusters");
        if (cluster.isPresent() && !clusterNames.isEmpty() && !clusterNames.contains(cluster.get())) {
            String hint = NearestName.hint(cluster.get(), clusterNames);
            flow.wrong(
                    end,
                    "there is no cluster " + cluster.get()
                            + (hint.isEmpty() ? "; there are: " + String.join(", ", clusterNames) : hint));
        }
        return cluster.map(clusters::get);
    }

    private Optional<Delivery> delivery() {
        return flow.oneOf(
                "delivery",
                Map.of(
                        "exactly-once", Delivery.EXACTLY_ONCE,
                        "transactional", Delivery.TRANSACTIONAL,
                        "at-least-once", Delivery.AT_LEAST_ONCE),
                "exactly-once, transactional or at-least-once");
    }

    private Optional<TransactionBounds> transaction() {
        Section transaction = flow.section("transaction");
        Optional<Duration> interval = transaction.accepted(
                "interval", transaction.duration("interval"), value -> new TransactionBounds(value, 1));
        Optional<Long> maxBytes = transaction.accepted(
                "max-bytes",
                transaction.bytes("max-bytes"),
                bytes -> new TransactionBounds(TransactionBounds.DEFAULT.interval(), bytes));
        transaction.finish();
        return interval.flatMap(time -> maxBytes.map(bytes -> new TransactionBounds(time, bytes)));
    }

    private Optional<SourceChanges> sourceChanges() {
        Optional<LossPolicy> onGap = lossPolicy("on-gap");
        Optional<LossPolicy> onTruncation = lossPolicy("on-truncation");
        Optional<LossPolicy> onRecreation = lossPolicy("on-recreation");
        if (onGap.isEmpty() || onTruncation.isEmpty() || onRecreation.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SourceChanges(onGap.get(), onTruncation.get(), onRecreation.get()));
    }

    private Optional<LossPolicy> lossPolicy(String key) {
        return flow.oneOf(key, Map.of("stop", LossPolicy.STOP, "continue", LossPolicy.CONTINUE), "stop or continue");
    }

    private Optional<Long> throttle() {
        Section throttle = flow.section("throttle");
        Optional<Long> bytesPerSecond = throttle.accepted(
                "bytes-per-second",
                throttle.parsed(
                        "bytes-per-second",
                        "unlimited or a size such as 50 MiB",
                        text -> text.equals("unlimited") ? Long.MAX_VALUE : Section.size(text)),
                bytes -> valid("x", VALID_SOURCE, VALID_TARGET, 1, bytes));
        throttle.finish();
        return bytesPerSecond;
    }

    /** Reports a name that is not allowed; true when it is allowed. */
    private boolean checkName() {
        try {
            valid(name, VALID_SOURCE, VALID_TARGET, 1, 1L);
            return true;
        } catch (IllegalArgumentException e) {
            flow.wrongHere("the name " + Section.rule(e));
            return false;
        }
    }

    /** Reports a flow from a cluster to itself; true when the clusters differ, or are not known. */
    private boolean checkClusters(Optional<ClusterConfig> source, Optional<ClusterConfig> target) {
        if (source.isEmpty() || target.isEmpty()) {
            return true;
        }
        try {
            valid("x", source.get(), target.get(), 1, 1L);
            return true;
        } catch (IllegalArgumentException e) {
            flow.wrong("target", Section.rule(e));
            return false;
        }
    }

    private static FlowConfig valid(
            String name, ClusterConfig source, ClusterConfig target, int shards, long maxBytesPerSecond) {
        return new FlowConfig(
                name,
                source,
                target,
                TopicsBinder.valid(),
                Delivery.EXACTLY_ONCE,
                Isolation.READ_COMMITTED,
                shards,
                maxBytesPerSecond);
    }

    /** A correct flow. */
    static FlowConfig valid() {
        return valid("x", VALID_SOURCE, VALID_TARGET, 1, 1L);
    }
}
