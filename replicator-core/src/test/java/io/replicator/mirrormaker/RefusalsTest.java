package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.mirrormaker.TakeOver.Refused;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Refused LASTING = new Refused("lost", "topics.start is earliest", false);
    private static final Refused PASSING = new Refused("no answer", "it answers", true);

    private final Refusals refusals = new Refusals();

    @Test
    void shouldLookLessAndLessOftenAtWhatDoesNotPass() {
        long nowNanos = 0;
        for (long wait = Refusals.FIRST_WAIT_NANOS; wait < Refusals.MAX_WAIT_NANOS; wait *= 2) {
            nowNanos = refuse(LASTING, nowNanos, 1, wait);
        }
        refuse(LASTING, refuse(LASTING, nowNanos, 1, Refusals.MAX_WAIT_NANOS), 1, Refusals.MAX_WAIT_NANOS);

        assertThat(refusals.lasting(PARTITION)).contains(LASTING);
    }

    @Test
    void shouldLookSoonAtWhatPasses() {
        refuse(PASSING, refuse(PASSING, 0, 1, Refusals.SOON_NANOS), 1, Refusals.SOON_NANOS);

        assertThat(refusals.lasting(PARTITION)).isEmpty();
    }

    @Test
    void shouldRestLongerThanItLooked() {
        long lookNanos = TimeUnit.MINUTES.toNanos(10);

        refuse(PASSING, 0, lookNanos, Refusals.REST * lookNanos);

        assertThat(Refusals.REST).isGreaterThan(1);
    }

    @Test
    void shouldTellNewsFromWhatWasSaidBefore() {
        assertThat(refusals.add(PARTITION, LASTING, 0, 0)).isTrue();
        assertThat(refusals.add(PARTITION, LASTING, 0, 0)).isFalse();
        assertThat(refusals.add(PARTITION, PASSING, 0, 0)).isTrue();
    }

    /** Returns when it is worth another look. */
    private long refuse(Refused answer, long nowNanos, long lookNanos, long expectedWaitNanos) {
        refusals.add(PARTITION, answer, nowNanos, lookNanos);
        assertThat(refusals.fresh(PARTITION, nowNanos + expectedWaitNanos - 1)).contains(answer);
        assertThat(refusals.fresh(PARTITION, nowNanos + expectedWaitNanos)).isEmpty();
        return nowNanos + expectedWaitNanos;
    }
}
