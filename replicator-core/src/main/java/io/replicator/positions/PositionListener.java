package io.replicator.positions;

import java.util.List;

/** Told of the groups' positions, round by round. Runs on the thread of {@link GroupSync}, which opens and closes it. */
public interface PositionListener extends AutoCloseable {
    /** Nobody listens. */
    PositionListener NONE = (positions, groups) -> {};

    /**
     * A round is over.
     *
     * @param positions where records stand, as the round saw it
     * @param groups all positions of all groups, as the round left them
     */
    void round(FlowPositions positions, List<GroupPosition> groups) throws InterruptedException;

    /**
     * Between two rounds, and at least once between any two.
     *
     * @param nowNanos the time
     * @return when it is to be called again at the latest, as the process counts time
     */
    default long turn(long nowNanos) throws InterruptedException {
        return nowNanos + Long.MAX_VALUE / 2;
    }

    /** Nothing is told any more. Must not wait for clusters. */
    @Override
    default void close() {}
}
