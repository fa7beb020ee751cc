package io.replicator.mirrormaker;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.CompactedTopicOptions;
import io.replicator.cluster.CompactedTopics;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import java.time.Duration;

/** One of the two clusters, and MirrorMaker 2's topics on it. One thread. */
final class MirrorCluster implements AutoCloseable {
    /** How long a read waits for the next record: longer than a quota delays an answer. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final CompactedTopics topics;

    /**
     * Connects to nothing yet.
     *
     * @param timeout of each call
     */
    MirrorCluster(FlowConfig flow, ClusterConfig config, ClusterOpener opener, Duration timeout) {
        this.cluster = opener.open(config, clientId(flow), timeout);
        // Not idempotent, as MirrorMaker 2's are not: only the last record of each key counts, so that a duplicate does
        // no harm, and no right but WRITE is needed.
        this.topics = cluster.compactedTopics(
                new CompactedTopicOptions(clientId(flow), timeout, SILENCE, CompactedTopicOptions.Writes.PLAIN));
    }

    static String clientId(FlowConfig flow) {
        return "replicator-" + flow.name() + "-mirrormaker";
    }

    Cluster cluster() {
        return cluster;
    }

    CompactedTopics topics() {
        return topics;
    }

    @Override
    public void close() {
        try {
            topics.close();
        } finally {
            cluster.close();
        }
    }
}
