package io.replicator.wire;

import io.replicator.partition.Fault;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/**
 * Asks the target for a producer id and epoch (InitProducerId, KIP-98), with a transactional id or without one. One
 * question at a time; the caller repeats it, after a backoff, until it is answered.
 */
public final class ProducerIdCall {
    /** Longer than any transaction of ours is open; brokers allow 15 minutes unless told otherwise. */
    private static final int TRANSACTION_TIMEOUT_MILLIS = 60_000;

    /** What becomes of the question. */
    public interface Listener {
        void granted(long producerId, short epoch, long nowNanos);

        /** Not this time; {@code fault} says whether asking again can help without an operator. */
        void refused(Fault fault, String why, long nowNanos);
    }

    private final ClusterView cluster;
    private final Optional<String> transactionalId;
    private final Listener listener;
    private boolean asking;
    private Node coordinator;

    /**
     * @param transactionalId whose earlier owners are fenced by the new epoch; empty for an anonymous id
     */
    public ProducerIdCall(ClusterView cluster, Optional<String> transactionalId, Listener listener) {
        this.cluster = cluster;
        this.transactionalId = transactionalId;
        this.listener = listener;
    }

    public boolean isAsking() {
        return asking;
    }

    /**
     * Asks, if a broker is there to be asked.
     *
     * @return whether something was sent
     */
    public boolean ask() {
        if (asking) {
            return false;
        }
        if (transactionalId.isEmpty()) {
            return askFor(cluster.connection().leastLoadedNode());
        }
        return coordinator == null ? findCoordinator() : askFor(coordinator);
    }

    private boolean findCoordinator() {
        Node node = cluster.connection().leastLoadedNode();
        if (node == null || !cluster.connection().isReady(node)) {
            return false;
        }
        asking = true;
        FindCoordinatorRequestData request = new FindCoordinatorRequestData()
                .setKeyType(FindCoordinatorRequest.CoordinatorType.TRANSACTION.id())
                .setCoordinatorKeys(List.of(transactionalId.get()));
        cluster.connection().send(node, new FindCoordinatorBuilder(request), this::coordinatorFound);
        return true;
    }

    /** Brokers before 2.8 take one key instead of a list; the same question in both shapes. */
    private static final class FindCoordinatorBuilder
            extends org.apache.kafka.common.requests.AbstractRequest.Builder<FindCoordinatorRequest> {
        private final FindCoordinatorRequestData data;

        FindCoordinatorBuilder(FindCoordinatorRequestData data) {
            super(org.apache.kafka.common.protocol.ApiKeys.FIND_COORDINATOR);
            this.data = data;
        }

        @Override
        public FindCoordinatorRequest build(short version) {
            if (version < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
                data.setKey(data.coordinatorKeys().get(0)).setCoordinatorKeys(List.of());
            }
            return new FindCoordinatorRequest.Builder(data).build(version);
        }
    }

    private void coordinatorFound(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            listener.refused(NoAnswer.targetFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        FindCoordinatorResponse found = (FindCoordinatorResponse) response.responseBody();
        FindCoordinatorResponseData.Coordinator answer = found.coordinatorByKey(transactionalId.get())
                .orElseGet(() -> new FindCoordinatorResponseData.Coordinator()
                        .setErrorCode(found.data().errorCode())
                        .setNodeId(found.data().nodeId())
                        .setHost(found.data().host())
                        .setPort(found.data().port()));
        Errors error = Errors.forCode(answer.errorCode());
        if (error != Errors.NONE) {
            refuse(error, nowNanos);
            return;
        }
        coordinator = new Node(answer.nodeId(), answer.host(), answer.port());
        ask();
    }

    private boolean askFor(Node node) {
        if (node == null || !cluster.connection().isReady(node)) {
            if (node != null && cluster.connection().hasFailed(node)) {
                coordinator = null;
            }
            return false;
        }
        asking = true;
        InitProducerIdRequestData request = new InitProducerIdRequestData()
                .setTransactionalId(transactionalId.orElse(null))
                .setTransactionTimeoutMs(TRANSACTION_TIMEOUT_MILLIS)
                .setProducerId(RecordBatch.NO_PRODUCER_ID)
                .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
        cluster.connection().send(node, new InitProducerIdRequest.Builder(request), this::answered);
        return true;
    }

    private void answered(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            coordinator = null;
            listener.refused(NoAnswer.targetFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        InitProducerIdResponseData answer = ((InitProducerIdResponse) response.responseBody()).data();
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NONE) {
            listener.granted(answer.producerId(), answer.producerEpoch(), nowNanos);
        } else {
            coordinator = null;
            refuse(error, nowNanos);
        }
    }

    private void refuse(Errors error, long nowNanos) {
        listener.refused(FaultOf.produce(error), error.name() + ": " + error.message(), nowNanos);
    }
}
