package io.replicator.positions;

import io.replicator.cluster.Cluster;
import io.replicator.cluster.ClusterOpener;
import io.replicator.cluster.RefusedException;
import io.replicator.cluster.UnavailableException;
import io.replicator.config.ClusterConfig;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLogException;
import java.time.Duration;

/**
 * Opens what {@link GroupSync} uses: both clusters and what the flow saved. Its methods are called by the thread that calls
 * the sync, which closes what it was given.
 */
public interface GroupSyncPorts {
    /**
     * Opens one of the flow's clusters.
     *
     * @throws UnavailableException when it cannot be opened now
     * @throws RefusedException when a client property is wrong
     */
    Cluster open(ClusterConfig cluster) throws InterruptedException;

    /**
     * Opens what the flow saved.
     *
     * @throws OffsetLogException when it cannot be read
     */
    FlowPositions openPositions() throws InterruptedException;

    /**
     * Real clusters.
     *
     * @param timeout of each call
     */
    static GroupSyncPorts of(FlowConfig flow, ClusterOpener opener, Duration timeout) {
        return new GroupSyncPorts() {
            @Override
            public Cluster open(ClusterConfig cluster) {
                return opener.open(cluster, GroupSync.clientId(flow), timeout);
            }

            @Override
            public FlowPositions openPositions() throws InterruptedException {
                return FlowPositions.open(flow, timeout);
            }
        };
    }
}
