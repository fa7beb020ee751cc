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

    /** Begins to end a copy, or asks how far that has come; true when it has left its lane. */
    boolean isOver(Copy copy) {
        if (copy.laneIndex() < 0) {
            return true;
        }
        CompletableFuture<Boolean> answer = asked.get(copy);
        if (answer == null || (answer.isDone() && !answer.join())) {
            answer = lanes.lane(copy.lane()).finish(copy.laneIndex());
            asked.put(copy, answer);
        }
        boolean isOver = answer.isDone() && answer.join();
        if (isOver) {
            asked.remove(copy);
        }
        return isOver;
    }

    /** Goes on with those that were begun. */
    void goOn() {
        for (Copy copy : Map.copyOf(asked).keySet()) {
            isOver(copy);
        }
    }

    /** A lane died, and what was in it with it. */
    void laneDied(int lane) {
        asked.keySet().removeIf(copy -> copy.lane() == lane);
    }
}
