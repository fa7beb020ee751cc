package io.replicator.flow;

import java.util.List;

/**
 * The tasks of a flow that runs. Each round gives each task that is due one turn, in their order: one that always has
 * something to do does not keep the others from their turns.
 */
final class ControlTasks {
    private final List<ControlTask> tasks;

    ControlTasks(List<ControlTask> tasks) {
        this.tasks = List.copyOf(tasks);
    }

    /**
     * One round.
     *
     * @param ownsControl whether this instance owns shard 0
     * @return how much was done
     */
    int turn(long nowNanos, boolean ownsControl) {
        int work = 0;
        for (ControlTask task : tasks) {
            if (isAllowed(task, ownsControl) && task.dueInNanos(nowNanos) <= 0) {
                work += task.turn(nowNanos);
            }
        }
        return work;
    }

    /** How long until a task is due, although nothing happens. */
    long dueInNanos(long nowNanos, boolean ownsControl) {
        long next = Long.MAX_VALUE;
        for (ControlTask task : tasks) {
            if (isAllowed(task, ownsControl)) {
                next = Math.min(next, task.dueInNanos(nowNanos));
            }
        }
        return Math.max(0, next);
    }

    private static boolean isAllowed(ControlTask task, boolean ownsControl) {
        return ownsControl || !task.isForOneInstance();
    }
}
