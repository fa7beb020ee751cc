/**
 * Stage 4 of the way: what the target acknowledged. In come acknowledged records, on the lane's producer thread, into an
 * {@link io.replicator.offsets.OffsetMap}; out go positions that translate exactly, and the progress that the flow's
 * control thread saves in the target's compacted topic through the {@link io.replicator.offsets.OffsetLog}.
 */
package io.replicator.offsets;
