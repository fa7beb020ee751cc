package io.replicator.cluster;

import io.replicator.config.FlowConfig;
import java.time.Duration;

/** Both clusters of a flow, reached and told apart. */
public final class ClusterPair implements AutoCloseable {
    private final Cluster source;
    private final Cluster target;
    private final String sourceId;
    private final String targetId;

    private ClusterPair(Cluster source, Cluster target, String sourceId, String targetId) {
        this.source = source;
        this.target = target;
        this.sourceId = sourceId;
        this.targetId = targetId;
    }

    /** As {@link #open(FlowConfig, Duration, ClusterOpener)}, for Kafka clusters and with the usual timeout of a call. */
    public static ClusterPair open(FlowConfig flow) throws InterruptedException {
        return open(flow, KafkaCluster.TIMEOUT, KafkaCluster::open);
    }

    /**
     * Connects to both clusters.
     *
     * @throws UnavailableException when one cannot be reached or does not let us in; another attempt may succeed
     * @throws RefusedException when both are the same cluster, or a client property is wrong
     */
    public static ClusterPair open(FlowConfig flow, Duration timeout, ClusterOpener opener)
            throws InterruptedException {
        Cluster source = opener.open(flow.source(), clientId(flow), timeout);
        try {
            Cluster target = opener.open(flow.target(), clientId(flow), timeout);
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

    /** Asks both at the same time, so that two dead clusters take no longer than one. */
    private static ClusterPair opened(Cluster source, Cluster target) throws InterruptedException {
        Pending<ClusterDescription> sourceAnswer = source.askDescription();
        Pending<ClusterDescription> targetAnswer = target.askDescription();
        String sourceId = sourceAnswer.await().id();
        String targetId = targetAnswer.await().id();
        if (!sourceId.isEmpty() && sourceId.equals(targetId)) {
            throw new RefusedException(sameCluster(source.name(), target.name(), sourceId));
        }
        return new ClusterPair(source, target, sourceId, targetId);
    }

    public static String sameCluster(String source, String target, String id) {
        return "source " + source + " and target " + target + " are the same cluster (id " + id
                + "); point bootstrap-servers of one of them at another cluster";
    }

    public Cluster source() {
        return source;
    }

    public Cluster target() {
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
