package io.replicator.offsets;

import io.replicator.cluster.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A flow's offset log without a broker: what {@link OffsetLog} writes, in its format, read as it is read; each call is
 * durable when it returns. For simulations of several instances, which see what the others have written so far.
 */
public final class OffsetLogInMemory {
    private final List<LogEntry> records = new ArrayList<>();
    private final OffsetLogContents contents = new OffsetLogContents("offsets in memory");

    /** What is known of a map once it was saved. */
    public static SavedProgress saved(OffsetMap map) {
        TopicPartition partition = new TopicPartition("any", 0);
        PartitionPair pair = new PartitionPair(partition, Uuid.ZERO_UUID, "any", Uuid.ZERO_UUID);
        map.markAllUnsaved();
        Progress progress = new Progress(pair, new Writer(0, -1, (short) -1), map.takeChanges());
        OffsetLogInMemory log = new OffsetLogInMemory();
        log.appendRuns(progress);
        log.appendProgress(progress);
        return log.load().partitions().get(partition);
    }

    /** The first part of a save: closed runs, before the progress that counts them. */
    public void appendRuns(Progress progress) {
        ProgressRecords.runs(progress).forEach(this::append);
    }

    /** The others: the progress, and what it does without. */
    public void appendProgress(Progress progress) {
        append(ProgressRecords.progress(progress));
        tombstones(progress).forEach(this::append);
    }

    /** What a save forgets at its end. */
    List<LogEntry> tombstones(Progress progress) {
        TopicPartition source = progress.pair().source();
        return ProgressRecords.tombstones(progress, contents.firstChunk(source), contents.chunksEnd(source));
    }

    public void append(ShardOwner owner) {
        append(new LogEntry(OffsetLogFormat.shardKey(owner.shard()), OffsetLogFormat.shardValue(owner)));
    }

    void append(LogEntry record) {
        contents.accept(records.size(), record.key(), record.value());
        records.add(record);
    }

    /** The first chunk of runs that is there. */
    int firstChunk(TopicPartition source) {
        return contents.firstChunk(source);
    }

    /** Everything that was appended, in its order. */
    List<LogEntry> records() {
        return records;
    }

    /** What whoever reads the log to its end knows now. */
    public SavedState load() {
        return contents.state();
    }
}
