/**
 * Stage 1, on the fetcher's thread: in come fetch responses in pooled buffers, out go the places of their batches, to the
 * {@link io.replicator.ring.BatchRing}. Nothing is decompressed. Aborted and control batches end here.
 */
package io.replicator.fetch;
