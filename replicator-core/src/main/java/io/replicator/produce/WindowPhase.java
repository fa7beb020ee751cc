package io.replicator.produce;

/**
 * What may be done with a window, and which phase follows. Pure.
 *
 * <pre>
 *              opened              unsure             toBeRead
 *   RECOVERING ------> OPEN -----------------> UNSURE --------> TO_BE_READ
 *       ^               |                        |                  |
 *       +---------------+------- recovering -----|------------------+
 *       |               |                        |                  |
 *       v released      v released               v released         v released
 *   RELEASED        RELEASING -----------> RELEASING_UNSURE     RELEASING
 *                       ^      unsure            |
 *                       +------ toBeRead --------+                       ended: OVER, from every phase
 * </pre>
 */
enum WindowPhase {
    /** Nothing is written before the recovery has found where the copy goes on. */
    RECOVERING(true, false),
    /** Batches are written. */
    OPEN(true, true),
    /**
     * The target does not tell whether it has a batch, not even when the batch is sent again. Nothing is sent until all that
     * is on its way is answered.
     */
    UNSURE(true, false),
    /** Nothing is on its way. Under the next grant the partition is fenced and the target is read. */
    TO_BE_READ(true, true),
    /** The shard is handed back: the window takes nothing more, and sends again only what the target may have. */
    RELEASING(false, true),
    /** The shard is handed back, and what the target has can only be read there: nothing is sent any more. */
    RELEASING_UNSURE(false, false),
    /** The shard was handed back before the recovery was over: there is nothing to save. */
    RELEASED(false, false),
    /** Nothing is written any more: the partition was removed, or an operator must act first. */
    OVER(false, false);

    private final boolean takes;
    private final boolean sends;

    WindowPhase(boolean takes, boolean sends) {
        this.takes = takes;
        this.sends = sends;
    }

    /** Whether batches that come out of the ring are taken. */
    boolean takes() {
        return takes;
    }

    /** Whether batches may be sent. */
    boolean sends() {
        return sends;
    }

    /** Whether the recovery is over, so that the offset map says what the target has. */
    boolean isRecovered() {
        return this != RECOVERING && this != RELEASED;
    }

    /** A recovery begins. */
    WindowPhase recovering() {
        return switch (this) {
            case RECOVERING, OPEN, TO_BE_READ -> RECOVERING;
            case RELEASING, RELEASED -> RELEASED;
            case UNSURE, RELEASING_UNSURE, OVER -> throw impossible("is to be recovered");
        };
    }

    /** The recovery has found where the copy goes on. */
    WindowPhase opened() {
        return switch (this) {
            case RECOVERING -> OPEN;
            case RELEASED -> RELEASING;
            case OPEN, UNSURE, TO_BE_READ, RELEASING, RELEASING_UNSURE, OVER -> throw impossible("was recovered");
        };
    }

    /** Whether the target has a batch cannot be found out by sending it again. */
    WindowPhase unsure() {
        return switch (this) {
            case OPEN, UNSURE -> UNSURE;
            case RELEASING, RELEASING_UNSURE -> RELEASING_UNSURE;
            case RECOVERING, TO_BE_READ, RELEASED, OVER -> throw impossible("has a batch of unknown fate");
        };
    }

    /** Nothing is on its way, and what the target has must be read. */
    WindowPhase toBeRead() {
        return switch (this) {
            case OPEN, UNSURE, TO_BE_READ -> TO_BE_READ;
            case RELEASING, RELEASING_UNSURE -> RELEASING;
            case RECOVERING, RELEASED, OVER -> this;
        };
    }

    /** The shard is handed back. */
    WindowPhase released() {
        return switch (this) {
            case OPEN, TO_BE_READ, RELEASING -> RELEASING;
            case UNSURE, RELEASING_UNSURE -> RELEASING_UNSURE;
            case RECOVERING, RELEASED -> RELEASED;
            case OVER -> OVER;
        };
    }

    private IllegalStateException impossible(String what) {
        return new IllegalStateException("a window that is " + this + " " + what);
    }
}
