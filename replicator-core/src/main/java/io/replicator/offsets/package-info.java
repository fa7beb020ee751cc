/**
 * Stage 4 of the way: what the target acknowledged. On the lane's producer thread, acknowledged records go into an
 * {@link io.replicator.offsets.OffsetMap}. Positions that translate exactly come out, and the progress that the flow saves in
 * the target's compacted topic through the {@link io.replicator.offsets.OffsetLog}, which uses the ports of {@code cluster}.
 *
 * <p>A {@link io.replicator.offsets.Translator} translates any position by the saved progress, for every reader alike. The
 * progress is bounded: runs are kept in numbered chunks. When there are too many, the oldest chunks keep only their ends; they
 * are dropped when neither side has their records any more.
 */
package io.replicator.offsets;
