package io.replicator.delivery;

import io.replicator.offsets.OffsetMap;
import java.util.Arrays;

/**
 * Finds the source records that a {@link Tail} holds, as the source is read again from the saved position on, and with them
 * the first one that the target does not have.
 *
 * <p>Either by counting: nothing was removed from the source since, so the tail's first record is the source's first, and so
 * on; the last one is compared and proves it, and until then nothing is entered into the map. Or one by one: compaction and
 * retention only ever remove, so what is left of the source is found in the tail in the same order, and the first record
 * that is not found there was not written.
 */
public final class TailMatcher {
    private static final int FIRST_CAPACITY = 4;

    private final Tail tail;

    /** The next record of the tail: its number, its segment, and its place in it. */
    private long next;

    private int segment;
    private long inSegment;

    // Runs that were found and are not in the map yet.
    private long[] sources = new long[FIRST_CAPACITY];
    private long[] targets = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int runs;
    private long found;

    public TailMatcher(Tail tail) {
        this.tail = tail;
    }

    /** How many records of the tail no source record was found for, of those that may still be found. */
    public long missing() {
        return tail.records() - next;
    }

    /** How many records were found. */
    public long found() {
        return found;
    }

    /** The next records of the tail are these, at consecutive source offsets; not more than are missing. */
    public void take(long sourceOffset, int count) {
        if (count > missing()) {
            throw new IllegalArgumentException(count + " records for the " + missing() + " that are missing");
        }
        long source = sourceOffset;
        int left = count;
        while (left > 0) {
            int length = (int) Math.min(left, tail.count(segment) - inSegment);
            addRun(source, tail.offset(segment) + inSegment, length);
            source += length;
            left -= length;
            pass(length);
        }
        found += count;
    }

    /** Moves on within a segment, or to the end of it. */
    private void pass(long count) {
        next += count;
        inSegment += count;
        if (inSegment == tail.count(segment)) {
            segment++;
            inSegment = 0;
        }
    }

    /** Whether a source record is in the tail, at or after the next one; then it is taken, and what was before it passed. */
    public boolean takeIfThere(long sourceOffset, long hash) {
        for (long record = next; record < tail.hashes(); record++) {
            if (tail.hash((int) record) == hash) {
                while (next < record) {
                    pass(Math.min(record - next, tail.count(segment) - inSegment));
                }
                take(sourceOffset, 1);
                return true;
            }
        }
        return false;
    }

    private void addRun(long source, long target, int length) {
        int last = runs - 1;
        if (last >= 0 && sources[last] + lengths[last] == source && targets[last] + lengths[last] == target) {
            lengths[last] += length;
            return;
        }
        if (runs == sources.length) {
            sources = Arrays.copyOf(sources, 2 * runs);
            targets = Arrays.copyOf(targets, 2 * runs);
            lengths = Arrays.copyOf(lengths, 2 * runs);
        }
        sources[runs] = source;
        targets[runs] = target;
        lengths[runs] = length;
        runs++;
    }

    /** Enters what was found since the last call. */
    public void enterInto(OffsetMap map) {
        for (int run = 0; run < runs; run++) {
            map.append(sources[run], targets[run], lengths[run]);
        }
        runs = 0;
    }
}
