package io.replicator.delivery;

import io.replicator.Require;

/**
 * A shard's right to write, as the target's transaction coordinator gave it: every earlier one is fenced in each
 * target partition that a marker of this one stands in.
 *
 * @param shard whose partitions are written with it
 * @param producerId that was given
 * @param epoch that was given; a later grant of the same producer id has a higher one
 */
public record Grant(int shard, long producerId, short epoch) {
    public Grant {
        Require.that(shard >= 0, "shard", shard, "must not be negative");
        Require.that(producerId >= 0, "producer id", producerId, "must not be negative");
        Require.that(epoch >= 0, "producer epoch", epoch, "must not be negative");
    }
}
