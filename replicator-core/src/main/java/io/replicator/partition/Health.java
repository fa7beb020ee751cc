package io.replicator.partition;

/**
 * The state of a partition as one stage sees it.
 *
 * @param state what the partition is doing
 * @param reason why it is not RUNNING, for a person; empty when it is
 * @param resumesWhen what would resume it; empty when it is RUNNING
 */
public record Health(PartitionState state, String reason, String resumesWhen) {
    public static final Health RUNNING = new Health(PartitionState.RUNNING, "", "");

    /** The worse of two: the state that is further from RUNNING. */
    public Health worseOf(Health other) {
        return severity(other.state) > severity(state) ? other : this;
    }

    private static int severity(PartitionState state) {
        return switch (state) {
            case RUNNING -> 0;
            case STARTING -> 1;
            case WAITING -> 2;
            case FAILED -> 3;
        };
    }
}
