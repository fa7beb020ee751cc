package io.replicator.testkit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A broker's place: its id, and for each listener where it listens and what it tells clients. */
record BrokerNode(int id, Map<String, Endpoint> endpoints) {
    BrokerNode {
        endpoints = Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
    }

    /** One listener: the address bound, and the address advertised. */
    record Endpoint(String bindHost, int bindPort, String host, int port) {
        static Endpoint local(int port) {
            return new Endpoint("127.0.0.1", port, "127.0.0.1", port);
        }

        Endpoint advertisedAt(String otherHost, int otherPort) {
            return new Endpoint(bindHost, bindPort, otherHost, otherPort);
        }
    }

    Endpoint endpoint(String listener) {
        Endpoint endpoint = endpoints.get(listener);
        if (endpoint == null) {
            throw new IllegalArgumentException("no listener " + listener + "; there are " + endpoints.keySet());
        }
        return endpoint;
    }

    BrokerNode with(String listener, Endpoint endpoint) {
        Map<String, Endpoint> changed = new LinkedHashMap<>(endpoints);
        changed.put(listener, endpoint);
        return new BrokerNode(id, changed);
    }
}
