package io.replicator.mirrormaker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * What was refused, and when it is worth another look: a look keeps the flow's control thread, so that one that took long
 * is followed by a rest that is longer. One thread.
 */
final class Refusals {
    /** What somebody has to mend. */
    static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    static final long MAX_WAIT_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** What is only a matter of time. */
    static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** So many times as long as it looked the thread does other things. */
    static final int REST = 2;

    private final Map<TopicPartition, Remembered> refused = new HashMap<>();

    private record Remembered(TakeOver.Refused answer, long atNanos, long waitNanos) {}

    /** What was said of a partition, while that is too fresh to look again. */
    Optional<TakeOver.Refused> fresh(TopicPartition partition, long nowNanos) {
        Remembered known = refused.get(partition);
        return known != null && nowNanos - known.atNanos() < known.waitNanos()
                ? Optional.of(known.answer())
                : Optional.empty();
    }

    /**
     * Remembers an answer; true when it is another than the last one.
     *
     * @param nowNanos when the look ended
     * @param lookNanos how long it took
     */
    boolean add(TopicPartition partition, TakeOver.Refused answer, long nowNanos, long lookNanos) {
        Remembered before = refused.get(partition);
        long waitNanos = Math.max(REST * lookNanos, waitNanos(before, answer));
        refused.put(partition, new Remembered(answer, nowNanos, waitNanos));
        return before == null || !before.answer().equals(answer);
    }

    private static long waitNanos(Remembered before, TakeOver.Refused answer) {
        if (answer.isPassing()) {
            return SOON_NANOS;
        }
        return before == null || before.answer().isPassing()
                ? FIRST_WAIT_NANOS
                : Math.min(MAX_WAIT_NANOS, 2 * before.waitNanos());
    }

    /** Why a partition was refused the last time, if that does not pass by itself. */
    Optional<TakeOver.Refused> lasting(TopicPartition partition) {
        return Optional.ofNullable(refused.get(partition))
                .map(Remembered::answer)
                .filter(answer -> !answer.isPassing());
    }

    /** It can begin. */
    void remove(TopicPartition partition) {
        refused.remove(partition);
    }
}
