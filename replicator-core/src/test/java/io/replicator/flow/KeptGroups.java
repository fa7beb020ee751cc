package io.replicator.flow;

import java.util.ArrayList;
import java.util.List;

/** Keepers of groups' positions that go on when they are to stop: a planted bug. */
final class KeptGroups implements GroupKeeper.Opener {
    private final GroupKeeper.Opener real;
    private final Runnable arrive;
    private final List<GroupKeeper> former = new ArrayList<>();

    /**
     * @param real makes the keepers
     * @param arrive what a turn has sent arrives
     */
    KeptGroups(GroupKeeper.Opener real, Runnable arrive) {
        this.real = real;
        this.arrive = arrive;
    }

    @Override
    public boolean isWanted() {
        return real.isWanted();
    }

    @Override
    public GroupKeeper open() {
        GroupKeeper keeper = real.open();
        return new GroupKeeper() {
            @Override
            public long turn(long nowNanos) throws InterruptedException {
                return keeper.turn(nowNanos);
            }

            @Override
            public void stop() {
                former.add(keeper);
            }

            @Override
            public void close() {
                // It goes on.
            }
        };
    }

    /** A turn of each that should have stopped. */
    void turn(long nowNanos) {
        for (GroupKeeper each : former) {
            try {
                each.turn(nowNanos);
                arrive.run();
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
