package io.replicator.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaderEpochsTest {
    private static final LeaderEpochs KNOWN =
            LeaderEpochs.NONE.with(3, 0).with(4, 100).with(7, 150);

    @Test
    void shouldTellWhoWroteWhatStandsBeforeAnOffset() {
        assertThat(KNOWN.before(0)).isEqualTo(LeaderEpochs.UNKNOWN);
        assertThat(KNOWN.before(1)).isEqualTo(3);
        assertThat(KNOWN.before(100)).isEqualTo(3);
        assertThat(KNOWN.before(101)).isEqualTo(4);
        assertThat(KNOWN.before(1_000)).isEqualTo(7);
    }

    @Test
    void shouldForgetWhatIsReadAgain() {
        assertThat(KNOWN.below(150)).isEqualTo(LeaderEpochs.NONE.with(3, 0).with(4, 100));
        assertThat(KNOWN.below(0)).isEqualTo(LeaderEpochs.NONE);
        assertThat(KNOWN.with(9, 60)).isEqualTo(LeaderEpochs.NONE.with(3, 0).with(9, 60));
        assertThat(KNOWN.with(3, 60)).isEqualTo(LeaderEpochs.NONE.with(3, 0));
        assertThat(KNOWN.with(7, 400)).isSameAs(KNOWN);
    }

    @Test
    void shouldFindWhereTwoLogsPart() {
        // The other leader has epoch 4 only up to 120: what was read from there on is gone.
        assertThat(KNOWN.differsFrom(4, 120)).isEqualTo(120);
        // It was not told of epoch 4 and went on writing with 3: from 100 on it is another log, though 3 ends later
        // there.
        assertThat(KNOWN.differsFrom(3, 130)).isEqualTo(100);
        assertThat(KNOWN.differsFrom(3, 80)).isEqualTo(80);
        // It has nothing at all of what was read.
        assertThat(KNOWN.differsFrom(1, 50)).isEqualTo(0);
    }

    @Test
    void shouldKeepTheLatest() {
        LeaderEpochs epochs = LeaderEpochs.NONE;
        for (int epoch = 0; epoch < 1_000; epoch++) {
            epochs = epochs.with(epoch, 10L * epoch);
        }

        assertThat(epochs.count()).isEqualTo(32);
        assertThat(epochs.before(10_000)).isEqualTo(999);
        assertThat(epochs.before(9_690)).isEqualTo(968);
        assertThat(epochs.before(9_680)).isEqualTo(LeaderEpochs.UNKNOWN);
    }

    @Test
    void shouldRefuseStartsThatDoNotAscend() {
        assertThatThrownBy(() -> LeaderEpochs.of(new int[] {1, 2}, new long[] {5, 5}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LeaderEpochs.of(new int[] {1, 2}, new long[] {5}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Two replicas write one log, until each leads without knowing of the other; a reader of one then asks the other. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldComeToWhereTwoLogsPartWithinAFewQuestions(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] read = new int[200];
        int[] other = new int[200];
        int common = random.nextInt(150);
        int epoch = 0;
        for (int offset = 0; offset < read.length; offset++) {
            epoch += random.nextInt(10) == 0 ? 2 : 0;
            read[offset] = epoch;
            other[offset] = epoch;
            if (offset >= common) {
                read[offset] = epoch | 1;
                other[offset] = (epoch | 1) + 1;
            }
        }
        LeaderEpochs known = LeaderEpochs.NONE;
        for (int offset = 0; offset < read.length; offset++) {
            known = known.with(read[offset], offset);
        }

        long position = read.length;
        for (int question = 0; question < read.length && known.before(position) >= 0; question++) {
            // As brokers answer: the largest epoch up to the one that was named, and where it ends.
            int named = known.before(position);
            int largest = -1;
            int end = 0;
            for (int offset = 0; offset < other.length && other[offset] <= named; offset++) {
                largest = other[offset];
                end = offset + 1;
            }
            if (largest == named && end >= position) {
                break;
            }
            position = Math.min(position, known.differsFrom(largest, end));
            known = known.below(position);
        }

        assertThat(position).isLessThanOrEqualTo(common);
        boolean isExact = known.count() == 0 || position == common;
        assertThat(isExact).isTrue();
    }
}
