package io.replicator.wire;

import io.replicator.partition.Fault;
import java.util.Optional;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/**
 * Asks the target for a producer id and epoch (InitProducerId, KIP-98), with a transactional id or without one. One request
 * at a time; the caller repeats it, after a backoff, until it is answered.
 */
public final class ProducerIdCall implements TransactionCoordinator.Listener {
    /** No producer id is expected: the grant takes the transactional id from its present owner. */
    public static final long NO_PRODUCER_ID = RecordBatch.NO_PRODUCER_ID;

    /** Longer than any transaction of a lane is open; brokers allow 15 minutes by default. */
    private static final int TRANSACTION_TIMEOUT_MILLIS = 60_000;

    /** From this version on, a request names the epoch that it expects to follow (KIP-360). */
    private static final short EXPECTING_VERSION = 3;

    /** Receives the answer. */
    public interface Listener {
        /**
         * @param follows whether the coordinator confirmed that it granted nothing to others since the producer id and epoch
         *     that the request named
         */
        void granted(long producerId, short epoch, boolean follows, long nowNanos);

        /** Nothing was granted; {@code fault} says whether another request can help without an operator. */
        void refused(Fault fault, String why, long nowNanos);
    }

    private final ClusterView cluster;
    private final Optional<TransactionCoordinator> coordinator;
    private final Listener listener;
    private boolean asking;
    private long formerProducerId;
    private short formerEpoch;

    /**
     * @param coordinator of the transactional id whose earlier owners are fenced by the new epoch; empty for an anonymous id
     */
    public ProducerIdCall(ClusterView cluster, Optional<TransactionCoordinator> coordinator, Listener listener) {
        this.cluster = cluster;
        this.coordinator = coordinator;
        this.listener = listener;
    }

    public boolean isAsking() {
        return asking;
    }

    /**
     * Sends the request, if a broker can take it.
     *
     * @param producerId with {@code epoch}, what the grant should follow: it is refused when another owner was granted one
     *     since. {@link #NO_PRODUCER_ID} to take it from any owner
     * @return whether something was sent
     */
    public boolean ask(long producerId, short epoch, long nowNanos) {
        if (asking) {
            return false;
        }
        formerProducerId = producerId;
        formerEpoch = epoch;
        if (coordinator.isEmpty()) {
            return send(cluster.connection().leastLoadedNode(), nowNanos);
        }
        Node node = coordinator.get().node();
        return node == null ? findCoordinator() : send(node, nowNanos);
    }

    private boolean findCoordinator() {
        asking = coordinator.get().find(this);
        return asking;
    }

    @Override
    public void found(long nowNanos) {
        asking = false;
        send(coordinator.get().node(), nowNanos);
    }

    @Override
    public void notFound(Fault fault, String why, long nowNanos) {
        asking = false;
        listener.refused(fault, why, nowNanos);
    }

    private boolean send(Node node, long nowNanos) {
        if (node == null || !cluster.connection().isReady(node)) {
            if (node != null && cluster.connection().hasFailed(node)) {
                forgetCoordinator();
                listener.refused(Fault.TARGET_UNREACHABLE, NoAnswer.unreachable(node), nowNanos);
            }
            return false;
        }
        asking = true;
        InitProducerIdRequestData request = new InitProducerIdRequestData()
                .setTransactionalId(
                        coordinator.map(TransactionCoordinator::transactionalId).orElse(null))
                .setTransactionTimeoutMs(TRANSACTION_TIMEOUT_MILLIS)
                .setProducerId(formerProducerId)
                .setProducerEpoch(formerEpoch);
        cluster.connection().send(node, new Builder(request), this::answered);
        return true;
    }

    /** Requests to brokers before 2.5 cannot name what is expected. */
    private static final class Builder extends AbstractRequest.Builder<InitProducerIdRequest> {
        private final InitProducerIdRequestData data;

        Builder(InitProducerIdRequestData data) {
            super(ApiKeys.INIT_PRODUCER_ID);
            this.data = data;
        }

        @Override
        public InitProducerIdRequest build(short version) {
            if (version < EXPECTING_VERSION) {
                data.setProducerId(RecordBatch.NO_PRODUCER_ID).setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
            }
            return new InitProducerIdRequest.Builder(data).build(version);
        }
    }

    private void forgetCoordinator() {
        coordinator.ifPresent(TransactionCoordinator::forget);
    }

    private void answered(ClientResponse response, ReceiveBuffer none, long nowNanos) {
        asking = false;
        if (!response.hasResponse()) {
            forgetCoordinator();
            listener.refused(NoAnswer.transactionFault(response), NoAnswer.words(response), nowNanos);
            return;
        }
        InitProducerIdResponseData answer = ((InitProducerIdResponse) response.responseBody()).data();
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NONE) {
            boolean follows = formerProducerId != NO_PRODUCER_ID
                    && response.requestHeader().apiVersion() >= EXPECTING_VERSION;
            listener.granted(answer.producerId(), answer.producerEpoch(), follows, nowNanos);
        } else {
            forgetCoordinator();
            listener.refused(FaultOf.identity(error), words(error), nowNanos);
        }
    }

    private static String words(Errors error) {
        return error == Errors.INVALID_TRANSACTION_TIMEOUT
                ? FaultOf.words(error) + " (transaction.max.timeout.ms of the brokers must be at least "
                        + TRANSACTION_TIMEOUT_MILLIS + ")"
                : FaultOf.words(error);
    }
}
