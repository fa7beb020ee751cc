package io.replicator.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.utils.Time;

/**
 * All connections of one agent to one cluster, over one {@link KafkaClient}. Only the agent's thread uses it, except for
 * {@link #wakeup}.
 */
public final class Connection implements AutoCloseable {
    /** Receives the answer to one request. */
    interface Call {
        /**
         * @param response with a body, or with the reason why there is none
         * @param buffer that holds the body's batches, {@code null} without a pool or a body
         */
        void completed(ClientResponse response, ReceiveBuffer buffer, long nowNanos);

        /** Whether batches of the answer are used after the call. */
        default boolean keepsBuffer() {
            return false;
        }
    }

    private final String clusterName;
    private final KafkaClient client;
    private final Time time;
    private final int requestTimeoutMillis;

    /** {@code null} where responses are not pooled. */
    private final ReceiveTracker receives;

    /** By correlation id. */
    private final Map<Integer, Call> calls = new HashMap<>();

    private String lastAuthenticationError = "";

    Connection(String clusterName, KafkaClient client, Time time, int requestTimeoutMillis, ReceiveTracker receives) {
        this.clusterName = clusterName;
        this.client = client;
        this.time = time;
        this.requestTimeoutMillis = requestTimeoutMillis;
        this.receives = receives;
    }

    /** The cluster's name in the configuration. */
    public String clusterName() {
        return clusterName;
    }

    /** How long a request may take, by {@code request.timeout.ms}. */
    public int requestTimeoutMillis() {
        return requestTimeoutMillis;
    }

    /** Connects to the node if it must; returns whether a request can be sent to it now. */
    boolean isReady(Node node) {
        boolean ready = client.ready(node, time.milliseconds());
        if (!ready) {
            noteAuthenticationFailure(node);
        }
        return ready;
    }

    /** Whether the last attempt to connect failed and the next one is not due yet. */
    boolean hasFailed(Node node) {
        return client.connectionFailed(node);
    }

    private void noteAuthenticationFailure(Node node) {
        AuthenticationException failure = client.authenticationException(node);
        if (failure != null) {
            lastAuthenticationError = failure.getMessage();
        }
    }

    /** Why a broker last refused the login; empty when none has. */
    public String lastAuthenticationError() {
        return lastAuthenticationError;
    }

    /** A node that can take a request now; {@code null} when none can. */
    Node leastLoadedNode() {
        return client.leastLoadedNode(time.milliseconds()).node();
    }

    /** Sends; the node must be ready. */
    void send(Node node, AbstractRequest.Builder<?> request, int timeoutMillis, Call call) {
        long nowMillis = time.milliseconds();
        ClientRequest clientRequest =
                client.newClientRequest(node.idString(), request, nowMillis, true, timeoutMillis, null);
        calls.put(clientRequest.correlationId(), call);
        client.send(clientRequest, nowMillis);
    }

    void send(Node node, AbstractRequest.Builder<?> request, Call call) {
        send(node, request, requestTimeoutMillis, call);
    }

    void disconnect(Node node) {
        client.disconnect(node.idString());
    }

    /**
     * Reads and writes what is possible, and completes the calls that were answered.
     *
     * @param timeoutMillis how long to wait when nothing is possible
     * @return how many calls were completed
     */
    public int poll(long timeoutMillis, long nowNanos) {
        List<ClientResponse> responses = client.poll(timeoutMillis, time.milliseconds());
        long completedNanos = timeoutMillis == 0 ? nowNanos : time.nanoseconds();
        for (ClientResponse response : responses) {
            complete(response, completedNanos);
        }
        if (receives != null) {
            receives.releaseUnclaimed();
        }
        return responses.size();
    }

    private void complete(ClientResponse response, long nowNanos) {
        int correlationId = response.requestHeader().correlationId();
        Call call = calls.remove(correlationId);
        if (call == null) {
            throw new IllegalStateException("an answer to no request: " + response.requestHeader());
        }
        if (response.authenticationException() != null) {
            lastAuthenticationError = response.authenticationException().getMessage();
        }
        ReceiveBuffer buffer =
                receives != null && call.keepsBuffer() ? receives.claim(response.destination(), correlationId) : null;
        call.completed(response, buffer, nowNanos);
        if (buffer != null) {
            buffer.seal();
        }
    }

    /** Ends a wait in {@link #poll}, or the next one. Any thread. */
    public void wakeup() {
        client.wakeup();
    }

    /** Requests sent to a node and not answered yet. */
    int inflight(Node node) {
        return client.inFlightRequestCount(node.idString());
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
