package io.replicator.wire;

import io.replicator.partition.Fault;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.Node;

/** Why a request got no answer: as a fault, and as text. */
final class NoAnswer {
    private NoAnswer() {}

    static Fault targetFault(ClientResponse response) {
        if (response.versionMismatch() != null) {
            return Fault.UNEXPECTED;
        }
        return response.wasTimedOut() ? Fault.TARGET_TIMED_OUT : Fault.TARGET_UNREACHABLE;
    }

    /** The same for requests that only brokers with transactions know. */
    static Fault transactionFault(ClientResponse response) {
        return response.versionMismatch() != null ? Fault.TARGET_LACKS_TRANSACTIONS : targetFault(response);
    }

    static String words(ClientResponse response) {
        String broker = "broker " + response.destination();
        if (response.versionMismatch() != null) {
            return broker + " does not speak our protocol: "
                    + response.versionMismatch().getMessage();
        }
        if (response.authenticationException() != null) {
            return broker + " refused us: " + response.authenticationException().getMessage();
        }
        return response.wasTimedOut() ? broker + " did not answer in time" : broker + " closed the connection";
    }

    static String unreachable(Node node) {
        return "broker " + node.idString() + " at " + node.host() + ":" + node.port() + " cannot be reached";
    }
}
