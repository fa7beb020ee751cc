package io.replicator.partition;

import java.util.Arrays;

/**
 * Which leader wrote what of a source partition, as far as it was read: from which offset on which leader epoch holds, as the
 * batches' headers have it (KIP-101). It tells two logs apart that have the same offsets: a log that was truncated by an
 * unclean election and filled again has other epochs there. Unchangeable; a leader changes rarely.
 */
public final class LeaderEpochs {
    /** What was read has an epoch that nobody knows: old formats have none, and what was skipped was not seen. */
    public static final int UNKNOWN = -1;

    /** Nothing was read. */
    public static final LeaderEpochs NONE = new LeaderEpochs(new int[0], new long[0]);

    /** The latest are kept: a log that is truncated behind so many leaders is compared in part only. */
    private static final int MOST = 32;

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

    /** The same, and from an offset on an epoch: whatever was known of it and of what is behind it does not count. */
    public LeaderEpochs with(int epoch, long start) {
        int kept = countBelow(start);
        if (kept > 0 && epochs[kept - 1] == epoch) {
            return cutTo(kept);
        }
        int dropped = Math.max(0, kept + 1 - MOST);
        int[] newEpochs = Arrays.copyOfRange(epochs, dropped, kept + 1);
        long[] newStarts = Arrays.copyOfRange(starts, dropped, kept + 1);
        newEpochs[kept - dropped] = epoch;
        newStarts[kept - dropped] = start;
        return new LeaderEpochs(newEpochs, newStarts);
    }

    /** What is known of the offsets below one. */
    public LeaderEpochs below(long offset) {
        return cutTo(countBelow(offset));
    }

    /**
     * Where this log parts from one of which a broker says that it holds nothing of {@code epoch + 1} and above below
     * {@code end} (KIP-595's diverging epoch). Everything below may still differ: it is compared again from there.
     */
    public long partsAt(int epoch, long end) {
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
