package io.replicator.testkit;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a cluster is to be: checked, and independent of where the brokers run. */
record ClusterPlan(
        String name, int brokers, Map<String, String> properties, Access access, Jvm jvm, Path root, boolean proxied) {
    ClusterPlan {
        require(brokers >= 1 && brokers <= 3, "brokers: " + brokers + "; must be 1 to 3");
        require(name.matches("[A-Za-z0-9_.-]+"), "name: '" + name + "'; letters, digits, '_', '.', '-' only");
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    /** Who may come in, and how. */
    record Access(
            Map<String, ListenerSecurity> listeners,
            Map<String, String> users,
            boolean authorizer,
            Set<String> superUsers) {
        Access {
            listeners = Collections.unmodifiableMap(new LinkedHashMap<>(listeners));
            users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
            superUsers = Set.copyOf(superUsers);
            // Kafka's syntaxes for users quote, and have no escape that all of them understand.
            require(
                    users.entrySet().stream()
                            .noneMatch(user -> (user.getKey() + user.getValue()).matches(".*[\"\\\\].*")),
                    "quotes and backslashes are not possible in users and passwords");
            boolean sasl = listeners.values().stream().anyMatch(ListenerSecurity::usesSasl);
            require(!sasl || !users.isEmpty(), "a SASL listener needs a user");
            require(users.keySet().containsAll(superUsers), "super users " + superUsers + " must be users");
            ListenerSecurity client = listeners.get(KafkaCluster.CLIENT);
            boolean recognised = client.usesSasl() || (client.usesTls() && !users.isEmpty());
            require(!authorizer || recognised, "an authorizer needs clients with a name: SASL, or SSL with users");
        }

        boolean usesTls() {
            return listeners.values().stream().anyMatch(ListenerSecurity::usesTls);
        }

        ListenerSecurity listener(String listener) {
            ListenerSecurity security = listeners.get(listener);
            require(security != null, "no listener " + listener + "; there are " + listeners.keySet());
            return security;
        }
    }

    /** The broker's JVM: its heap, and whether it compiles for speed or for a quick start. */
    record Jvm(int heapMebibytes, boolean optimized) {
        Jvm {
            require(heapMebibytes >= 128, "heap: " + heapMebibytes + " MiB; must be at least 128");
        }
    }

    /** How many replicas the brokers' own topics have. */
    int internalReplicas() {
        return Math.min(3, brokers);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
