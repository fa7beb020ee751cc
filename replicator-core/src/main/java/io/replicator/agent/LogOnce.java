package io.replicator.agent;

import java.time.Duration;

/**
 * One condition that is reported when it begins, when its text changes, and when it ends, but not each time that it is
 * observed. It decides what is news; the caller writes the log line, with a level and a remedy of its own. One thread;
 * {@link #text} any.
 *
 * <pre>{@code
 * if (unreachable.observe(message, nowNanos)) {
 *     LOG.warn("{}; retrying flow={}", message, flow);
 * }
 * ...
 * if (unreachable.end()) {
 *     LOG.info("connected again flow={}", flow);
 * }
 * }</pre>
 */
public final class LogOnce {
    private final long repeatNanos;
    private volatile String text = "";
    private long loggedNanos;
    private long repeats;

    private LogOnce(long repeatNanos) {
        this.repeatNanos = repeatNanos;
    }

    /** The same text is news once, until the condition ends. */
    public LogOnce() {
        this(Long.MAX_VALUE);
    }

    /** The same text is news again after this time. */
    public static LogOnce repeatedEvery(Duration interval) {
        return new LogOnce(interval.toNanos());
    }

    /**
     * The condition holds.
     *
     * @param observed what it is, for a person; not empty
     * @param nowNanos the time
     * @return whether that is news, to be logged now
     */
    public boolean observe(String observed, long nowNanos) {
        if (observed.equals(text) && nowNanos - loggedNanos < repeatNanos) {
            repeats++;
            return false;
        }
        if (!observed.equals(text)) {
            repeats = 0;
        }
        text = observed;
        loggedNanos = nowNanos;
        return true;
    }

    /**
     * The condition does not hold.
     *
     * @return whether that is news: it held until now
     */
    public boolean end() {
        boolean isNews = !text.isEmpty();
        text = "";
        repeats = 0;
        return isNews;
    }

    /** What holds; empty when nothing does. */
    public String text() {
        return text;
    }

    /** How often the present text was observed without being news. */
    public long repeats() {
        return repeats;
    }
}
