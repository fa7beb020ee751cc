package io.replicator.partition;

import java.util.Arrays;

/**
 * The leader epochs of a source partition as far as it was read: at which offset each begins, by the batches' headers
 * (KIP-101). They distinguish two logs that have the same offsets: a log that was truncated by an unclean election and
 * filled again has other epochs there. Immutable; a leader changes rarely.
 */
public final class LeaderEpochs {
    /** The epoch of these offsets is unknown: old formats have none, and offsets that were skipped were not read. */
    public static final int UNKNOWN = -1;

    /** Nothing was read. */
    public static final LeaderEpochs NONE = new LeaderEpochs(new int[0], new long[0]);

    /** The latest epochs are kept. A truncation that reaches below them is found only down to the oldest of them. */
    private static final int MAX_EPOCHS = 32;

    private final int[] epochs;
    private final long[] starts;

    private LeaderEpochs(int[] epochs, long[] starts) {
        this.epochs = epochs;
        this.starts = starts;
    }

    /**
     * Epochs as they were saved.
     *
     * @param epochs one for each start
     * @param starts ascending, without repetition
     */
    public static LeaderEpochs of(int[] epochs, long[] starts) {
        if (epochs.length != starts.length) {
            throw new IllegalArgumentException(epochs.length + " leader epochs, " + starts.length + " starts");
        }
        for (int i = 1; i < starts.length; i++) {
            if (starts[i] <= starts[i - 1]) {
                throw new IllegalArgumentException("starts in leaderEpochs do not ascend: " + Arrays.toString(starts));
            }
        }
        return new LeaderEpochs(epochs.clone(), starts.clone());
    }

    public int count() {
        return epochs.length;
    }

    public int epoch(int index) {
        return epochs[index];
    }

    /** The first offset that is known to be of the epoch. */
    public long start(int index) {
        return starts[index];
    }

    /** The epoch of what was read last before an offset. */
    public int before(long offset) {
        int last = countBelow(offset) - 1;
        return last < 0 ? UNKNOWN : epochs[last];
    }

    /** These epochs below an offset, and from there on another one. */
    public LeaderEpochs with(int epoch, long start) {
        int kept = countBelow(start);
        if (kept > 0 && epochs[kept - 1] == epoch) {
            return cutTo(kept);
        }
        int dropped = Math.max(0, kept + 1 - MAX_EPOCHS);
        int[] newEpochs = Arrays.copyOfRange(epochs, dropped, kept + 1);
        long[] newStarts = Arrays.copyOfRange(starts, dropped, kept + 1);
        newEpochs[kept - dropped] = epoch;
        newStarts[kept - dropped] = start;
        return new LeaderEpochs(newEpochs, newStarts);
    }

    /** These epochs below an offset. */
    public LeaderEpochs below(long offset) {
        return cutTo(countBelow(offset));
    }

    /**
     * Where this log and a broker's log differ, at the latest. The logs may differ below as well: they are compared again
     * from there.
     *
     * @param epoch KIP-595's diverging epoch: the largest that the broker's log has, up to the epoch that it was asked for
     * @param end where that epoch ends in the broker's log
     */
    public long differsFrom(int epoch, long end) {
        for (int i = 0; i < epochs.length; i++) {
            if (epochs[i] > epoch) {
                return Math.min(end, starts[i]);
            }
        }
        return end;
    }

    private int countBelow(long offset) {
        int count = epochs.length;
        while (count > 0 && starts[count - 1] >= offset) {
            count--;
        }
        return count;
    }

    private LeaderEpochs cutTo(int count) {
        if (count == epochs.length) {
            return this;
        }
        return count == 0 ? NONE : new LeaderEpochs(Arrays.copyOf(epochs, count), Arrays.copyOf(starts, count));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LeaderEpochs that
                && Arrays.equals(epochs, that.epochs)
                && Arrays.equals(starts, that.starts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(epochs) + Arrays.hashCode(starts);
    }

    @Override
    public String toString() {
        StringBuilder words = new StringBuilder("[");
        for (int i = 0; i < epochs.length; i++) {
            words.append(i == 0 ? "" : ", ").append(epochs[i]).append('@').append(starts[i]);
        }
        return words.append(']').toString();
    }
}
