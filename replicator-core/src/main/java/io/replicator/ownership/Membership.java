package io.replicator.ownership;

import io.replicator.cluster.MembershipOptions;
import io.replicator.config.FlowConfig;
import io.replicator.config.OwnershipProtocol;
import io.replicator.config.ReplicatorConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * As what an instance takes part in a flow.
 *
 * @param instance unique among the flow's instances, the same after restarts
 * @param sessionTimeout after what silence it counts as dead
 * @param drainTimeout how long it may take to let shards go
 * @param protocol how shards are shared
 */
public record Membership(String instance, Duration sessionTimeout, Duration drainTimeout, OwnershipProtocol protocol) {
    /** What a member may take to let shards go, beyond the drain timeout: a last save, a busy machine. */
    static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration MAX_POLL_TIMEOUT = Duration.ofDays(1);

    /** What the process's configuration says of it. */
    public static Membership of(ReplicatorConfig process) {
        return new Membership(
                process.instance(), process.sessionTimeout(), process.drainTimeout(), process.ownershipProtocol());
    }

    MembershipOptions options(FlowConfig flow, ProtocolChoice.Chosen chosen) {
        // The brokers wait so long for a member that lets shards go: longer than the member takes.
        Duration pollTimeout = drainTimeout.plus(GRACE);
        return new MembershipOptions(
                "replicator-" + flow.name() + "-ownership",
                flow.ownershipGroup(),
                chosen.isStatic() ? Optional.of(instance) : Optional.empty(),
                chosen.protocol() == OwnershipProtocol.CONSUMER
                        ? MembershipOptions.Protocol.CONSUMER
                        : MembershipOptions.Protocol.CLASSIC,
                sessionTimeout,
                pollTimeout.compareTo(MAX_POLL_TIMEOUT) < 0 ? pollTimeout : MAX_POLL_TIMEOUT);
    }
}
