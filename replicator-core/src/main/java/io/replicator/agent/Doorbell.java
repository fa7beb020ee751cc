package io.replicator.agent;

import java.lang.invoke.VarHandle;

/**
 * Wakes an agent that waits, and costs one read when it does not.
 *
 * <p>The agent calls {@link #expectRing}, looks for work once more, and then waits; the ringer makes its work visible and
 * then rings. So either the agent sees the work or the ring wakes it.
 */
public final class Doorbell {
    private final Runnable wakeup;

    /** Set by the agent; cleared by the thread that rings, or by the agent. */
    private volatile boolean expected;

    /**
     * @param wakeup ends the agent's wait, or its next one if it does not wait yet; safe to call from any thread
     */
    public Doorbell(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Any thread: there is work. */
    public void ring() {
        // The work must be visible before the flag is read: an agent that sets the flag afterwards looks for work once
        // more.
        VarHandle.fullFence();
        if (expected) {
            expected = false;
            wakeup.run();
        }
    }

    /** The agent: from now on a ring must wake it. */
    public void expectRing() {
        expected = true;
    }

    /** The agent: it is awake, rings need not wake it. */
    public void answer() {
        expected = false;
    }
}
