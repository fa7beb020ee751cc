package io.replicator.simulation;

/**
 * The process that an instance is. It can be told to die at one of the next steps of whatever blocking work it does, so that
 * such work is left half done, as by {@code kill -9}.
 */
final class SimulatedProcess {
    private static final int NEVER = -1;

    private int stepsToLive = NEVER;
    private boolean isDead;

    /** The process was killed: nothing that it was about to do is done. */
    static final class ProcessDied extends Error {
        private static final long serialVersionUID = 1L;

        ProcessDied() {
            super("the process was killed", null, false, false);
        }
    }

    /** Dies after so many steps of blocking work. */
    void dieAfter(int steps) {
        stepsToLive = steps;
    }

    /** It is not about to die any more. */
    void live() {
        stepsToLive = NEVER;
    }

    void die() {
        isDead = true;
    }

    boolean isDead() {
        return isDead;
    }

    /** One effect on the world that blocking work is about to have. */
    void step() {
        if (stepsToLive != NEVER && stepsToLive-- == 0) {
            isDead = true;
        }
        if (isDead) {
            throw new ProcessDied();
        }
    }
}
