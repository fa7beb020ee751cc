package io.replicator.wire;

import io.replicator.partition.Fault;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What a fetch response says of one partition. One object per session, filled anew for each partition. */
public final class PartitionAnswer {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private FetchResponseData.PartitionData data;
    private ReceiveBuffer buffer;

    void fill(FetchResponseData.PartitionData newData, ReceiveBuffer newBuffer) {
        data = newData;
        buffer = newBuffer;
    }

    /** What is wrong with the partition, if anything. */
    public Optional<Fault> fault() {
        Errors error = Errors.forCode(data.errorCode());
        return error == Errors.NONE ? Optional.empty() : Optional.of(FaultOf.fetch(error));
    }

    /** The broker's word for the fault, for messages. */
    public String errorName() {
        return Errors.forCode(data.errorCode()).name();
    }

    /** Batches, the last of which may be cut off; the first may begin below the fetch offset. */
    public ByteBuffer batches() {
        return data.records() instanceof MemoryRecords records ? records.buffer() : NONE;
    }

    /** What the batches stand in. */
    public ReceiveBuffer buffer() {
        return buffer;
    }

    public long highWatermark() {
        return data.highWatermark();
    }

    public long lastStableOffset() {
        return data.lastStableOffset();
    }

    public long logStartOffset() {
        return data.logStartOffset();
    }

    /** Whether the broker's log is not the one that was read up to the fetch offset (KIP-595); then nothing else is said. */
    public boolean isDiverging() {
        return data.divergingEpoch().epoch() >= 0;
    }

    /** The largest epoch, up to that of what was read last, that the broker's log has. */
    public int divergingEpoch() {
        return data.divergingEpoch().epoch();
    }

    /** Where that epoch ends in the broker's log. */
    public long divergingEnd() {
        return data.divergingEpoch().endOffset();
    }

    /** How many aborted transactions touch the batches (KIP-98), in the order of their first offsets. */
    public int abortedTransactions() {
        List<FetchResponseData.AbortedTransaction> aborted = data.abortedTransactions();
        return aborted == null ? 0 : aborted.size();
    }

    public long abortedProducerId(int i) {
        return data.abortedTransactions().get(i).producerId();
    }

    public long abortedFirstOffset(int i) {
        return data.abortedTransactions().get(i).firstOffset();
    }

    /** The follower that the leader would rather have us fetch from (KIP-392), -1 for none. */
    public int preferredReplica() {
        return data.preferredReadReplica();
    }
}
