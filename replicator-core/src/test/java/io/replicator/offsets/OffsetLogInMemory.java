package io.replicator.offsets;

/**
 * A flow's offset log without a broker: what {@link OffsetLog} writes, in its format, read as it is read; each call is
 * durable when it returns. For simulations of several instances, which see what the others have written so far.
 */
public final class OffsetLogInMemory {
    private final OffsetLogContents contents = new OffsetLogContents("offsets in memory");
    private long end;

    /** The first half of a save: closed runs, before the progress that counts them. */
    public void appendRuns(Progress progress) {
        for (RunChunk chunk : progress.changes().chunks()) {
            append(
                    OffsetLogFormat.runsKey(progress.pair().source(), chunk.index()),
                    OffsetLogFormat.runsValue(progress.pair(), progress.writer(), chunk));
        }
    }

    /** The second half. */
    public void appendProgress(Progress progress) {
        append(OffsetLogFormat.progressKey(progress.pair().source()), OffsetLogFormat.progressValue(progress));
    }

    public void append(GroupOwner owner) {
        append(OffsetLogFormat.groupKey(owner.partitionGroup()), OffsetLogFormat.groupValue(owner));
    }

    private void append(byte[] key, byte[] value) {
        contents.accept(end++, key, value);
    }

    /** What whoever reads the log to its end knows now. */
    public SavedState load() {
        return contents.state();
    }
}
