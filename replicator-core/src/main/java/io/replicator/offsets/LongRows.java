package io.replicator.offsets;

import java.util.Arrays;

/**
 * Rows of so many numbers each, in one array: added at the end, removed at either end. The front is given up without moving
 * what is behind it each time, and what is moved or copied is never more than what was added or removed before.
 */
final class LongRows {
    private static final int FIRST_CAPACITY = 4;

    private final int width;
    private long[] values;

    /** The first row's place, in rows. */
    private int first;

    private int count;

    LongRows(int width) {
        this.width = width;
        this.values = new long[FIRST_CAPACITY * width];
    }

    int count() {
        return count;
    }

    long get(int row, int column) {
        return values[at(row) + column];
    }

    void set(int row, int column, long value) {
        values[at(row) + column] = value;
    }

    void add(int row, int column, long summand) {
        values[at(row) + column] += summand;
    }

    private int at(int row) {
        if (row < 0 || row >= count) {
            throw new IndexOutOfBoundsException("row " + row + " of " + count);
        }
        return (first + row) * width;
    }

    /** A new row at the end, of zeros or what was there before; its number. */
    int addRow() {
        if ((first + count + 1) * width > values.length) {
            boolean isHalfEmpty = first >= count;
            moveTo(isHalfEmpty ? values : new long[2 * values.length]);
        }
        count++;
        return count - 1;
    }

    void removeFirst(int rows) {
        first += rows;
        count -= rows;
        int least = Math.max(FIRST_CAPACITY, 2 * count);
        if (4L * least * width < values.length) {
            moveTo(new long[least * width]);
        }
    }

    /** Keeps so many rows, from the first on. */
    void cutTo(int rows) {
        count = rows;
    }

    private void moveTo(long[] place) {
        System.arraycopy(values, first * width, place, 0, count * width);
        values = place;
        first = 0;
    }

    /** One row copied over another. */
    void copyRow(int from, int to) {
        System.arraycopy(values, at(from), values, at(to), width);
    }

    /** The numbers of some rows, one row after the other. */
    long[] copyOf(int from, int to) {
        return Arrays.copyOfRange(values, (first + from) * width, (first + to) * width);
    }
}
