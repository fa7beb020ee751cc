package io.replicator.mirrormaker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions that were refused, and when to look at them again. A look blocks other questions to the clusters, so that a long
 * look is followed by a longer rest. One thread.
 */
final class Refusals {
    /** For what an operator has to fix. */
    static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    static final long MAX_WAIT_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** For what only takes time. */
    static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** The rest after a look, as a multiple of its duration. */
    static final int REST = 2;

    private final Map<TopicPartition, Remembered> refused = new HashMap<>();

    private record Remembered(TakeOver.Refused answer, long atNanos, long waitNanos) {}

    /** The last answer about a partition, while it is too early to look again. */
    Optional<TakeOver.Refused> fresh(TopicPartition partition, long nowNanos) {
        Remembered known = refused.get(partition);
        return known != null && nowNanos - known.atNanos() < known.waitNanos()
                ? Optional.of(known.answer())
                : Optional.empty();
    }

    /**
     * Remembers an answer; true when it differs from the last one.
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

    /** The last answer about a partition, if it does not pass by itself. */
    Optional<TakeOver.Refused> lasting(TopicPartition partition) {
        return Optional.ofNullable(refused.get(partition))
                .map(Remembered::answer)
                .filter(answer -> !answer.isPassing());
    }

    /** The partition can start. */
    void remove(TopicPartition partition) {
        refused.remove(partition);
    }
}
