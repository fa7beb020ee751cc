/**
 * Decides which instance owns which shards. The instances of a flow are members of a consumer group on the target, whose topic
 * has one partition for each shard and no records; the target's group coordinator assigns them. Shards that are assigned,
 * revoked and lost are reported as {@link io.replicator.ownership.OwnershipEvents}, on a thread of its own.
 *
 * <p>This spreads the work; it does not protect the data. A coordinator can only guess that a member is dead, so two
 * instances may believe for a while that they own the same shard. The fence decides between them.
 */
package io.replicator.ownership;
