package io.replicator.positions;

import io.replicator.config.ClusterConfig;
import io.replicator.config.Delivery;
import io.replicator.config.FlowConfig;
import io.replicator.config.GroupDeletion;
import io.replicator.config.GroupsConfig;
import io.replicator.config.Isolation;
import io.replicator.config.PositionsConfig;
import io.replicator.config.ReplicationFactor;
import io.replicator.config.StartFrom;
import io.replicator.config.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Flows that keep groups up to date, between clusters that nobody reaches. */
public final class SyncFlows {
    static final Duration INTERVAL = Duration.ofSeconds(8);

    private SyncFlows() {}

    /**
     * @param select which topics are copied
     */
    public static FlowConfig flow(String select, boolean isSynced, GroupDeletion onDelete) {
        TopicsConfig topics = new TopicsConfig(
                List.of(Pattern.compile(select)),
                List.of(),
                "{source}.{topic}",
                new StartFrom.Earliest(),
                Duration.ofSeconds(5),
                true,
                new ReplicationFactor.AsSource());
        GroupsConfig groups = new GroupsConfig(
                List.of(Pattern.compile("app-.*")), List.of(), "{source}-{group}", isSynced, INTERVAL, onDelete);
        return new FlowConfig(
                        "test",
                        new ClusterConfig("east", "east.invalid:9092", Map.of()),
                        new ClusterConfig("west", "west.invalid:9092", Map.of()),
                        topics,
                        Delivery.EXACTLY_ONCE,
                        Isolation.READ_COMMITTED,
                        16,
                        Long.MAX_VALUE)
                .with(new PositionsConfig(
                        groups, PositionsConfig.NONE.mirrorMaker(), PositionsConfig.DEFAULT_MAX_RUNS));
    }

    static FlowConfig flow() {
        return flow(".*", true, GroupDeletion.LEAVE);
    }
}
