package io.replicator.flow;

import io.replicator.lane.ControlledLane;

/** Makes a flow's lanes. */
interface LaneFactory {
    /** Makes and starts a lane. One that had the same number before was {@link #end ended}. Does not block. */
    ControlledLane start(int number);

    /** Ends a lane that died, on a call thread: waits for its threads. */
    void end(ControlledLane dead);
}
