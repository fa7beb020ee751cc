package io.replicator.preflight;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterDescription;
import io.replicator.cluster.ClusterPair;
import io.replicator.cluster.KafkaCluster;
import io.replicator.cluster.Pending;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.naming.FlowLoops;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reports before a flow runs what it would copy and what prevents it. It changes nothing on either cluster: what would be
 * created or grown is only requested with {@code validateOnly}, which checks rights, names, settings and policies. Three rights cannot be seen from outside: WRITE on a topic that does not exist yet, WRITE (beyond
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
     * Looks at both clusters. Whatever is wrong with them is a finding, never an exception.
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
        Optional<Cluster> source = open(flow.source());
        try {
            Optional<Cluster> target = open(flow.target());
            try {
                return look(source, target);
            } finally {
                target.ifPresent(Cluster::close);
            }
        } finally {
            source.ifPresent(Cluster::close);
        }
    }

    private Optional<Cluster> open(ClusterConfig cluster) {
        try {
            return Optional.of(KafkaCluster.open(cluster, ClusterPair.clientId(flow), timeout));
        } catch (RefusedException refusal) {
            findings.addRefusal(cluster.name(), refusal);
        } catch (UnavailableException failure) {
            findings.add(cluster.name(), failure);
        }
        return Optional.empty();
    }

    private List<TopicLine> look(Optional<Cluster> source, Optional<Cluster> target) throws InterruptedException {
        // Both are asked before either is waited for: two dead clusters take no longer than one.
        var sourceAnswer = source.map(Cluster::askDescription);
        var targetAnswer = target.map(Cluster::askDescription);
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
    private Optional<String> id(Optional<Cluster> cluster, Optional<Pending<ClusterDescription>> answer)
            throws InterruptedException {
        if (cluster.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get().await().id());
        } catch (UnavailableException failure) {
            findings.add(cluster.get().name(), failure);
            return Optional.empty();
        }
    }

    private List<TopicLine> look(Cluster source, Cluster target) throws InterruptedException {
        Optional<SourceCheck.Result> seen = Optional.empty();
        try {
            seen = Optional.of(new SourceCheck(flow, flows, source, findings).run());
        } catch (UnavailableException failure) {
            findings.add(source.name(), failure);
        }
        try {
            new DeliveryCheck(flow, target, findings).run();
            new OwnershipCheck(flow, target, findings).run();
            new GroupsCheck(flow, source, target, findings).run();
            if (seen.isPresent()) {
                return new TargetCheck(flow, source, target, findings).run(seen.get());
            }
        } catch (UnavailableException failure) {
            findings.add(target.name(), failure);
        }
        return List.of();
    }
}
