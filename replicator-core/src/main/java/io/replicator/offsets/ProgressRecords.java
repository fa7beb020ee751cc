package io.replicator.offsets;

import io.replicator.cluster.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * The records of a save, in three parts, each durable before the next is sent: runs mean nothing before the progress counts
 * them, and until then the former progress may still need what the new one does without.
 */
final class ProgressRecords {
    private ProgressRecords() {}

    /** First, what the progress counts, behind tombstones of what could be mistaken for it. */
    static List<LogEntry> runs(Progress progress) {
        TopicPartition source = progress.pair().source();
        List<LogEntry> records = tombstones(source, 0, 0, progress.changes().stale());
        for (RunChunk chunk : progress.changes().chunks()) {
            records.add(new LogEntry(
                    OffsetLogFormat.runsKey(source, chunk.index()),
                    OffsetLogFormat.runsValue(progress.pair(), progress.writer(), chunk)));
        }
        for (CoarseRuns coarse : progress.changes().coarse()) {
            records.add(new LogEntry(
                    OffsetLogFormat.coarseKey(source, coarse.key()),
                    OffsetLogFormat.coarseValue(progress.pair(), progress.writer(), coarse)));
        }
        return records;
    }

    /** Second, the progress. */
    static LogEntry progress(Progress progress) {
        return new LogEntry(
                OffsetLogFormat.progressKey(progress.pair().source()), OffsetLogFormat.progressValue(progress));
    }

    /**
     * Last, what it does without.
     *
     * @param firstChunk the first chunk of runs that may be in the log
     * @param endChunk behind the last one
     */
    static List<LogEntry> tombstones(Progress progress, int firstChunk, int endChunk) {
        TopicPartition source = progress.pair().source();
        int end = Math.min(endChunk, progress.changes().exactChunk());
        return tombstones(source, firstChunk, end, progress.changes().gone());
    }

    /** Forgets chunks of a partition. */
    static List<LogEntry> tombstones(
            TopicPartition source, int firstChunk, int endChunk, Iterable<CoarseRuns.Key> coarse) {
        List<LogEntry> records = new ArrayList<>();
        for (int chunk = firstChunk; chunk < endChunk; chunk++) {
            records.add(new LogEntry(OffsetLogFormat.runsKey(source, chunk), null));
        }
        for (CoarseRuns.Key key : coarse) {
            records.add(new LogEntry(OffsetLogFormat.coarseKey(source, key), null));
        }
        return records;
    }
}
