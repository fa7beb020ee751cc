package io.replicator.ownership;

import io.replicator.config.OwnershipProtocol;
import io.replicator.config.ReplicatorConfig;
import java.time.Duration;

/**
 * As what an instance takes part in a flow.
 *
 * @param instance unique among the flow's instances, stable over restarts
 * @param sessionTimeout after what silence it counts as dead
 * @param drainTimeout how long it may take to let shards go
 * @param protocol how shards are shared
 */
public record Membership(String instance, Duration sessionTimeout, Duration drainTimeout, OwnershipProtocol protocol) {
    /** What the process's configuration says of it. */
    public static Membership of(ReplicatorConfig process) {
        return new Membership(
                process.instance(), process.sessionTimeout(), process.drainTimeout(), process.ownershipProtocol());
    }
}
