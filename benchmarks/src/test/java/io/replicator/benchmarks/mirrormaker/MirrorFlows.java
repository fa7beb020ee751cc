package io.replicator.benchmarks.mirrormaker;

import io.replicator.Replicator;
import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.Isolation;
import io.replicator.config.MirrorMakerConfig;
import io.replicator.config.PositionsConfig;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.ReplicatorConfig;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import io.replicator.testkit.KafkaCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Flows that write what MirrorMaker 2 writes, between two test clusters whose names are its aliases. */
final class MirrorFlows {
    static final String PREFIX = "{source}.{topic}";
    static final String IDENTITY = "{topic}";

    private MirrorFlows() {}

    static FlowConfig flow(
            KafkaCluster source,
            KafkaCluster target,
            StartFrom start,
            String rename,
            MirrorMakerConfig.Side syncsAt,
            String... select) {
        TopicsConfig topics = new TopicsConfig(
                List.of(select).stream().map(Pattern::compile).toList(),
                List.of(Pattern.compile(".*heartbeats"), Pattern.compile(".*[.]internal")),
                rename,
                start,
                Duration.ofSeconds(1),
                true,
                new ReplicationFactor.AsSource());
        GroupsConfig groups = new GroupsConfig(
                List.of(Pattern.compile("app-.*")),
                List.of(),
                "{group}",
                true,
                Duration.ofMillis(200),
                GroupDeletion.LEAVE);
        MirrorMakerConfig mirrorMaker = new MirrorMakerConfig(true, syncsAt, true, true, Duration.ofMillis(200));
        return new FlowConfig(
                        source.name() + "-" + target.name(),
                        cluster(source),
                        cluster(target),
                        topics,
                        Delivery.EXACTLY_ONCE,
                        Isolation.READ_COMMITTED,
                        4,
                        Long.MAX_VALUE)
                .with(new PositionsConfig(groups, mirrorMaker, PositionsConfig.DEFAULT_MAX_RUNS));
    }

    static Replicator start(FlowConfig flow) {
        return Replicator.start(new ReplicatorConfig(
                "test", 1, 32L << 20, Duration.ofMillis(200), Duration.ofSeconds(30), List.of(flow)));
    }

    private static ClusterConfig cluster(KafkaCluster cluster) {
        Map<String, String> client = new HashMap<>();
        cluster.clientProperties().forEach((key, value) -> client.put(key, String.valueOf(value)));
        String bootstrapServers = client.remove("bootstrap.servers");
        return new ClusterConfig(cluster.name(), bootstrapServers, client);
    }
}
