/**
 * Shards, handed out by the target's own group coordinator: the instances of a flow are members of a consumer
 * group on a topic that has one partition for each shard and no records. What goes in: which instance this is.
 * What comes out, on a thread of its own: shards that are assigned, revoked and lost.
 *
 * <p>This spreads the work; it does not protect the data. A coordinator can only guess that a member is dead, so two
 * instances may believe for a while that they own the same shard. The fence decides between them.
 */
package io.replicator.ownership;
