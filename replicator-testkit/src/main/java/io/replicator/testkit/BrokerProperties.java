package io.replicator.testkit;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** The properties of one broker: small and quick, as tests want them, unless the plan says otherwise. */
final class BrokerProperties {
    static final String CONTROLLER = "CONTROLLER";

    /** Of containers only, whose network among themselves is not the one their clients are in. */
    static final String INTERNAL = "INTERNAL";

    private final ClusterPlan plan;
    private final Map<String, String> properties = new LinkedHashMap<>();

    private BrokerProperties(ClusterPlan plan) {
        this.plan = plan;
    }

    static Map<String, String> of(
            ClusterPlan plan, BrokerNode node, List<BrokerNode> quorum, String logDirectory, String certificates) {
        BrokerProperties broker = new BrokerProperties(plan);
        broker.role(node, quorum, logDirectory);
        broker.listeners(node);
        broker.smallAndQuick();
        plan.access().listeners().forEach((listener, security) -> broker.secure(listener, security, certificates));
        broker.authorize();
        broker.properties.putAll(plan.properties());
        return broker.properties;
    }

    private void role(BrokerNode node, List<BrokerNode> quorum, String logDirectory) {
        set("process.roles", "broker,controller");
        set("node.id", node.id());
        set("controller.listener.names", CONTROLLER);
        set("inter.broker.listener.name", node.endpoints().containsKey(INTERNAL) ? INTERNAL : KafkaCluster.ADMIN);
        set(
                "controller.quorum.voters",
                quorum.stream()
                        .map(voter -> {
                            BrokerNode.Endpoint endpoint = voter.endpoint(CONTROLLER);
                            return voter.id() + "@" + endpoint.host() + ":" + endpoint.port();
                        })
                        .collect(joining(",")));
        set("log.dirs", logDirectory);
        set("broker.rack", KafkaCluster.rack(node.id()));
    }

    private void listeners(BrokerNode node) {
        set("listeners", addresses(node, endpoint -> endpoint.bindHost() + ":" + endpoint.bindPort()));
        set("advertised.listeners", addresses(node, endpoint -> endpoint.host() + ":" + endpoint.port()));
        set(
                "listener.security.protocol.map",
                node.endpoints().keySet().stream()
                        .map(listener -> listener + ":" + protocol(listener))
                        .collect(joining(",")));
    }

    private SecurityProtocol protocol(String listener) {
        return plan.access()
                .listeners()
                .getOrDefault(listener, ListenerSecurity.plaintext())
                .protocol();
    }

    private static String addresses(BrokerNode node, Function<BrokerNode.Endpoint, String> address) {
        return node.endpoints().entrySet().stream()
                .map(endpoint -> endpoint.getKey() + "://" + address.apply(endpoint.getValue()))
                .collect(joining(","));
    }

    private void smallAndQuick() {
        int replicas = plan.internalReplicas();
        set("auto.create.topics.enable", "false");
        set("group.initial.rebalance.delay.ms", 0);
        set("offsets.topic.replication.factor", replicas);
        set("offsets.topic.num.partitions", 5);
        set("transaction.state.log.replication.factor", replicas);
        set("transaction.state.log.min.isr", 1);
        set("transaction.state.log.num.partitions", 5);
        set("share.coordinator.state.topic.replication.factor", replicas);
        set("share.coordinator.state.topic.min.isr", 1);
        set("share.coordinator.state.topic.num.partitions", 5);
        set("num.network.threads", 2);
        set("num.io.threads", 4);
        set("background.threads", 2);
        // The cleaner's map is allocated at start, 128 MiB by default.
        set("log.cleaner.dedupe.buffer.size", 8 << 20);
        set("log.cleaner.backoff.ms", 500);
        set("log.segment.delete.delay.ms", 1_000);
        // Generated records are years old by their timestamps, and would go half a minute after a broker's start.
        set("log.retention.ms", -1);
        // A killed broker is given up after this time; much less and a busy machine loses healthy ones.
        set("broker.heartbeat.interval.ms", 500);
        set("broker.session.timeout.ms", 4_000);
        set("replica.lag.time.max.ms", 4_000);
        set("replica.fetch.backoff.ms", 200);
    }

    private void secure(String listener, ListenerSecurity security, String certificates) {
        String prefix = "listener.name." + listener.toLowerCase(Locale.ROOT) + ".";
        if (security.usesTls()) {
            KeyStores.brokerProperties(certificates).forEach((key, value) -> set(prefix + key, value));
            boolean mutual = !security.usesSasl() && !plan.access().users().isEmpty();
            set(prefix + "ssl.client.auth", mutual ? "required" : "none");
            // A certificate's CN is the user's name, as with SASL.
            set("ssl.principal.mapping.rules", "RULE:^CN=([^,]+).*$/$1/,DEFAULT");
        }
        if (security.usesSasl()) {
            Mechanism mechanism = security.mechanism();
            set(prefix + "sasl.enabled.mechanisms", mechanism.kafkaName());
            set(
                    prefix + mechanism.kafkaName().toLowerCase(Locale.ROOT) + ".sasl.jaas.config",
                    mechanism.login(brokerLogin(mechanism)));
        }
    }

    private String brokerLogin(Mechanism mechanism) {
        return switch (mechanism) {
            case NONE, SCRAM_SHA_256, SCRAM_SHA_512 -> "";
            case PLAIN ->
                plan.access().users().entrySet().stream()
                        .map(user -> "user_" + user.getKey() + "=" + Mechanism.quoted(user.getValue()))
                        .collect(joining(" "));
            case OAUTHBEARER -> "unsecuredLoginStringClaim_sub=" + Mechanism.quoted("broker");
        };
    }

    private void authorize() {
        if (plan.access().authorizer()) {
            set("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
            // Nobody else is anonymous: clients of a cluster with an authorizer have names.
            set(
                    "super.users",
                    "User:ANONYMOUS"
                            + plan.access().superUsers().stream()
                                    .map(user -> ";User:" + user)
                                    .collect(joining()));
        }
    }

    private void set(String key, Object value) {
        properties.put(key, String.valueOf(value));
    }
}
