package io.replicator.flow;

/**
 * When a task that looks at something after plans has its next turn: once a plan wants a look, and not while the answer of the
 * last one is outstanding. Control thread.
 */
final class PlannedLook {
    private boolean isWanted;
    private boolean isAsking;

    /** Wants a look. */
    void want() {
        isWanted = true;
    }

    /** A turn has begun, which is the look that was wanted. */
    void begin() {
        isWanted = false;
    }

    /** The look asks a cluster now, and is outstanding until this answer is given. */
    <T> Answer<T> asking(Answer<T> answer) {
        isAsking = true;
        return (outcome, nowNanos) -> {
            isAsking = false;
            answer.take(outcome, nowNanos);
        };
    }

    /** As {@link ControlTask#dueInNanos}. */
    long dueInNanos() {
        return isWanted && !isAsking ? 0 : Long.MAX_VALUE;
    }
}
