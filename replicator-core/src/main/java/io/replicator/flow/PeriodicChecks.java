package io.replicator.flow;

import io.replicator.cluster.ClusterGate;
import io.replicator.cluster.LogEnds;
import io.replicator.config.FlowConfig;
import io.replicator.offsets.OffsetLog;

/**
 * What the control plane looks at beside the plan, because no stage of the data's way would notice it: that the topic of the
 * flow's progress is still the same, transactions on the source that do not end, records that the target lost after they
 * were acknowledged. Control thread.
 */
final class PeriodicChecks {
    /** The target is looked at this seldom, in refreshes; at each one while something looks wrong. */
    private static final int REFRESHES_PER_LOOK = 6;

    private final OpenTransactions transactions;
    private final TargetLosses targetLosses;
    private final ClusterGate gate;
    private final OffsetLog log;
    private int refreshes;

    PeriodicChecks(FlowConfig flow, ClusterGate gate, OffsetLog log) {
        this.gate = gate;
        this.log = log;
        this.transactions = new OpenTransactions(flow, gate.source(), OpenTransactions.PATIENCE);
        this.targetLosses = new TargetLosses(flow.target().name(), new LogEnds(gate.target()));
    }

    /** Called with every refresh of the plan. */
    void look(Copies copies) throws InterruptedException {
        log.requireTopic();
        transactions.look(copies.all(), System.nanoTime());
        refreshes++;
        if (refreshes % REFRESHES_PER_LOOK == 0 || targetLosses.suspectsSomething()) {
            targetLosses.look(copies.all(), copies::targetEndsAt, copies::stop);
        }
    }
}
