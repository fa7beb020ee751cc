package io.replicator.offsets;

import io.replicator.partition.LeaderEpochs;

/**
 * What a copy has seen of its source's log, kept so that a later look can tell whether it is still the same one.
 *
 * @param leaderEpochs which leaders wrote what was copied
 * @param logStart the log's first offset when it was last seen, -1 when it was not
 */
public record SourceSeen(LeaderEpochs leaderEpochs, long logStart) {
    /** Nothing is known. */
    public static final SourceSeen NOTHING = new SourceSeen(LeaderEpochs.NONE, -1);
}
