package io.replicator.positions;

import java.util.List;

/** Told of the groups' positions after each round. {@link GroupSync} opens, calls and closes it. */
public interface PositionListener extends AutoCloseable {
    /** Does nothing. */
    PositionListener NONE = (positions, groups, now) -> {};

    /**
     * A round ended.
     *
     * @param positions where records are on both sides, as the round saw it
     * @param groups all positions of all groups, as the round left them
     * @param now when the round started
     */
    void round(FlowPositions positions, List<GroupPosition> groups, RoundTime now) throws InterruptedException;

    /**
     * Called between two rounds, at least once between any two.
     *
     * @return when to call it again at the latest, as the process counts time
     */
    default long turn(RoundTime now) throws InterruptedException {
        return now.nanos() + Long.MAX_VALUE / 2;
    }

    /** Frees what it holds. Must not wait for a cluster. */
    @Override
    default void close() {}
}
