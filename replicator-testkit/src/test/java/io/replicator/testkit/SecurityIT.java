package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.testkit.data.Load;
import io.replicator.testkit.data.TopicDump;
import io.replicator.testkit.junit.ClusterExtension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ClusterExtension.class)
final class SecurityIT {
    private static KafkaCluster cluster;

    @BeforeAll
    static void start() {
        cluster = KafkaCluster.builder()
                .name("secure")
                .heapMebibytes(256)
                .security(ListenerSecurity.saslSsl(Mechanism.SCRAM_SHA_512))
                .listener("SCRAM_256", ListenerSecurity.saslPlaintext(Mechanism.SCRAM_SHA_256))
                .listener("PLAIN_TLS", ListenerSecurity.saslSsl(Mechanism.PLAIN))
                .listener("TOKEN", ListenerSecurity.saslPlaintext(Mechanism.OAUTHBEARER))
                .listener("MUTUAL_TLS", ListenerSecurity.ssl())
                .superUser("admin", "admin's secret")
                .user("alice", "alice's secret")
                .authorizer()
                .start();
        cluster.createTopic("orders", 1);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {KafkaCluster.CLIENT, "SCRAM_256", "PLAIN_TLS", "TOKEN", "MUTUAL_TLS"})
    void shouldKnowUsersOnEveryListener(String listener) {
        assertThat(topics(cluster.clientProperties(listener, "admin"))).contains("orders");
        // Known, and allowed nothing: an unknown client would not come so far, and the admin listener sees all.
        assertThat(topics(cluster.clientProperties(listener, "alice"))).doesNotContain("orders");
    }

    @Test
    void shouldRefuseAWrongPassword() {
        Map<String, Object> wrong = new HashMap<>(cluster.clientProperties("alice"));
        wrong.put("sasl.jaas.config", Mechanism.SCRAM_SHA_512.clientLogin("alice", "wrong"));

        assertThatThrownBy(() -> topics(wrong)).isInstanceOf(SaslAuthenticationException.class);
    }

    @Test
    void shouldRefuseAnAuthorityItDoesNotKnow() {
        Map<String, Object> wrong = new HashMap<>(cluster.clientProperties("alice"));
        wrong.keySet().removeIf(key -> key.startsWith("ssl."));

        assertThatThrownBy(() -> topics(wrong)).isInstanceOf(SslAuthenticationException.class);
    }

    @Test
    void shouldDenyWhatNoAclAllows() throws Exception {
        cluster.createTopic("payments", 1);
        Load.to(cluster, "payments").write(5);
        Map<String, Object> alice = cluster.clientProperties("alice");

        assertThatThrownBy(() -> TopicDump.read(alice, "payments", IsolationLevel.READ_COMMITTED))
                .isInstanceOf(TopicAuthorizationException.class);

        cluster.admin()
                .createAcls(List.of(new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, "payments", PatternType.LITERAL),
                        new AccessControlEntry("User:alice", "*", AclOperation.READ, AclPermissionType.ALLOW))))
                .all()
                .get();
        Awaitility.await().until(() -> topics(alice).contains("payments"));
        assertThat(TopicDump.read(alice, "payments", IsolationLevel.READ_COMMITTED)
                        .count())
                .isEqualTo(5);
    }

    private static Set<String> topics(Map<String, Object> properties) {
        return AdminCall.with(properties, SecurityIT::names);
    }

    private static KafkaFuture<Set<String>> names(Admin admin) {
        return admin.listTopics().names();
    }
}
