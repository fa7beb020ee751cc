package io.replicator.flow;

import io.replicator.cluster.Cluster;
import io.replicator.config.FlowConfig;

/**
 * The target's transaction log, which grants producer identities. Brokers make it when somebody first asks for a
 * transactional id. On a new cluster that would be after thousands of partitions for the copied topics, and until all of
 * those are made nothing could be written to any: so it is asked for first.
 */
final class TransactionLog {
    private TransactionLog() {}

    /** Returns at once. That there is no such id, or that we may not see it, is no news: lanes say so when they need one. */
    static void create(FlowConfig flow, Cluster target) {
        if (flow.delivery().isFenced()) {
            target.prepareTransactions("replicator." + flow.name() + ".0");
        }
    }
}
