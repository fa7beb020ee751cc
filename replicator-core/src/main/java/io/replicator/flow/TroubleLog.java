package io.replicator.flow;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One kind of trouble of one flow: said in the log once, and the same again from time to time. Control thread. */
final class TroubleLog {
    private static final Logger LOG = LoggerFactory.getLogger(TroubleLog.class);

    /** The same trouble is said again this often. */
    private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String flow;
    private String told = "";
    private long toldNanos;

    TroubleLog(String flow) {
        this.flow = flow;
    }

    void say(String message) {
        long nowNanos = System.nanoTime();
        if (!message.equals(told) || nowNanos - toldNanos > REPEAT_NANOS) {
            LOG.warn("{}; trying again flow={}", message, flow);
            told = message;
            toldNanos = nowNanos;
        }
    }

    /** The next one is news again. */
    void isOver() {
        told = "";
    }
}
