package io.replicator.batch;

import java.util.Arrays;

/**
 * The source offsets of a batch's records, as maximal runs, ascending. The offset map needs them where a batch has holes: the
 * records of a run have consecutive offsets on both sides.
 *
 * <p>It grows to the largest batch that it ever held and is then reused without garbage. Only its owner writes it.
 */
public final class SourceRuns {

    private static final int INITIAL_CAPACITY = 16;

    private long[] starts = new long[INITIAL_CAPACITY];
    private int[] lengths = new int[INITIAL_CAPACITY];
    private int count;

    private int markedCount;
    private int markedLastLength;

    SourceRuns() {}

    /** How many runs there are. */
    public int count() {
        return count;
    }

    /** The source offset of the run's first record. */
    public long start(int run) {
        return starts[run];
    }

    /** How many records the run has. */
    public int length(int run) {
        return lengths[run];
    }

    /** How many records all runs have. */
    public int recordCount() {
        int records = 0;
        for (int run = 0; run < count; run++) {
            records += lengths[run];
        }
        return records;
    }

    /** Every record's source offset, ascending. Allocates. */
    public long[] offsets() {
        long[] offsets = new long[recordCount()];
        int next = 0;
        for (int run = 0; run < count; run++) {
            for (int i = 0; i < lengths[run]; i++) {
                offsets[next++] = starts[run] + i;
            }
        }
        return offsets;
    }

    void add(long start, int length) {
        int last = count - 1;
        if (last >= 0 && starts[last] + lengths[last] == start) {
            lengths[last] += length;
            return;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        starts[count] = start;
        lengths[count] = length;
        count++;
    }

    void clear() {
        count = 0;
    }

    /** Remembers the present state, for {@link #reset}. */
    void mark() {
        markedCount = count;
        markedLastLength = count == 0 ? 0 : lengths[count - 1];
    }

    /** Removes what was added since {@link #mark}. */
    void reset() {
        count = markedCount;
        if (count > 0) {
            lengths[count - 1] = markedLastLength;
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("SourceRuns[");
        for (int run = 0; run < count; run++) {
            text.append(run == 0 ? "" : ", ").append(starts[run]).append('+').append(lengths[run]);
        }
        return text.append(']').toString();
    }
}
