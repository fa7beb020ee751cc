package io.replicator.wire;

import io.replicator.partition.Fault;

/** What the fetcher does with the answers of its {@link SourceSession sessions}. */
public interface FetchListener {
    /** One partition's answer; {@code answer} is valid during the call only. */
    void answered(FetchedPartition partition, PartitionAnswer answer, long nowNanos);

    /** No answer came from a broker. */
    void failed(int nodeId, Fault fault, String why, long nowNanos);

    /** Every partition of an answer was passed to {@link #answered}. */
    void completed(int nodeId, long throttleNanos);
}
