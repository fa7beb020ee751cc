package io.replicator.offsets;

import io.replicator.Require;

/**
 * The identity under which a partition was written.
 *
 * @param shard the partition's share of the flow
 * @param producerId of the shard's owner, -1 for an anonymous one
 * @param producerEpoch of the shard's owner; a later owner with the same producer id has a higher one
 */
public record Writer(int shard, long producerId, short producerEpoch) {
    public Writer {
        Require.that(shard >= 0, "shard", shard, "must not be negative");
    }

    /** Whether this one had been fenced when the other wrote. Only epochs of one producer id can be compared. */
    boolean isFencedBy(Writer other) {
        return producerId == other.producerId && producerId >= 0 && producerEpoch < other.producerEpoch;
    }
}
