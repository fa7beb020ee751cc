package io.replicator.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Watches the tasks of a flow that runs: each one that is due must get its turn, whatever the others have to do. */
final class TaskWatch {
    /** A task that is due at the end of one round, in which it had its turn, has had the next one after one round more. */
    private static final int MOST_ROUNDS = 2;

    private final boolean starves;
    private final List<WatchedTask> tasks = new ArrayList<>();
    private boolean isRound;
    private boolean hasTurned;
    private Optional<String> starving = Optional.empty();

    /** @param starves whether only the first task that is due gets its turn: a planted bug */
    TaskWatch(boolean starves) {
        this.starves = starves;
    }

    /** The tasks as they are to be turned. */
    List<ControlTask> over(List<ControlTask> watched) {
        watched.forEach(task -> tasks.add(new WatchedTask(task)));
        return List.copyOf(tasks);
    }

    /** After a turn of the control thread. */
    void look(long nowNanos, boolean ownsControl) {
        if (isRound) {
            tasks.forEach(task -> task.look(nowNanos, ownsControl));
        }
        isRound = false;
        hasTurned = false;
    }

    /** A task that was due in some rounds, one after the other, and got no turn. */
    Optional<String> starving() {
        return starving;
    }

    private final class WatchedTask implements ControlTask {
        private final ControlTask task;

        /** At the end of how many rounds in a row it was due, without a turn. */
        private int rounds;

        WatchedTask(ControlTask task) {
            this.task = task;
        }

        @Override
        public String name() {
            return task.name();
        }

        @Override
        public boolean isForOneInstance() {
            return task.isForOneInstance();
        }

        @Override
        public long dueInNanos(long nowNanos) {
            isRound = true;
            return starves && hasTurned ? Long.MAX_VALUE : task.dueInNanos(nowNanos);
        }

        @Override
        public int turn(long nowNanos) {
            hasTurned = true;
            rounds = 0;
            return task.turn(nowNanos);
        }

        void look(long nowNanos, boolean ownsControl) {
            boolean isDue = (ownsControl || !task.isForOneInstance()) && task.dueInNanos(nowNanos) <= 0;
            rounds = isDue ? rounds + 1 : 0;
            if (rounds > MOST_ROUNDS) {
                starving = Optional.of(name());
            }
        }
    }
}
