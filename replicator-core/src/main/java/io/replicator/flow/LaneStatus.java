package io.replicator.flow;

import io.replicator.partition.Fault;
import java.util.Map;

/**
 * One lane's counters as they stand now; all count from the process's start.
 *
 * @param lane its number within the flow
 * @param passedBatches source batches written with only their header changed
 * @param coalescedBatches source batches merged with neighbours
 * @param rebuiltBatches source batches that were decoded and rebuilt
 * @param recoveredRecords records that an earlier life had written after its last saved progress, found again
 * @param recoveredAmbiguous partitions in which they were looked for one by one, for the source has changed since
 * @param ringOccupied slots of the ring in use
 * @param ringSlots its capacity
 * @param memoryUsedBytes receive and merge buffers in use
 * @param memoryLimitBytes their bound
 * @param inflightRequests produce requests without an answer
 * @param throttleNanos time that brokers made the lane wait, and the flow's own throttle, by reason
 * @param errors faults by cause
 */
public record LaneStatus(
        int lane,
        long passedBatches,
        long coalescedBatches,
        long rebuiltBatches,
        long recoveredRecords,
        long recoveredAmbiguous,
        long ringOccupied,
        long ringSlots,
        long memoryUsedBytes,
        long memoryLimitBytes,
        long inflightRequests,
        Map<String, Long> throttleNanos,
        Map<Fault, Long> errors) {
    public LaneStatus {
        throttleNanos = Map.copyOf(throttleNanos);
        errors = Map.copyOf(errors);
    }
}
