package io.replicator.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.OffsetMap;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final long TIME = 1_790_000_000_000L;

    private final Tail tail = new Tail();

    @Test
    void shouldTakeWhatWasCommittedInItsPlace() {
        Tail transaction = new Tail();
        tail.add(10, 3);
        transaction.add(13, 2);
        transaction.add(15, 1);
        transaction.markLast(TIME, 42);

        tail.add(transaction);

        OffsetMap map = new OffsetMap(100);
        TailMatcher recovery = new TailMatcher(tail);
        recovery.take(100, 6);
        recovery.enterInto(map);
        assertThat(map.runs()).isOne();
        assertThat(map.targetEnd()).isEqualTo(16);
        assertThat(tail.isCountable()).isTrue();
        assertThat(tail.isLast(TIME, 42, true)).isTrue();
    }

    @Test
    void shouldBreakOffWhereAMarkerStands() {
        Tail first = new Tail();
        Tail second = new Tail();
        first.add(10, 3);
        second.add(14, 2);
        tail.add(first);
        tail.add(second);

        OffsetMap map = new OffsetMap(0);
        TailMatcher recovery = new TailMatcher(tail);
        recovery.take(0, 5);
        recovery.enterInto(map);

        assertThat(map.runs()).isEqualTo(2);
        assertThat(map.runTarget(1)).isEqualTo(14);
        assertThat(map.runSource(1)).isEqualTo(3);
    }

    @Test
    void shouldTellTheRecordsOfATransactionFromOthers() {
        Tail transaction = new Tail();
        tail.add(10, 7L);
        transaction.add(11, 8L);
        transaction.add(12, 9L);

        tail.add(transaction);

        TailMatcher recovery = new TailMatcher(tail);
        assertThat(recovery.takeIfThere(0, 7)).isTrue();
        assertThat(recovery.takeIfThere(1, 9)).isTrue();
        assertThat(recovery.missing()).isZero();
    }

    @Test
    void shouldNotKnowTheLastRecordAsLongAsItsBatchWasNotLookedInto() {
        Tail transaction = new Tail();
        tail.add(10, 1);
        tail.markLast(TIME, 1);
        transaction.add(11, 4);
        transaction.markLastBatch(77);

        tail.add(transaction);

        assertThat(tail.isCountable()).isFalse();
        assertThat(tail.takeLastBatch()).isEqualTo(77);
        assertThat(tail.takeLastBatch()).isEqualTo(-1);
    }
}
