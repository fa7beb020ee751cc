package io.replicator.mirrormaker;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps some of MirrorMaker 2's records from being written: said in the log when it begins and when it is over, and
 * tried again after a while. One thread; the words may be read by any.
 */
final class Trouble {
    private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);

    private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** A right that was granted shows within this time. */
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String flow;
    private final String what;
    private volatile String words = "";
    private long waitNanos;
    private long againNanos;

    /**
     * @param what cannot be written, for a person
     */
    Trouble(String flow, String what) {
        this.flow = flow;
        this.what = what;
    }

    /** Why it cannot be written, empty when all is well. Any thread. */
    String words() {
        return words;
    }

    /** Whether it may be tried now. */
    boolean mayTry(long nowNanos) {
        return waitNanos == 0 || nowNanos - againNanos >= 0;
    }

    void is(String message, long nowNanos) {
        String now = what + " cannot be written: " + message;
        if (!now.equals(words)) {
            LOG.warn("{}; copying goes on, it is tried again flow={}", now, flow);
        }
        words = now;
        waitNanos = waitNanos == 0 ? FIRST_WAIT_NANOS : Math.min(MAX_WAIT_NANOS, 2 * waitNanos);
        againNanos = nowNanos + waitNanos;
    }

    void isOver() {
        if (waitNanos != 0) {
            LOG.info("{} can be written flow={}", what, flow);
            words = "";
            waitNanos = 0;
        }
    }
}
