package io.replicator.wire;

import io.replicator.partition.Fault;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** An answer as a fetch response has it. One object per session, filled again for each partition. */
final class FetchAnswer implements PartitionAnswer {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private FetchResponseData.PartitionData data;
    private ByteBuffer batches = NONE;
    private ReceiveBuffer buffer;

    void fill(FetchResponseData.PartitionData newData, ReceiveBuffer newBuffer) {
        data = newData;
        // Records make a view with each call: this is the only one.
        batches = newData.records() instanceof MemoryRecords records ? records.buffer() : NONE;
        buffer = newBuffer;
    }

    @Override
    public Optional<Fault> fault() {
        Errors error = Errors.forCode(data.errorCode());
        return error == Errors.NONE ? Optional.empty() : Optional.of(FaultOf.fetch(error));
    }

    @Override
    public String errorName() {
        return Errors.forCode(data.errorCode()).name();
    }

    @Override
    public ByteBuffer batches() {
        return batches;
    }

    @Override
    public ReceiveBuffer buffer() {
        return buffer;
    }

    @Override
    public long highWatermark() {
        return data.highWatermark();
    }

    @Override
    public long lastStableOffset() {
        return data.lastStableOffset();
    }

    @Override
    public long logStartOffset() {
        return data.logStartOffset();
    }

    @Override
    public boolean isDiverging() {
        return data.divergingEpoch().epoch() >= 0;
    }

    @Override
    public int divergingEpoch() {
        return data.divergingEpoch().epoch();
    }

    @Override
    public long divergingEnd() {
        return data.divergingEpoch().endOffset();
    }

    @Override
    public int abortedTransactions() {
        List<FetchResponseData.AbortedTransaction> aborted = data.abortedTransactions();
        return aborted == null ? 0 : aborted.size();
    }

    @Override
    public long abortedProducerId(int i) {
        return data.abortedTransactions().get(i).producerId();
    }

    @Override
    public long abortedFirstOffset(int i) {
        return data.abortedTransactions().get(i).firstOffset();
    }

    @Override
    public int preferredReplica() {
        return data.preferredReadReplica();
    }
}
