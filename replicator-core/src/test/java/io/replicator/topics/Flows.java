package io.replicator.topics;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Flows as tests want them: everything by default but what the test is about. */
public record Flows(
        String name,
        ClusterConfig source,
        ClusterConfig target,
        List<String> select,
        List<String> exclude,
        String rename,
        boolean createEnabled,
        ReplicationFactor replicas) {

    public static Flows from(String name, ClusterConfig source, ClusterConfig target) {
        return new Flows(
                name, source, target, List.of(".*"), List.of(), "{topic}", true, new ReplicationFactor.AsSource());
    }

    /** Between two clusters that nobody reaches. */
    public static Flows from(String name, String source, String target) {
        return from(name, nowhere(source), nowhere(target));
    }

    public static ClusterConfig nowhere(String name) {
        return new ClusterConfig(name, name + ".invalid:9092", Map.of());
    }

    public static ClusterConfig cluster(String name, Map<String, Object> properties) {
        Map<String, String> client = new HashMap<>();
        properties.forEach((key, value) -> client.put(key, String.valueOf(value)));
        String servers = client.remove("bootstrap.servers");
        return new ClusterConfig(name, servers, client);
    }

    public static ClusterConfig cluster(KafkaCluster cluster) {
        return cluster(cluster.name(), cluster.clientProperties());
    }

    /** The other way round, with everything else by default. */
    public Flows reversed(String reversedName) {
        ClusterConfig newSource = target;
        ClusterConfig newTarget = source;
        return from(reversedName, newSource, newTarget);
    }

    public Flows selecting(String... patterns) {
        return new Flows(name, source, target, List.of(patterns), exclude, rename, createEnabled, replicas);
    }

    public Flows excluding(String... patterns) {
        return new Flows(name, source, target, select, List.of(patterns), rename, createEnabled, replicas);
    }

    public Flows renaming(String rule) {
        return new Flows(name, source, target, select, exclude, rule, createEnabled, replicas);
    }

    public Flows creatingNothing() {
        return new Flows(name, source, target, select, exclude, rename, false, replicas);
    }

    public Flows replicating(ReplicationFactor rule) {
        return new Flows(name, source, target, select, exclude, rename, createEnabled, rule);
    }

    public FlowConfig config() {
        return new FlowConfig(
                name, source, target, topics(), Delivery.EXACTLY_ONCE, Isolation.READ_COMMITTED, 4, Long.MAX_VALUE);
    }

    public TopicsConfig topics() {
        return new TopicsConfig(
                select.stream().map(Pattern::compile).toList(),
                exclude.stream().map(Pattern::compile).toList(),
                rename,
                new StartFrom.Earliest(),
                Duration.ofSeconds(10),
                createEnabled,
                replicas);
    }
}
