/**
 * Who may write, and where to go on: the producer identity of each shard, the fence that keeps its earlier owners
 * from writing, and the recovery of what they wrote after their last saved progress. Used by the producer's thread; {@link
 * io.replicator.delivery.ShardEvents} is how the control plane hears of it.
 */
package io.replicator.delivery;
