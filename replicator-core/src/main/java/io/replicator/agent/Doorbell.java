package io.replicator.agent;

import java.lang.invoke.VarHandle;

/**
 * Wakes an agent that waits, and costs one read when it does not.
 *
 * <p>The agent calls {@link #expectRing} before it looks for work a last time and then waits; the ringer makes its work
 * visible before it rings. Between the two, no ring is lost.
 */
public final class Doorbell {
    private final Runnable wakeup;

    /** Set by the agent, cleared by whoever rings or by the agent. */
    private volatile boolean expected;

    /**
     * @param wakeup ends the agent's wait, or its next one if it does not wait yet; safe to call from any thread
     */
    public Doorbell(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Any thread: there is work. */
    public void ring() {
        // What the ringer did before must be visible to an agent that did not expect a ring yet, and looks once more.
        VarHandle.fullFence();
        if (expected) {
            expected = false;
            wakeup.run();
        }
    }

    /** The agent: from now on a ring must wake me. */
    public void expectRing() {
        expected = true;
    }

    /** The agent: I am awake. */
    public void answer() {
        expected = false;
    }
}
