package io.replicator.partition;

/**
 * The source's log is not the log that was read: its leader has fewer records of the epoch that was read last, or none.
 *
 * @param offset the source offset that was to be read next, -1 for {@link #NONE}
 * @param epoch the leader epoch of what was read before it
 * @param sourceEpoch the largest epoch up to that one that the source's log has now
 * @param sourceEnd where that epoch ends there
 */
public record Divergence(long offset, int epoch, int sourceEpoch, long sourceEnd) {
    /** No difference is known. */
    public static final Divergence NONE = new Divergence(-1, LeaderEpochs.UNKNOWN, LeaderEpochs.UNKNOWN, -1);

    public boolean isKnown() {
        return offset >= 0;
    }
}
