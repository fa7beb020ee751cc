package io.replicator.it;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.Isolation;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** FlowDraft as tests want them: everything by default but what the test is about. */
public record FlowDraft(
        String name,
        ClusterConfig source,
        ClusterConfig target,
        List<String> select,
        List<String> exclude,
        String rename,
        boolean createEnabled,
        ReplicationFactor replicas) {

    public static FlowDraft from(String name, ClusterConfig source, ClusterConfig target) {
        return new FlowDraft(
                name, source, target, List.of(".*"), List.of(), "{topic}", true, new ReplicationFactor.AsSource());
    }

    /** Between two clusters that nobody reaches. */
    public static FlowDraft from(String name, String source, String target) {
        return from(name, nowhere(source), nowhere(target));
    }

    public static ClusterConfig nowhere(String name) {
        return new ClusterConfig(name, name + ".invalid:9092", Map.of());
    }

    /** The other way round, with everything else by default. */
    public FlowDraft reversed(String reversedName) {
        ClusterConfig newSource = target;
        ClusterConfig newTarget = source;
        return from(reversedName, newSource, newTarget);
    }

    public FlowDraft selecting(String... patterns) {
        return new FlowDraft(name, source, target, List.of(patterns), exclude, rename, createEnabled, replicas);
    }

    public FlowDraft excluding(String... patterns) {
        return new FlowDraft(name, source, target, select, List.of(patterns), rename, createEnabled, replicas);
    }

    public FlowDraft renaming(String rule) {
        return new FlowDraft(name, source, target, select, exclude, rule, createEnabled, replicas);
    }

    public FlowDraft creatingNothing() {
        return new FlowDraft(name, source, target, select, exclude, rename, false, replicas);
    }

    public FlowDraft replicating(ReplicationFactor rule) {
        return new FlowDraft(name, source, target, select, exclude, rename, createEnabled, rule);
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
