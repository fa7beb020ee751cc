package io.replicator.cluster;

import java.util.OptionalInt;

/**
 * A position that a consumer group committed in a partition.
 *
 * @param offset of the next record that the group reads
 * @param leaderEpoch of the last record that it read; empty where the group did not say
 * @param metadata text that the group committed with it
 */
public record CommittedPosition(long offset, OptionalInt leaderEpoch, String metadata) {
    public CommittedPosition(long offset, String metadata) {
        this(offset, OptionalInt.empty(), metadata);
    }
}
