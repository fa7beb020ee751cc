package io.replicator.produce;

import java.util.ArrayDeque;

/** One target broker: the partitions that have something to send to it, and how many requests it has not answered. */
final class TargetBroker {
    final int nodeId;
    final ArrayDeque<PartitionWindow> sendable = new ArrayDeque<>();
    int inflightRequests;

    /** When its windows were last told that it cannot be reached, 0 when they never were. */
    long toldNanos;

    /** When it last answered, or was first asked after a time without requests. */
    long lastSignNanos;

    TargetBroker(int nodeId) {
        this.nodeId = nodeId;
    }

    void sent(long nowNanos) {
        if (inflightRequests == 0) {
            lastSignNanos = nowNanos;
        }
        inflightRequests++;
    }

    void answered(long nowNanos) {
        inflightRequests--;
        lastSignNanos = nowNanos;
    }

    /** Whether it has owed an answer for so long. */
    boolean isSilent(long nowNanos, long sinceNanos) {
        return inflightRequests > 0 && nowNanos - lastSignNanos > sinceNanos;
    }
}
