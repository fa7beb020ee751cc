package io.replicator.wire;

import java.util.Arrays;

/**
 * The free parts of a region, in the order of their offsets; neighbours are joined. There are a few hundred at most, so
 * plain arrays and a linear search are enough.
 */
final class FreeExtents {
    private static final int INITIAL = 64;

    private int[] offsets = new int[INITIAL];
    private int[] lengths = new int[INITIAL];
    private int count;
    private int freeBytes;

    FreeExtents(int length) {
        lengths[0] = length;
        count = 1;
        freeBytes = length;
    }

    int freeBytes() {
        return freeBytes;
    }

    /** The longest extent. */
    int largest() {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, lengths[i]);
        }
        return largest;
    }

    /**
     * Takes the first extent that is long enough, or its front.
     *
     * @return its offset, -1 when none is long enough
     */
    int take(int length) {
        for (int i = 0; i < count; i++) {
            if (lengths[i] >= length) {
                int offset = offsets[i];
                if (lengths[i] == length) {
                    removeAt(i);
                } else {
                    offsets[i] += length;
                    lengths[i] -= length;
                }
                freeBytes -= length;
                return offset;
            }
        }
        return -1;
    }

    /** Returns an extent that was taken, and joins it with its neighbours. */
    void give(int offset, int length) {
        int found = Arrays.binarySearch(offsets, 0, count, offset);
        if (found >= 0) {
            throw new IllegalStateException("given back twice: " + offset);
        }
        int next = -found - 1;
        boolean joinsPrevious = next > 0 && offsets[next - 1] + lengths[next - 1] == offset;
        boolean joinsNext = next < count && offset + length == offsets[next];
        if (joinsPrevious && joinsNext) {
            lengths[next - 1] += length + lengths[next];
            removeAt(next);
        } else if (joinsPrevious) {
            lengths[next - 1] += length;
        } else if (joinsNext) {
            offsets[next] = offset;
            lengths[next] += length;
        } else {
            insertAt(next, offset, length);
        }
        freeBytes += length;
    }

    private void removeAt(int i) {
        System.arraycopy(offsets, i + 1, offsets, i, count - i - 1);
        System.arraycopy(lengths, i + 1, lengths, i, count - i - 1);
        count--;
    }

    private void insertAt(int i, int offset, int length) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        System.arraycopy(offsets, i, offsets, i + 1, count - i);
        System.arraycopy(lengths, i, lengths, i + 1, count - i);
        offsets[i] = offset;
        lengths[i] = length;
        count++;
    }
}
