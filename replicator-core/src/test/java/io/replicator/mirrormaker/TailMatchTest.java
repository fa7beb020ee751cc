package io.replicator.mirrormaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.mirrormaker.TailMatch.Verdict;
import io.replicator.offsets.OffsetMap;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Against a model: a source whose offsets have holes, copied in order to a target that has others, by somebody who says now
 * and then how far it has come.
 */
class TailMatchTest {
    private static final int SEEDS = 2_000;

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    /** Both logs, of which a window is compared. */
    private static final class Logs {
        final long[] sourceOffsets;
        final long[] targetOffsets;
        final long[] contents;
        final int copied;

        Logs(Random random, int records, int differentContents) {
            sourceOffsets = offsets(random, records);
            targetOffsets = offsets(random, records);
            contents = random.longs(records, 0, differentContents).toArray();
            copied = 1 + random.nextInt(records);
        }

        private static long[] offsets(Random random, int records) {
            long[] offsets = new long[records];
            long next = random.nextInt(100);
            boolean hasHoles = random.nextBoolean();
            for (int record = 0; record < records; record++) {
                offsets[record] = next;
                next += 1 + (hasHoles && random.nextInt(5) == 0 ? random.nextInt(10) : 0);
            }
            return offsets;
        }

        HashedRecords source(int from, int to) {
            return stretch(sourceOffsets, from, to);
        }

        HashedRecords target(int from, int to) {
            return stretch(targetOffsets, from, to);
        }

        private HashedRecords stretch(long[] offsets, int from, int to) {
            HashedRecords stretch = new HashedRecords();
            for (int record = Math.max(0, from); record < to; record++) {
                stretch.add(offsets[record], 1_000 + contents[record], contents[record]);
            }
            return stretch;
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldGoOnBehindTheLastRecordOfTheTargetOrSayThatItCannotTell(int seed) {
        Random random = new Random(seed);
        boolean isAlike = seed % 4 == 0;
        Logs logs = new Logs(random, 2 + random.nextInt(200), isAlike ? 2 : Integer.MAX_VALUE);
        int said = 1 + random.nextInt(logs.copied);
        int window = 1 + random.nextInt(50);
        int tail = 1 + random.nextInt(100);

        TailMatch.Found found = new TailMatch(
                        logs.source(said - window, said),
                        logs.source(said, logs.contents.length),
                        logs.target(logs.copied - tail, logs.copied))
                .find(logs.sourceOffsets[said - 1]);

        boolean isInTail = logs.copied - said < Math.min(tail, logs.copied);
        if (!isAlike) {
            assertThat(found.verdict()).isEqualTo(isInTail ? Verdict.FOUND : Verdict.NOT_FOUND);
        }
        if (found.verdict() == Verdict.FOUND && !isAlike) {
            assertThat(found.beyond()).isEqualTo(logs.copied - said);
            assertThat(found.position()).isEqualTo(logs.sourceOffsets[logs.copied - 1] + 1);
            assertMapped(logs, found.map().orElseThrow(), said - window);
        }
    }

    private static void assertMapped(Logs logs, OffsetMap map, int from) {
        assertThat(map.position()).isEqualTo(logs.sourceOffsets[logs.copied - 1] + 1);
        for (int record = Math.max(0, from); record < logs.copied; record++) {
            if (logs.sourceOffsets[record] >= map.start()) {
                assertThat(targetOf(map, logs.sourceOffsets[record])).isEqualTo(logs.targetOffsets[record]);
            }
        }
    }

    private static long targetOf(OffsetMap map, long sourceOffset) {
        for (int run = 0; run < map.runs(); run++) {
            long inRun = sourceOffset - map.runSource(run);
            if (inRun >= 0 && inRun < map.runLength(run)) {
                return map.runTarget(run) + inRun;
            }
        }
        return -1;
    }

    @Test
    void shouldTellRecordsApartByWhatStandsBeforeThem() {
        // x a a a | a a : the third a was said to be copied, and the target has one more.
        HashedRecords before = stretch(9, 1, 1, 1);
        HashedRecords after = from(4, 1, 2);
        HashedRecords tail = stretch(8, 9, 1, 1, 1, 1);

        TailMatch.Found found = new TailMatch(before, after, tail).find(3);

        assertThat(found.verdict()).isEqualTo(Verdict.FOUND);
        assertThat(found.beyond()).isEqualTo(1);
    }

    @Test
    void shouldSayThatItCannotTellWhereAllRecordsAreAlike() {
        TailMatch.Found found =
                new TailMatch(stretch(1, 1, 1), stretch(1, 1, 1, 1, 1), stretch(1, 1, 1, 1, 1, 1)).find(2);

        assertThat(found.verdict()).isEqualTo(Verdict.AMBIGUOUS);
    }

    @Test
    void shouldNotFindWhatOthersHaveWrittenBehind() {
        TailMatch.Found found = new TailMatch(stretch(1, 2, 3), stretch(4, 5), stretch(2, 3, 4, 77)).find(2);

        assertThat(found.verdict()).isEqualTo(Verdict.NOT_FOUND);
    }

    @Test
    void shouldFindTheLastRecordAmongThoseBehindOneThatIsGone() {
        TailMatch.Found found = new TailMatch(stretch(), stretch(4, 5, 6, 7), stretch(2, 3, 4, 5)).findLast();

        assertThat(found.verdict()).isEqualTo(Verdict.FOUND);
        assertThat(found.position()).isEqualTo(2);
        assertThat(new TailMatch(stretch(), stretch(4, 5, 6), stretch(1, 2, 3))
                        .findLast()
                        .verdict())
                .isEqualTo(Verdict.NOT_FOUND);
    }

    @Test
    void shouldCompareNoTimesWithATargetThatKeepsItsOwn() {
        assertThat(new TailMatch(stretch(1, 2), stretch(), ownTimes(1, 2))
                        .find(1)
                        .verdict())
                .isEqualTo(Verdict.FOUND);
    }

    @Test
    void shouldNotTrustOneRecordWithoutItsTime() {
        assertThat(new TailMatch(stretch(2), stretch(), ownTimes(2)).find(0).verdict())
                .isEqualTo(Verdict.WEAK);
        assertThat(new TailMatch(stretch(7, 2), stretch(), ownTimes(1, 2))
                        .find(1)
                        .verdict())
                .isEqualTo(Verdict.WEAK);
        assertThat(new TailMatch(stretch(), stretch(2, 3), ownTimes(2))
                        .findLast()
                        .verdict())
                .isEqualTo(Verdict.WEAK);
        assertThat(new TailMatch(stretch(2), stretch(), stretch(2)).find(0).verdict())
                .as("of the same time")
                .isEqualTo(Verdict.FOUND);
        assertThat(new TailMatch(stretch(2), from(1, 3), ownTimes(2, 3)).find(0).verdict())
                .as("followed by another")
                .isEqualTo(Verdict.FOUND);
    }

    private static HashedRecords ownTimes(long... contents) {
        HashedRecords stretch = new HashedRecords();
        stretch.setLogAppendTime();
        for (int record = 0; record < contents.length; record++) {
            stretch.add(record, 99, contents[record]);
        }
        return stretch;
    }

    private static HashedRecords stretch(long... contents) {
        return from(0, contents);
    }

    private static HashedRecords from(long first, long... contents) {
        HashedRecords stretch = new HashedRecords();
        for (int record = 0; record < contents.length; record++) {
            stretch.add(first + record, 0, contents[record]);
        }
        return stretch;
    }
}
