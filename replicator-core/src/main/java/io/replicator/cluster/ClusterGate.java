package io.replicator.cluster;

import io.replicator.config.FlowConfig;
import java.time.Duration;

/** As {@link ClusterPair}, with Admin clients. Goes when its last caller uses that one. */
public final class ClusterGate implements AutoCloseable {
    private final ClusterAdmin source;
    private final ClusterAdmin target;
    private final String sourceId;
    private final String targetId;

    private ClusterGate(ClusterAdmin source, ClusterAdmin target, String sourceId, String targetId) {
        this.source = source;
        this.target = target;
        this.sourceId = sourceId;
        this.targetId = targetId;
    }

    /** As {@link #open(FlowConfig, Duration)}, with the usual timeout of a call. */
    public static ClusterGate open(FlowConfig flow) throws InterruptedException {
        return open(flow, ClusterAdmin.TIMEOUT);
    }

    /**
     * Connects to both clusters.
     *
     * @throws UnavailableException when one cannot be reached or does not let us in; worth trying again
     * @throws RefusedException when both are the same cluster, or a client property is wrong
     */
    public static ClusterGate open(FlowConfig flow, Duration timeout) throws InterruptedException {
        ClusterAdmin source = ClusterAdmin.open(flow.source(), ClusterPair.clientId(flow), timeout);
        try {
            ClusterAdmin target = ClusterAdmin.open(flow.target(), ClusterPair.clientId(flow), timeout);
            try {
                return opened(source, target);
            } catch (RuntimeException | InterruptedException failure) {
                target.close();
                throw failure;
            }
        } catch (RuntimeException | InterruptedException failure) {
            source.close();
            throw failure;
        }
    }

    /** Asks both at once, so that two dead clusters take no longer than one. */
    private static ClusterGate opened(ClusterAdmin source, ClusterAdmin target) throws InterruptedException {
        Pending<ClusterDescription> sourceAnswer = source.askDescription();
        Pending<ClusterDescription> targetAnswer = target.askDescription();
        String sourceId = sourceAnswer.await().id();
        String targetId = targetAnswer.await().id();
        if (!sourceId.isEmpty() && sourceId.equals(targetId)) {
            throw new RefusedException(ClusterPair.sameCluster(source.name(), target.name(), sourceId));
        }
        return new ClusterGate(source, target, sourceId, targetId);
    }

    public ClusterAdmin source() {
        return source;
    }

    public ClusterAdmin target() {
        return target;
    }

    /** The source's cluster id, empty where its brokers have none. */
    public String sourceId() {
        return sourceId;
    }

    /** The target's cluster id, empty where its brokers have none. */
    public String targetId() {
        return targetId;
    }

    @Override
    public void close() {
        try {
            target.close();
        } finally {
            source.close();
        }
    }
}
