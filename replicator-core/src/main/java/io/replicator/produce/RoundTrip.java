package io.replicator.produce;

import java.util.concurrent.TimeUnit;

/**
 * How long a broker's answer takes to come for its distance alone, like the minimum round trip of BBR: the least that was seen
 * within some ten seconds of answers that tell it.
 *
 * <p>An answer takes the way there and back and the time in which the broker works off what was sent before. So what any
 * broker could need for those bytes is taken off, and an answer tells nothing when that is most of its time: a busy broker
 * near by does not look far. When no answer has told anything for ten seconds the distance is unknown again; requests become
 * small then, and the next answers tell it.
 */
final class RoundTrip {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** One answer may have waited for a pause of the broker; so many, of several turns of five requests, have not. */
    private static final int ENOUGH_ANSWERS = 12;

    /** What the slowest broker takes: 100 MB/s. */
    private static final long NANOS_PER_BYTE = 10;

    private static final long NONE = Long.MAX_VALUE;

    private long leastNanos = NONE;
    private long formerLeastNanos = NONE;
    private int answers;
    private int formerAnswers;
    private long windowBeganNanos;
    private boolean hasBegun;

    /**
     * A request was answered.
     *
     * @param tookNanos since it was sent
     * @param bytes that the broker owed answers for when it was sent, its own among them
     */
    void answered(long tookNanos, long bytes, long nowNanos) {
        turn(nowNanos);
        long workNanos = bytes * NANOS_PER_BYTE;
        if (workNanos > tookNanos - tookNanos / 3) {
            return;
        }
        leastNanos = Math.min(leastNanos, tookNanos - workNanos);
        answers++;
    }

    /** 0 while it is not known. */
    long nanos(long nowNanos) {
        turn(nowNanos);
        return answers + formerAnswers < ENOUGH_ANSWERS ? 0 : Math.min(leastNanos, formerLeastNanos);
    }

    private void turn(long nowNanos) {
        if (hasBegun && nowNanos - windowBeganNanos < WINDOW_NANOS) {
            return;
        }
        boolean isOver = !hasBegun || nowNanos - windowBeganNanos >= 2 * WINDOW_NANOS;
        formerLeastNanos = isOver ? NONE : leastNanos;
        formerAnswers = isOver ? 0 : answers;
        leastNanos = NONE;
        answers = 0;
        windowBeganNanos = nowNanos;
        hasBegun = true;
    }
}
