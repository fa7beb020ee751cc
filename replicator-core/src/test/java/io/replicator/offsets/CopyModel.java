package io.replicator.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/**
 * What a copy is, record by record: where each one stands on both sides, whatever stands between them. It says of any answer
 * whether it is right.
 */
final class CopyModel {
    private long[] sources = new long[64];
    private long[] targets = new long[64];
    private int records;

    final long start;
    long position;
    long floor;

    /** What was told of where the logs begin. */
    long sourceLogStart = -1;

    long targetLogStart = -1;

    /** The least runs that are exact: what is asked for before them may be coarse. */
    int exactRuns = Integer.MAX_VALUE;

    private int firstExact;

    CopyModel(long start, long floor) {
        this.start = start;
        this.position = start;
        this.floor = floor;
    }

    private CopyModel(CopyModel other) {
        start = other.start;
        position = other.position;
        floor = other.floor;
        sourceLogStart = other.sourceLogStart;
        targetLogStart = other.targetLogStart;
        exactRuns = other.exactRuns;
        records = other.records;
        sources = Arrays.copyOf(other.sources, other.sources.length);
        targets = Arrays.copyOf(other.targets, other.targets.length);
    }

    CopyModel copy() {
        return new CopyModel(this);
    }

    void append(long source, long target, int count) {
        for (int i = 0; i < count; i++) {
            if (records == sources.length) {
                sources = Arrays.copyOf(sources, 2 * records);
                targets = Arrays.copyOf(targets, 2 * records);
            }
            sources[records] = source + i;
            targets[records] = target + i;
            records++;
        }
        position = source + count;
        floor = Math.max(floor, target + count);
    }

    void cut(long offset) {
        records = indexOf(sources, offset);
        position = offset;
        exactRuns = 0;
    }

    /** Every offset there is, and some that are not yet. */
    void check(Translator translator, String when) {
        firstExact = firstExact();
        for (long offset = 0; offset <= position + 3; offset++) {
            Translation answer = translator.toTarget(offset);
            String why = whyNotToTarget(offset, answer);
            if (!why.isEmpty()) {
                throw new AssertionError(when + ": source " + offset + " to " + answer + ": " + why);
            }
        }
        for (long offset = 0; offset <= floor + 3; offset++) {
            Translation answer = translator.toSource(offset);
            String why = whyNotToSource(offset, answer);
            if (!why.isEmpty()) {
                throw new AssertionError(when + ": target " + offset + " to " + answer + ": " + why);
            }
        }
        assertThat(translator.position()).isEqualTo(position);
    }

    private String whyNotToTarget(long offset, Translation answer) {
        if (offset > position) {
            return mustBe(new Translation.NotYet(position, offset - position), answer);
        }
        int next = indexOf(sources, Math.max(offset, start));
        if (floor < 0) {
            return answer instanceof Translation.Unknown ? "" : "nothing is known of the target";
        }
        if (offset < start && sourceLogStart < start) {
            return mustBe(new Translation.NotCopied(start, next < records ? targets[next] : floor), answer);
        }
        return whyNot(offset, next, answer, sources, targets, floor);
    }

    private String whyNotToSource(long offset, Translation answer) {
        if (floor < 0) {
            return answer instanceof Translation.Unknown ? "" : "nothing is known of the target";
        }
        int next = indexOf(targets, offset);
        if (next == records && offset > floor) {
            return mustBe(new Translation.NotYet(floor, offset - floor), answer);
        }
        return whyNot(offset, next, answer, targets, sources, position);
    }

    private String whyNot(long offset, int next, Translation answer, long[] from, long[] to, long end) {
        if (answer instanceof Translation.Exact exact) {
            int found = indexOf(to, exact.offset());
            boolean isAPlace = found < records ? to[found] == exact.offset() : exact.offset() == end;
            boolean isRight = isAPlace && found >= next && (found == next || isGone(found - 1));
            return isRight ? "" : "must be " + (next < records ? to[next] : end);
        }
        if (answer instanceof Translation.Coarse coarse) {
            int found = indexOf(to, coarse.offset());
            if (coarse.offset() > (next < records ? to[next] : end)) {
                return "leaves out records, from " + to[next] + " on";
            }
            if (next - found > coarse.mostRepeated()) {
                return "repeats " + (next - found);
            }
            if (next > firstExact) {
                return "should be exact, there are less than " + exactRuns + " runs behind it";
            }
            return offset == from[0] ? "the first record has an exact place" : "";
        }
        return "must have a place";
    }

    private static String mustBe(Translation expected, Translation answer) {
        return expected.equals(answer) ? "" : "must be " + expected;
    }

    /** Neither side has the record any more; then it has none of those before it. */
    private boolean isGone(int record) {
        return sources[record] < sourceLogStart && targets[record] < targetLogStart;
    }

    /** The first record of so many runs as are exact for sure; all before it may be coarse. */
    private int firstExact() {
        int runs = 0;
        int record = records;
        while (record > 0 && runs < exactRuns) {
            record--;
            boolean isInRun = record > 0
                    && sources[record] == sources[record - 1] + 1
                    && targets[record] == targets[record - 1] + 1;
            runs += isInRun ? 0 : 1;
        }
        return record;
    }

    /** The first record at or after an offset. */
    private int indexOf(long[] offsets, long offset) {
        int found = Arrays.binarySearch(offsets, 0, records, offset);
        return found >= 0 ? found : -found - 1;
    }
}
