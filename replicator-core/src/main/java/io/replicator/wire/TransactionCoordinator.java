package io.replicator.wire;

import io.replicator.partition.Fault;
import java.util.List;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;

/**
 * The broker that coordinates one transactional id, as last answered. All calls of that id share it.
 */
public final class TransactionCoordinator {
    /** Receives the result of a search. */
    interface Listener {
        void found(long nowNanos);

        void notFound(Fault fault, String why, long nowNanos);
    }

    private final ClusterView cluster;
    private final String transactionalId;
    private Node node;
    private boolean asking;

    public TransactionCoordinator(ClusterView cluster, String transactionalId) {
        this.cluster = cluster;
        this.transactionalId = transactionalId;
    }

    public String transactionalId() {
        return transactionalId;
    }

    /** {@code null} while it is not known. */
    Node node() {
        return node;
    }

    /** The coordinator has moved, or cannot be reached. */
    void forget() {
        node = null;
    }

    /** Asks any broker; false when a request is under way, or none can be sent. */
    boolean find(Listener listener) {
        Node any = asking ? null : cluster.connection().leastLoadedNode();
        if (any == null || !cluster.connection().isReady(any)) {
            return false;
        }
        asking = true;
        FindCoordinatorRequestData request = new FindCoordinatorRequestData()
                .setKeyType(FindCoordinatorRequest.CoordinatorType.TRANSACTION.id())
                .setCoordinatorKeys(List.of(transactionalId));
        cluster.connection()
                .send(any, new Builder(request), (response, none, nowNanos) -> answered(response, listener, nowNanos));
        return true;
    }

    /** Brokers before 2.8 take one key instead of a list; the same request in both forms. */
    private static final class Builder extends AbstractRequest.Builder<FindCoordinatorRequest> {
        private final FindCoordinatorRequestData data;

        Builder(FindCoordinatorRequestData data) {
            super(ApiKeys.FIND_COORDINATOR);
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

    private void answered(ClientResponse response, Listener listener, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            listener.notFound(NoAnswer.transactionFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        FindCoordinatorResponse found = (FindCoordinatorResponse) response.responseBody();
        FindCoordinatorResponseData.Coordinator answer = found.coordinatorByKey(transactionalId)
                .orElseGet(() -> new FindCoordinatorResponseData.Coordinator()
                        .setErrorCode(found.data().errorCode())
                        .setNodeId(found.data().nodeId())
                        .setHost(found.data().host())
                        .setPort(found.data().port()));
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NONE) {
            node = new Node(answer.nodeId(), answer.host(), answer.port());
            listener.found(nowNanos);
        } else {
            listener.notFound(FaultOf.identity(error), FaultOf.words(error), nowNanos);
        }
    }
}
