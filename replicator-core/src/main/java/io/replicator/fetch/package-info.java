/**
 * Stage 1: reads the source's partitions. A {@code README.md} beside this file explains the ideas.
 *
 * <p>In: fetch answers, whose batches are in buffers of the receive pool; commands of the control plane; restarts of the
 * producer. Out: places of batches, in the {@link io.replicator.ring.BatchRing}; offsets, health and leader epochs of each
 * {@link io.replicator.partition.Partition}. Batches are looked at by their headers only, nothing is decompressed. Aborted
 * and control batches end here.
 *
 * <p>Everything runs on the fetcher's thread. The source is named only as a {@link io.replicator.wire.SourceLink}, so that
 * another client can stand behind it.
 */
package io.replicator.fetch;
