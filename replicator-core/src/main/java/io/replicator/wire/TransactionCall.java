package io.replicator.wire;

import io.replicator.partition.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;

/**
 * Opens and ends transactions of one transactional id (AddPartitionsToTxn and EndTxn, KIP-98). It uses the first version of
 * the transaction protocol whatever the broker offers: in the second one (KIP-890) each end of a transaction changes the
 * epoch, and brokers refuse the former one. One request at a time; the caller repeats one that got no answer.
 */
public final class TransactionCall implements TransactionCoordinator.Listener {
    /** Receives the answers. */
    public interface Listener {
        /** All partitions of the request are in the transaction. */
        void added(long nowNanos);

        /** These partitions cannot be added; so none of the request was. */
        void partitionsRefused(Map<TopicPartition, Fault> faults, long nowNanos);

        /** The transaction ends: a marker will soon be in each of its partitions. */
        void ended(long nowNanos);

        /** The coordinator has no transaction that could be ended. */
        void noTransaction(long nowNanos);

        /** Refused, not possible now, or unknown; {@code fault} says which. */
        void refused(Fault fault, String why, long nowNanos);
    }

    private final ClusterView cluster;
    private final TransactionCoordinator coordinator;
    private final Listener listener;
    private boolean asking;

    public TransactionCall(ClusterView cluster, TransactionCoordinator coordinator, Listener listener) {
        this.cluster = cluster;
        this.coordinator = coordinator;
        this.listener = listener;
    }

    public boolean isAsking() {
        return asking;
    }

    /** Adds partitions to the transaction; false when no request can be sent now. */
    public boolean add(long producerId, short epoch, List<TopicPartition> partitions, long nowNanos) {
        return ask(
                AddPartitionsToTxnRequest.Builder.forClient(
                        coordinator.transactionalId(), producerId, epoch, new ArrayList<>(partitions)),
                this::added,
                nowNanos);
    }

    /** Commits or aborts the transaction; false when no request can be sent now. */
    public boolean end(long producerId, short epoch, boolean isCommitted, long nowNanos) {
        EndTxnRequestData request = new EndTxnRequestData()
                .setTransactionalId(coordinator.transactionalId())
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setCommitted(isCommitted);
        return ask(new EndTxnRequest.Builder(request, false), this::ended, nowNanos);
    }

    private boolean ask(AbstractRequest.Builder<?> request, Connection.Call call, long nowNanos) {
        if (asking) {
            return false;
        }
        Node node = coordinator.node();
        if (node == null) {
            asking = coordinator.find(this);
            return asking;
        }
        if (!cluster.connection().isReady(node)) {
            if (cluster.connection().hasFailed(node)) {
                coordinator.forget();
                listener.refused(Fault.TARGET_UNREACHABLE, NoAnswer.unreachable(node), nowNanos);
            }
            return false;
        }
        asking = true;
        cluster.connection().send(node, request, call);
        return true;
    }

    /** The caller sends its request again at its next turn. */
    @Override
    public void found(long nowNanos) {
        asking = false;
    }

    @Override
    public void notFound(Fault fault, String why, long nowNanos) {
        asking = false;
        listener.refused(fault, why, nowNanos);
    }

    private void added(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            noAnswer(response, nowNanos);
            return;
        }
        Map<TopicPartition, Errors> errors = ((AddPartitionsToTxnResponse) response.responseBody())
                .errors()
                .getOrDefault(AddPartitionsToTxnResponse.V3_AND_BELOW_TXN_ID, Map.of());
        Map<TopicPartition, Fault> faults = new HashMap<>();
        for (Map.Entry<TopicPartition, Errors> each : errors.entrySet()) {
            switch (each.getValue()) {
                case NONE, OPERATION_NOT_ATTEMPTED -> {}
                case UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED ->
                    faults.put(each.getKey(), FaultOf.produce(each.getValue()));
                default -> {
                    refuse(each.getValue(), nowNanos);
                    return;
                }
            }
        }
        if (faults.isEmpty()) {
            listener.added(nowNanos);
        } else {
            listener.partitionsRefused(faults, nowNanos);
        }
    }

    private void ended(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            noAnswer(response, nowNanos);
            return;
        }
        Errors error = ((EndTxnResponse) response.responseBody()).error();
        switch (error) {
            case NONE -> listener.ended(nowNanos);
            case INVALID_TXN_STATE -> listener.noTransaction(nowNanos);
            default -> refuse(error, nowNanos);
        }
    }

    private void noAnswer(ClientResponse response, long nowNanos) {
        coordinator.forget();
        listener.refused(NoAnswer.transactionFault(response), NoAnswer.words(response), nowNanos);
    }

    private void refuse(Errors error, long nowNanos) {
        if (error != Errors.CONCURRENT_TRANSACTIONS) {
            coordinator.forget();
        }
        listener.refused(FaultOf.produce(error), FaultOf.words(error), nowNanos);
    }
}
