package io.replicator.demo;

import io.replicator.flow.FlowStatus;
import io.replicator.flow.LaneStatus;

/** The number of source batches by the way in which they were copied. */
record BatchWays(long passed, long coalesced, long rebuilt) {
    static BatchWays of(FlowStatus flow) {
        return new BatchWays(
                flow.lanes().stream().mapToLong(LaneStatus::passedBatches).sum(),
                flow.lanes().stream().mapToLong(LaneStatus::coalescedBatches).sum(),
                flow.lanes().stream().mapToLong(LaneStatus::rebuiltBatches).sum());
    }
}
