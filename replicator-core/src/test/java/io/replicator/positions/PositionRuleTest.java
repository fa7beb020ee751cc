package io.replicator.positions;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.offsets.PartitionPair;
import io.replicator.offsets.Runs;
import io.replicator.offsets.SavedProgress;
import io.replicator.offsets.SavedRuns;
import io.replicator.offsets.SourceSeen;
import io.replicator.offsets.Translation;
import io.replicator.offsets.Translator;
import io.replicator.offsets.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PositionRuleTest {
    private static final PartitionPair PAIR =
            new PartitionPair(new TopicPartition("orders", 0), Uuid.ZERO_UUID, "orders", Uuid.ZERO_UUID);

    /** Source 0..9 at target 3..12, 20..29 at 15..24; the copy has come to 35. */
    private static final Translator COPY = translator(0, 35, 25, 0, 3, 10, 20, 15, 10);

    private static Translator translator(long start, long position, long targetEnd, long... runs) {
        return new SavedProgress(
                        PAIR,
                        new Writer(0, 1, (short) 0),
                        start,
                        0,
                        position,
                        targetEnd,
                        SavedRuns.of(Runs.of(runs)),
                        "",
                        SourceSeen.NOTHING)
                .translator();
    }

    @ParameterizedTest
    @CsvSource({
        // Source, held, written; expected: write, state.
        "  4, -1, -1,   7, SYNCED",
        "  4,  5, -1,   7, SYNCED",
        "  4,  7, -1,  -1, SYNCED",
        " 12, -1, -1,  15, SYNCED",
        // From 13 to 15 nothing of the copy is read.
        " 12, 14, -1,  15, SYNCED",
        " 30, 25, -1,  -1, SYNCED",
        " 35, 25, -1,  -1, SYNCED",
        // Beyond 25 records may stand that are not on record yet.
        " 30, 27, -1,  -1, AHEAD",
        " 35, 26, -1,  -1, AHEAD",
        // Back only over what was written here.
        "  4,  9,  9,   7, SYNCED",
        "  4,  9,  8,  -1, AHEAD",
        "  4,  9, -1,  -1, AHEAD",
        // Set back on the target since it was written: that is theirs, until they go on from what was written.
        "  8,  5,  9,  -1, IN_USE",
        " 12,  5,  9,  -1, IN_USE",
        " 40,  5,  9,  -1, IN_USE",
        " 12, 10,  9,  15, SYNCED",
        "  4,  7,  9,  -1, SYNCED",
        // As far as the copy is, and on with it.
        " 40, -1, -1,  25, NOT_YET",
        " 40, 20, -1,  25, NOT_YET",
        " 40, 25, 25,  -1, NOT_YET",
        " 40, 28, 28,  -1, NOT_YET",
    })
    void shouldGoForwardAndBackOnlyOverItsOwn(
            long sourceOffset, long held, long written, long expectedWrite, PositionState expectedState) {
        PositionRule.Verdict verdict =
                PositionRule.of(sourceOffset, COPY, new PositionRule.Held(held, false, new Written(-1, written, true)));

        assertThat(verdict.write()).isEqualTo(expectedWrite);
        assertThat(verdict.state()).isEqualTo(expectedState);
        assertThat(verdict.isExact()).isEqualTo(expectedState == PositionState.SYNCED);
        assertThat(verdict.reason().isEmpty()).isEqualTo(expectedState == PositionState.SYNCED);
    }

    @Test
    void shouldNotTouchAGroupThatIsInUse() {
        PositionRule.Verdict verdict =
                PositionRule.of(4, COPY, new PositionRule.Held(5, true, new Written(-1, 5, true)));

        assertThat(verdict.write()).isEqualTo(PositionRule.NONE);
        assertThat(verdict.state()).isEqualTo(PositionState.IN_USE);
        assertThat(verdict.isExact()).isFalse();
    }

    @Test
    void shouldBeginWhereCopyingBeganAndSayThatItIsNotExact() {
        Translator late = translator(10, 20, 13, 10, 3, 10);

        PositionRule.Verdict verdict = PositionRule.of(4, late, new PositionRule.Held(-1, false, Written.NOTHING));

        assertThat(verdict.write()).isEqualTo(3);
        assertThat(verdict.state()).isEqualTo(PositionState.INEXACT);
        assertThat(verdict.isExact()).isFalse();
        assertThat(verdict.reason()).contains("10", "4");
    }

    @ParameterizedTest
    @CsvSource({
        // Held, written, the source's position it was written for; expected: write, state.
        " -1, -1, -1,  16, INEXACT",
        " 15, -1, -1,  16, INEXACT",
        " 16, -1, -1,  -1, INEXACT",
        // Within the bound: only our own is known to lie behind nothing that is still to be read.
        " 18, -1, -1,  -1, AHEAD",
        " 18, 17, 22,  -1, AHEAD",
        " 18, 18, 22,  -1, INEXACT",
        " 18, 18, 23,  -1, INEXACT",
        " 18, 18, 24,  16, INEXACT",
        " 18, 18, -1,  16, INEXACT",
        " 23, 23, 22,  16, INEXACT",
        " 23, -1, -1,  -1, AHEAD",
    })
    void shouldPassNothingByThatIsOnlyKnownCoarsely(
            long held, long written, long writtenFor, long expectedWrite, PositionState expectedState) {
        PositionRule.Verdict verdict = PositionRule.coarse(
                23,
                new Translation.Coarse(16, 4),
                COPY,
                new PositionRule.Held(held, false, new Written(writtenFor, written, false)));

        assertThat(verdict.write()).isEqualTo(expectedWrite);
        assertThat(verdict.state()).isEqualTo(expectedState);
        assertThat(verdict.isExact()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"35, 25, 0", "40, 25, 5", "30, 15, 10", "4, 7, 0", "4, 3, 4", "40, -1, -1", "40, 28, 5", "4, 20, 0"})
    void shouldSayHowFarTheTargetIsBehind(long sourceOffset, long targetOffset, long expected) {
        assertThat(PositionRule.lagRecords(sourceOffset, COPY, targetOffset)).isEqualTo(expected);
    }

    /** Lives of one group in one partition, by seed, against what happened. */
    @Test
    void shouldNeverSkipNorTakeAwayWhateverHappens() {
        for (long seed = 0; seed < 3_000; seed++) {
            Life life = new Life(seed);
            for (int step = 0; step < 60; step++) {
                life.step();
            }
        }
    }

    private static final class Life {
        private final long seed;
        private final SplittableRandom random;

        /** Offsets on both sides of what can be copied, in order. */
        private final List<long[]> records = new ArrayList<>();

        private final long sourceEnd;
        private int copied;

        /** So many of those that were copied are on record: a kill comes between the two. */
        private int saved;

        private long position;

        private long committed;
        private long held = PositionRule.NONE;
        private boolean isOurs;
        private boolean isInUse;
        private Written written = Written.NOTHING;

        Life(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            long source = random.nextInt(3);
            long target = random.nextInt(5);
            for (int i = 0; i < 40; i++) {
                records.add(new long[] {source, target});
                source += 1 + (random.nextInt(4) == 0 ? random.nextInt(1, 5) : 0);
                target += 1 + (random.nextInt(6) == 0 ? random.nextInt(1, 4) : 0);
            }
            this.sourceEnd = source;
        }

        void step() {
            switch (random.nextInt(8)) {
                case 0, 1 -> copy();
                case 2 -> committed = random.nextLong(sourceEnd + 1);
                case 3 -> committed = Math.min(sourceEnd, committed + random.nextInt(6));
                case 4 -> useOnTarget();
                case 5 -> restart();
                default -> sync();
            }
        }

        private void copy() {
            copied = Math.min(records.size(), copied + random.nextInt(8));
            if (random.nextInt(3) == 0) {
                return;
            }
            saved = copied;
            long last = copied == 0 ? 0 : records.get(copied - 1)[0] + 1;
            long next = copied == records.size() ? sourceEnd : records.get(copied)[0];
            position = Math.max(position, last + random.nextLong(next - last + 1));
        }

        /** A consumer of the target joins, or reads from where the group stands, commits and may leave. */
        private void useOnTarget() {
            if (isInUse || random.nextBoolean()) {
                isInUse = !isInUse;
            }
            if (isInUse && random.nextBoolean()) {
                // The target's log may go on behind the copy with what no reader sees.
                long end = copied == records.size() ? targetEnd() + 2 : records.get(copied)[1];
                held = random.nextInt(6) == 0
                        ? random.nextLong(Math.max(0, held) + 1)
                        : Math.min(end, Math.max(0, held) + random.nextInt(10));
                isOurs = held == written.targetOffset(); // Nobody can tell the two apart.
            }
        }

        private void restart() {
            if (random.nextInt(4) == 0) {
                written = Written.NOTHING;
            }
        }

        private long targetEnd() {
            return copied == 0 ? 0 : records.get(copied - 1)[1] + 1;
        }

        private long savedEnd() {
            return saved == 0 ? 0 : records.get(saved - 1)[1] + 1;
        }

        private Translator translator() {
            List<Long> runs = new ArrayList<>();
            for (int i = 0; i < saved; i++) {
                long[] record = records.get(i);
                int last = runs.size() - 3;
                if (last >= 0
                        && runs.get(last) + runs.get(last + 2) == record[0]
                        && runs.get(last + 1) + runs.get(last + 2) == record[1]) {
                    runs.set(last + 2, runs.get(last + 2) + 1);
                } else {
                    runs.addAll(List.of(record[0], record[1], 1L));
                }
            }
            return PositionRuleTest.translator(
                    0,
                    position,
                    saved == 0 ? -1 : savedEnd(),
                    runs.stream().mapToLong(Long::longValue).toArray());
        }

        private void sync() {
            Translator translator = translator();
            long before = held;
            long writtenBefore = written.targetOffset();
            PositionRule.Verdict verdict =
                    PositionRule.of(committed, translator, new PositionRule.Held(held, isInUse, written));
            boolean wasOurs = isOurs && written.targetOffset() != PositionRule.NONE;
            if (verdict.write() != PositionRule.NONE) {
                assertThat(isInUse).as(at("writes into a live group")).isFalse();
                held = verdict.write();
                isOurs = true;
                written = new Written(Math.min(committed, position), held, verdict.isExact());
            }
            check(verdict, before, wasOurs, writtenBefore);

            PositionRule.Verdict again =
                    PositionRule.of(committed, translator, new PositionRule.Held(held, isInUse, written));
            assertThat(again.write()).as(at("writes again")).isEqualTo(PositionRule.NONE);
            assertThat(again.state()).as(at("thinks again")).isEqualTo(verdict.state());
        }

        private void check(PositionRule.Verdict verdict, long before, boolean wasOurs, long writtenBefore) {
            List<Long> toRead = new ArrayList<>();
            List<Long> read = new ArrayList<>();
            for (long[] record : records.subList(0, copied)) {
                if (record[0] >= committed) {
                    toRead.add(record[1]);
                }
                if (held != PositionRule.NONE && record[1] >= held) {
                    read.add(record[1]);
                }
            }
            switch (verdict.state()) {
                case SYNCED -> assertThat(read).as(at("is not exact")).isEqualTo(toRead);
                case NOT_YET -> {
                    assertThat(committed).as(at("is copied")).isGreaterThan(position);
                    assertThat(read)
                            .as(at("reads again what is there"))
                            .allMatch(offset -> saved < copied && offset >= records.get(saved)[1]);
                    if (before <= savedEnd()) {
                        assertThat(records.subList(saved, records.size()))
                                .as(at("does not go on with the copy"))
                                .allMatch(record -> record[1] >= held);
                    }
                }
                case AHEAD -> {
                    assertThat(held).as(at("was taken away")).isEqualTo(before);
                    assertThat(wasOurs).as(at("does not go back over its own")).isFalse();
                    if (held <= savedEnd()) {
                        assertThat(read.size()).as(at("is not ahead")).isLessThan(toRead.size());
                    }
                }
                case IN_USE -> {
                    assertThat(held).as(at("was taken away")).isEqualTo(before);
                    assertThat(isInUse || (!wasOurs && held < written.targetOffset()))
                            .as(at("is not theirs"))
                            .isTrue();
                }
                default -> throw new AssertionError(at("cannot be " + verdict));
            }
            if (!wasOurs && before > held) {
                throw new AssertionError(at("went back over what it did not write"));
            }
            if (before != PositionRule.NONE && before < writtenBefore && before != held) {
                throw new AssertionError(at("went forward over what was set back"));
            }
        }

        private String at(String what) {
            return what + ": seed " + seed + ", source " + committed + ", position " + position + ", held " + held
                    + ", written " + written;
        }
    }
}
