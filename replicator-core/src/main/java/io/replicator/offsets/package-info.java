/**
 * Stage 4 of the way: what the target acknowledged. In come acknowledged records, on the lane's producer thread, into an
 * {@link io.replicator.offsets.OffsetMap}; out go positions that translate exactly, and the progress that the flow's
 * control thread saves in the target's compacted topic through the {@link io.replicator.offsets.OffsetLog}.
 *
 * <p>What is saved says where any position stands on the other side, to whoever reads it, through a
 * {@link io.replicator.offsets.Translator}. It is bounded: runs are kept in numbered chunks, of which the oldest keep their
 * ends only when there are too many, and are dropped when neither side has their records any more.
 */
package io.replicator.offsets;
