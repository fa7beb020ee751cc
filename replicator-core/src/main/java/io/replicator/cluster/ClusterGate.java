package io.replicator.cluster;

import io.replicator.config.FlowConfig;
import java.time.Duration;
import org.apache.kafka.clients.admin.DescribeClusterResult;

/** Both clusters of a flow, reached and told apart: what stands behind the gate may talk to them. */
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
        ClusterAdmin source = ClusterAdmin.open(flow.source(), clientId(flow), timeout);
        try {
            ClusterAdmin target = ClusterAdmin.open(flow.target(), clientId(flow), timeout);
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

    public static String clientId(FlowConfig flow) {
        return "replicator-" + flow.name() + "-control";
    }

    /** Asks both at once, so that two dead clusters take no longer than one. */
    private static ClusterGate opened(ClusterAdmin source, ClusterAdmin target) throws InterruptedException {
        DescribeClusterResult sourceAnswer = source.admin().describeCluster();
        DescribeClusterResult targetAnswer = target.admin().describeCluster();
        String sourceId = source.await(sourceAnswer.clusterId(), "DESCRIBE", "the cluster");
        String targetId = target.await(targetAnswer.clusterId(), "DESCRIBE", "the cluster");
        if (sourceId != null && sourceId.equals(targetId)) {
            throw new RefusedException(sameCluster(source.cluster(), target.cluster(), sourceId));
        }
        return new ClusterGate(source, target, sourceId == null ? "" : sourceId, targetId == null ? "" : targetId);
    }

    public static String sameCluster(String source, String target, String id) {
        return "source " + source + " and target " + target + " are the same cluster (id " + id
                + "); point bootstrap-servers of one of them at another cluster";
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
