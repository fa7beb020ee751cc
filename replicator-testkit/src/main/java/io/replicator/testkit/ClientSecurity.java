package io.replicator.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a client must say to be let in. */
final class ClientSecurity {
    private ClientSecurity() {}

    static Map<String, Object> properties(
            ClusterPlan plan, String listener, String user, String bootstrapServers, KeyStores keyStores) {
        ListenerSecurity security = plan.access().listener(listener);
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("bootstrap.servers", bootstrapServers);
        properties.put("security.protocol", security.protocol().name());
        if (security.usesTls()) {
            properties.putAll(keyStores.trust());
            if (!security.usesSasl() && !plan.access().users().isEmpty()) {
                properties.putAll(keyStores.identity(known(plan, user)));
            }
        }
        if (security.usesSasl()) {
            Mechanism mechanism = security.mechanism();
            String password = plan.access().users().get(known(plan, user));
            properties.put("sasl.mechanism", mechanism.kafkaName());
            properties.put("sasl.jaas.config", mechanism.clientLogin(user, password));
        }
        return properties;
    }

    /** The first user named, or nobody where nobody has a name. */
    static String defaultUser(ClusterPlan plan) {
        return plan.access().users().keySet().stream().findFirst().orElse("");
    }

    private static String known(ClusterPlan plan, String user) {
        if (!plan.access().users().containsKey(user)) {
            throw new IllegalArgumentException(plan.name() + " has no user '" + user + "'; there are "
                    + plan.access().users().keySet());
        }
        return user;
    }
}
