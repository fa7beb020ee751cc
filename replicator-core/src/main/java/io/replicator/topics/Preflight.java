package io.replicator.topics;

import io.replicator.cluster.ClusterAdmin;
import io.replicator.cluster.ClusterPair;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.DescribeClusterResult;

/**
 * Tells before a flow runs what it would copy and what stands in its way. It changes nothing on either cluster: what
 * would be created or grown is only asked for with {@code validateOnly}, which tries rights, names, settings and
 * policies. Three rights cannot be seen from outside: WRITE on a topic that does not exist yet, WRITE (beyond
 * DESCRIBE) on a TransactionalId, and READ (beyond DESCRIBE) on a group that does not exist yet.
 */
public final class Preflight {
    private final FlowConfig flow;
    private final List<FlowConfig> flows;
    private final Duration timeout;
    private final Findings findings = new Findings();

    private Preflight(FlowConfig flow, List<FlowConfig> flows, Duration timeout) {
        this.flow = flow;
        this.flows = flows;
        this.timeout = timeout;
    }

    /** As {@link #check(FlowConfig, List, Duration)}, for a flow that runs alone. */
    public static PreflightReport check(FlowConfig flow, Duration timeout) throws InterruptedException {
        return check(flow, List.of(flow), timeout);
    }

    /**
     * Looks at both clusters. The world's faults are findings, never exceptions.
     *
     * @param flow the one that is checked
     * @param flows all of the file, which together must not form a loop
     * @param timeout of each call, unless the cluster's client properties say otherwise
     */
    public static PreflightReport check(FlowConfig flow, List<FlowConfig> flows, Duration timeout)
            throws InterruptedException {
        var preflight = new Preflight(flow, flows, timeout);
        List<TopicLine> topics = preflight.run();
        return new PreflightReport(flow.name(), topics, preflight.findings.worstFirst());
    }

    private List<TopicLine> run() throws InterruptedException {
        FlowLoops.check(flows)
                .ifPresent(loop -> findings.add(
                        Finding.Severity.ERROR,
                        Finding.Kind.CONFIGURATION,
                        flow.source().name(),
                        loop));
        Optional<ClusterAdmin> source = open(flow.source());
        try {
            Optional<ClusterAdmin> target = open(flow.target());
            try {
                return look(source, target);
            } finally {
                target.ifPresent(ClusterAdmin::close);
            }
        } finally {
            source.ifPresent(ClusterAdmin::close);
        }
    }

    private Optional<ClusterAdmin> open(ClusterConfig cluster) {
        try {
            return Optional.of(ClusterAdmin.open(cluster, ClusterPair.clientId(flow), timeout));
        } catch (RefusedException refusal) {
            findings.addRefusal(cluster.name(), refusal);
        } catch (UnavailableException failure) {
            findings.add(cluster.name(), failure);
        }
        return Optional.empty();
    }

    private List<TopicLine> look(Optional<ClusterAdmin> source, Optional<ClusterAdmin> target)
            throws InterruptedException {
        // Both are asked before either is waited for: two dead clusters take no longer than one.
        var sourceAnswer = source.map(cluster -> cluster.admin().describeCluster());
        var targetAnswer = target.map(cluster -> cluster.admin().describeCluster());
        Optional<String> sourceId = id(source, sourceAnswer);
        Optional<String> targetId = id(target, targetAnswer);
        if (sourceId.isEmpty() || targetId.isEmpty()) {
            return List.of();
        }
        if (!sourceId.get().isEmpty() && sourceId.equals(targetId)) {
            String same =
                    ClusterPair.sameCluster(flow.source().name(), flow.target().name(), sourceId.get());
            findings.add(
                    Finding.Severity.ERROR,
                    Finding.Kind.CONFIGURATION,
                    flow.target().name(),
                    same);
            return List.of();
        }
        return look(source.get(), target.get());
    }

    /** The cluster's id, empty text for brokers that have none; nothing when it cannot be reached. */
    private Optional<String> id(Optional<ClusterAdmin> cluster, Optional<DescribeClusterResult> answer)
            throws InterruptedException {
        if (cluster.isEmpty()) {
            return Optional.empty();
        }
        try {
            String id = cluster.get().await(answer.get().clusterId(), "DESCRIBE", "the cluster");
            return Optional.of(id == null ? "" : id);
        } catch (UnavailableException failure) {
            findings.add(cluster.get().cluster(), failure);
            return Optional.empty();
        }
    }

    private List<TopicLine> look(ClusterAdmin source, ClusterAdmin target) throws InterruptedException {
        Optional<SourceCheck.Result> seen = Optional.empty();
        try {
            seen = Optional.of(new SourceCheck(flow, flows, source, findings).run());
        } catch (UnavailableException failure) {
            findings.add(source.cluster(), failure);
        }
        try {
            new DeliveryCheck(flow, target, findings).run();
            new OwnershipCheck(flow, target, findings).run();
            new GroupsCheck(flow, source, target, findings).run();
            if (seen.isPresent()) {
                return new TargetCheck(flow, source, target, findings).run(seen.get());
            }
        } catch (UnavailableException failure) {
            findings.add(target.cluster(), failure);
        }
        return List.of();
    }
}
