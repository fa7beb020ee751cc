package io.replicator.demo;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;

/** How many source batches went which way. */
record BatchWays(long passed, long coalesced, long rebuilt) {
    static BatchWays of(FlowStatus flow) {
        return new BatchWays(
                flow.lanes().stream().mapToLong(LaneStatus::passedBatches).sum(),
                flow.lanes().stream().mapToLong(LaneStatus::coalescedBatches).sum(),
                flow.lanes().stream().mapToLong(LaneStatus::rebuiltBatches).sum());
    }
}
