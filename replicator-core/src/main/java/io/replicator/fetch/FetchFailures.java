package io.replicator.fetch;

import io.replicator.measure.FetchMeasures;
import io.replicator.partition.Divergence;
import io.replicator.partition.Fault;
import io.replicator.partition.Health;
import io.replicator.partition.PartitionState;
import io.replicator.partition.Remedy;
import io.replicator.wire.SourceLink;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What follows when fetching fails: the fault is counted, the partition waits before the next attempt, the metadata is
 * asked for again, and what lasts is shown as the partition's health. Fetcher's thread.
 */
final class FetchFailures {
    /** Failures in a row that an election may cause; a person is told of what takes longer. */
    private static final int MAX_UNTOLD = 4;

    /** How long partitions of a broker that cannot be reached wait: the connection has a backoff of its own. */
    private static final long UNREACHABLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SourceLink source;
    private final SourceBrokers brokers;
    private final FetchMeasures measures;
    private final Runnable onNews;

    /**
     * @param onNews tells the control plane that a partition needs it
     */
    FetchFailures(SourceLink source, SourceBrokers brokers, FetchMeasures measures, Runnable onNews) {
        this.source = source;
        this.brokers = brokers;
        this.measures = measures;
        this.onNews = onNews;
    }

    /** Whether failures in a row are so many that an election does not explain them. */
    static boolean isLasting(PartitionCursor cursor) {
        return cursor.retry.failures() > MAX_UNTOLD;
    }

    /** A broker answered a partition with a fault, or with batches that cannot be used. */
    void failed(PartitionCursor cursor, Fault fault, String why, long nowNanos) {
        measures.faults.count(fault);
        cursor.retry.failed(nowNanos);
        cursor.preferredReplica = -1;
        brokers.holdBack(cursor);
        source.refresh();
        if (fault == Fault.SOURCE_OFFSET_OUT_OF_RANGE) {
            cursor.partition.publishOutOfRange(cursor.offset);
            onNews.run();
        }
        if (isLasting(cursor) || fault.remedy() != Remedy.RETRY) {
            cursor.partition.publishSourceHealth(
                    SourceTrouble.of(source.clusterName(), cursor.partition, fault, why, cursor.offset));
        }
    }

    /** The source's log is not the one that was read: only the control plane can find out where to read on. */
    void truncated(PartitionCursor cursor, Divergence found, long nowNanos) {
        cursor.partition.publishDivergence(found);
        onNews.run();
        failed(
                cursor,
                Fault.SOURCE_TRUNCATED,
                "epoch " + found.sourceEpoch() + " ends at offset " + found.sourceEnd(),
                nowNanos);
    }

    /**
     * A broker gave no answer.
     *
     * @param cursors all of the fetcher's, with {@code null} for those that were removed
     */
    void brokerFailed(List<PartitionCursor> cursors, int nodeId, Fault fault, String why, long nowNanos) {
        measures.faults.count(fault);
        source.refresh();
        for (PartitionCursor cursor : cursors) {
            if (cursor != null && cursor.isFetchedFrom(nodeId)) {
                cursor.retry.failed(nowNanos);
                cursor.retry.postpone(nowNanos + UNREACHABLE_NANOS);
                cursor.preferredReplica = -1;
                brokers.holdBack(cursor);
                if (isLasting(cursor)) {
                    cursor.partition.publishSourceHealth(SourceTrouble.unreachable(source.clusterName(), why));
                }
            }
        }
    }

    /** A broker answered the partition without a fault. */
    static void recovered(PartitionCursor cursor) {
        cursor.retry.succeeded();
        if (cursor.partition.sourceHealth().state() != PartitionState.RUNNING) {
            cursor.partition.publishSourceHealth(Health.RUNNING);
            cursor.partition.publishOutOfRange(-1);
            cursor.partition.publishDivergence(Divergence.NONE);
        }
    }
}
