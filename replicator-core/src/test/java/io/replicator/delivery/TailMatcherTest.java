package io.replicator.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.offsets.OffsetMap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TailMatcherTest {
    @Test
    void shouldLaySourceBatchesOntoTheSegmentsOfTheTail() {
        Tail tail = new Tail();
        tail.add(100, 5);
        tail.add(105, 3);
        tail.add(120, 4);
        TailMatcher recovery = new TailMatcher(tail);

        recovery.take(10, 6);
        recovery.take(20, 3);
        recovery.take(23, 3);

        assertThat(recovery.missing()).isZero();
        assertThat(recovery.found()).isEqualTo(12);
        assertThat(entered(recovery, 10, 100)).containsExactly("10->100 x6", "20->106 x2", "22->120 x4");
    }

    @Test
    void shouldSayHowManyAreMissingAndTakeNoMore() {
        Tail tail = new Tail();
        tail.add(7, 10);
        TailMatcher recovery = new TailMatcher(tail);

        recovery.take(0, 4);

        assertThat(recovery.missing()).isEqualTo(6);
        assertThatThrownBy(() -> recovery.take(4, 7)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKnowTheLastRecordByTimeAndContent() {
        Tail tail = new Tail();
        tail.add(7, 10);
        assertThat(tail.isCountable()).isFalse();

        tail.markLast(1_000, 42);

        assertThat(tail.isCountable()).isTrue();
        assertThat(tail.isLast(1_000, 42, true)).isTrue();
        assertThat(tail.isLast(1_001, 42, true)).isFalse();
        assertThat(tail.isLast(1_001, 42, false)).isTrue();
        assertThat(tail.isLast(1_000, 43, true)).isFalse();
        tail.add(17, 1);
        assertThat(tail.isLast(1_000, 42, true)).isFalse();
        tail.markLast(1_000, 42);
        tail.markHoles();
        assertThat(tail.isCountable()).isFalse();
    }

    @Test
    void shouldFindWhatIsLeftOfTheSourceInTheTail() {
        TailMatcher recovery = new TailMatcher(tailOf(50, 1, 2, 3, 4, 5, 6));

        assertThat(recovery.takeIfThere(10, 2)).isTrue();
        assertThat(recovery.takeIfThere(11, 3)).isTrue();
        assertThat(recovery.takeIfThere(15, 6)).isTrue();
        assertThat(recovery.takeIfThere(16, 5)).isFalse();

        assertThat(recovery.missing()).isZero();
        assertThat(recovery.found()).isEqualTo(3);
        assertThat(entered(recovery, 0, 50)).containsExactly("10->51 x2", "15->55 x1");
    }

    @Test
    void shouldNotTakeARecordThatIsNotThere() {
        TailMatcher recovery = new TailMatcher(tailOf(50, 1, 2, 3));

        assertThat(recovery.takeIfThere(10, 9)).isFalse();

        assertThat(recovery.missing()).isEqualTo(3);
        assertThat(entered(recovery, 0, 50)).isEmpty();
    }

    /** Whatever was removed from the source: what is left of what was written is found, and nothing else. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldResumeAfterTheLastRecordThatIsThere(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            int written = random.nextInt(1, 40);
            int all = written + random.nextInt(10);
            Tail tail = new Tail();
            long[] targetOf = new long[all];
            long target = 1_000;
            for (int record = 0; record < written; record++) {
                target += random.nextInt(4) == 0 ? random.nextInt(1, 5) : 0;
                targetOf[record] = target;
                tail.add(target++, (long) record);
            }
            List<Integer> left = new ArrayList<>();
            for (int record = 0; record < all; record++) {
                if (random.nextInt(3) > 0) {
                    left.add(record);
                }
            }
            TailMatcher recovery = new TailMatcher(tail);
            int next = 0;
            while (next < left.size() && recovery.takeIfThere(left.get(next), left.get(next))) {
                next++;
            }
            int resumesAt = next;

            assertThat(left.subList(0, resumesAt)).allMatch(record -> record < written);
            assertThat(left.subList(resumesAt, left.size())).allMatch(record -> record >= written);
            OffsetMap map = new OffsetMap(0, 1_000);
            recovery.enterInto(map);
            left.subList(0, resumesAt).forEach(record -> assertThat(sourceOf(map, targetOf[record]))
                    .isEqualTo((long) record));
            assertThat(map.records()).isEqualTo(resumesAt);
        }
    }

    private static long sourceOf(OffsetMap map, long targetOffset) {
        int run = map.runs() - 1;
        while (map.runTarget(run) > targetOffset) {
            run--;
        }
        assertThat(targetOffset).isLessThan(map.runTarget(run) + map.runLength(run));
        return map.runSource(run) + targetOffset - map.runTarget(run);
    }

    private static Tail tailOf(long targetOffset, long... hashes) {
        Tail tail = new Tail();
        for (int i = 0; i < hashes.length; i++) {
            tail.add(targetOffset + i, hashes[i]);
        }
        return tail;
    }

    private static List<String> entered(TailMatcher recovery, long position, long targetStart) {
        OffsetMap map = new OffsetMap(position, targetStart);
        recovery.enterInto(map);
        List<String> runs = new ArrayList<>();
        for (int run = 0; run < map.runs(); run++) {
            runs.add(map.runSource(run) + "->" + map.runTarget(run) + " x" + map.runLength(run));
        }
        return runs;
    }
}
