package io.replicator.flow;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Copies that end in good order: nothing more of them is fetched, what was fetched is written, and they leave their lane
 * when all of that was handed out to be saved. Control thread.
 */
final class GracefulRemovals {
    private final Lanes lanes;

    /** What lanes were asked, by copy. */
    private final Map<Copy, CompletableFuture<Boolean>> asked = new HashMap<>();

    GracefulRemovals(Lanes lanes) {
        this.lanes = lanes;
    }

    /**
     * Begins to remove a copy from its lane, or continues with that.
     *
     * @return whether it has left its lane
     */
    boolean remove(Copy copy) {
        if (!copy.isServed()) {
            return true;
        }
        CompletableFuture<Boolean> answer = asked.get(copy);
        if (answer == null || (answer.isDone() && !answer.join())) {
            answer = copy.finish(lanes);
            asked.put(copy, answer);
        }
        boolean hasLeft = answer.isDone() && answer.join();
        if (hasLeft) {
            asked.remove(copy);
        }
        return hasLeft;
    }

    /** Continues with those that were begun. */
    void continueAll() {
        for (Copy copy : Map.copyOf(asked).keySet()) {
            remove(copy);
        }
    }

    /** A lane died, and what was in it with it. */
    void laneDied(int lane) {
        asked.keySet().removeIf(copy -> copy.lane() == lane);
    }
}
