package io.replicator.wire;

import io.replicator.partition.Fault;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a broker answers about one fetched partition. Valid during {@link FetchListener#answered} only. */
public interface PartitionAnswer {
    /** What is wrong with the partition, if anything. */
    Optional<Fault> fault();

    /** The broker's name for the fault, for messages. */
    String errorName();

    /** Batches, the last of which may be cut off; the first may begin below the fetch offset. */
    ByteBuffer batches();

    /** The buffer that holds the batches. */
    ReceiveBuffer buffer();

    /** -1 when the broker did not say, as for the other offsets. */
    long highWatermark();

    long lastStableOffset();

    long logStartOffset();

    /** Whether the broker's log differs below the fetch offset (KIP-595); then the answer holds no batches. */
    boolean isDiverging();

    /** The largest epoch that the broker's log has, up to the epoch of what was read last. */
    int divergingEpoch();

    /** Where that epoch ends in the broker's log. */
    long divergingEnd();

    /** How many aborted transactions touch the batches (KIP-98). */
    int abortedTransactions();

    long abortedProducerId(int i);

    long abortedFirstOffset(int i);

    /** The follower that the leader names as nearer to this client (KIP-392), -1 for none. */
    int preferredReplica();
}
