/**
 * Who may write, and where the copy goes on: the producer identity of each shard, the fence that keeps the shard's earlier
 * owners from writing, the shard's transactions, and the search for what earlier owners wrote after the last saved progress.
 *
 * <p>In: answers of the target's transaction coordinator; batches that were read from the target ({@link
 * io.replicator.delivery.TailReader}) and from the source ({@link io.replicator.delivery.TailSearch}). Out: grants, fenced
 * partitions, and runs for the offset map. Thread: the lane's producer. The control plane hears of it through {@link
 * io.replicator.delivery.ShardEvents}, which is called on that thread.
 *
 * <p>The README.md beside this file explains the rules.
 */
package io.replicator.delivery;
