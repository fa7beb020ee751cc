package io.replicator.produce;

import java.util.ArrayDeque;

/** One target broker: the partitions that have something to send to it, and how many requests it has not answered. */
final class TargetBroker {
    final int nodeId;
    final ArrayDeque<PartitionWindow> sendable = new ArrayDeque<>();
    int inflightRequests;

    TargetBroker(int nodeId) {
        this.nodeId = nodeId;
    }
}
