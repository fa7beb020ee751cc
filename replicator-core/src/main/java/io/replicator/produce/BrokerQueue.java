package io.replicator.produce;

import java.util.ArrayDeque;

/** The windows that have something to send to one broker, in the order of their turns. */
final class BrokerQueue {
    private final TargetBroker broker;
    private final ArrayDeque<PartitionWindow> windows = new ArrayDeque<>();

    BrokerQueue(int nodeId) {
        this.broker = new TargetBroker(nodeId);
    }

    TargetBroker broker() {
        return broker;
    }

    ArrayDeque<PartitionWindow> windows() {
        return windows;
    }
}
