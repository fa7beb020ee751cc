/**
 * Stage 3, on the producer's thread: out of the ring come the places of source batches, to the target go batches that are
 * ours. In order, each once: a {@link io.replicator.produce.PartitionWindow} for every partition keeps at most five
 * batches in flight; what was acknowledged goes into the partition's {@link io.replicator.offsets.OffsetMap}.
 */
package io.replicator.produce;
