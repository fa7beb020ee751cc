package io.replicator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.config.ClusterConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;

class ClusterFaultsTest {
    private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"
            + " username=\"alice\" password=\"hunter2\";";

    private static final ClusterConfig WEST = new ClusterConfig(
            "west",
            "w:9092",
            Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-256", "sasl.jaas.config", LOGIN));

    private static UnavailableException told(Throwable failure) {
        return new ClusterFaults(WEST).of(failure, "CREATE", "topic orders");
    }

    @Test
    void shouldNameUserAndMechanismButNoPassword() {
        var told = told(new SaslAuthenticationException("Authentication failed"));

        assertThat(told.reason()).isEqualTo(UnavailableException.Reason.NOT_AUTHENTICATED);
        assertThat(told.getMessage())
                .contains("west", "w:9092", "alice", "SCRAM-SHA-256")
                .doesNotContain("hunter2");
    }

    @Test
    void shouldNameClusterOperationResourceAndUserOfAMissingRight() {
        var told = told(new TopicAuthorizationException("Topic authorization failed."));

        assertThat(told.reason()).isEqualTo(UnavailableException.Reason.DENIED);
        assertThat(told.getMessage()).contains("west", "CREATE", "topic orders", "alice");
    }

    @Test
    void shouldTellTlsFromAPassword() {
        assertThat(told(new SslAuthenticationException("SSL handshake failed")).getMessage())
                .contains("TLS", "ssl.truststore");
    }

    @Test
    void shouldTellAListenerWithoutLoginFromAPassword() {
        assertThat(told(new IllegalSaslStateException("Unexpected handshake request"))
                        .getMessage())
                .contains("expects no login", "security.protocol")
                .doesNotContain("alice");
    }

    @Test
    void shouldSayThatAFileOfTheClientPropertiesDoesNotExist() {
        var config = new ClusterConfig(
                "west",
                "127.0.0.1:1",
                Map.of("security.protocol", "SSL", "ssl.truststore.location", "/nowhere/trust.jks"));

        assertThatThrownBy(() -> KafkaCluster.open(config, "test", Duration.ofSeconds(1)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("/nowhere/trust.jks does not exist");
    }

    @Test
    void shouldNameServersAndProtocolWhenNothingAnswers() {
        var told = told(new TimeoutException("Timed out waiting for a node assignment"));

        assertThat(told.reason()).isEqualTo(UnavailableException.Reason.UNREACHABLE);
        assertThat(told.getMessage()).contains("west", "w:9092", "SASL_SSL");
    }

    @Test
    void shouldRefuseWrongClientPropertiesWithoutQuotingASecret() {
        var config = new ClusterConfig(
                "west", "127.0.0.1:1", Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.jaas.config", "hunter2"));

        assertThatThrownBy(() -> KafkaCluster.open(config, "test", Duration.ofSeconds(1)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("west")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void shouldHideASecretThatTheClientQuotes() {
        var refused = new ClusterFaults(WEST).atStart(new ConfigException("sasl.jaas.config", LOGIN, "is malformed"));

        assertThat(refused)
                .isInstanceOf(RefusedException.class)
                .hasNoCause()
                .hasMessageContaining("sasl.jaas.config")
                .hasMessageContaining("is malformed")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void shouldRefuseATimeoutThatIsNoNumber() {
        var config = new ClusterConfig("west", "127.0.0.1:1", Map.of("default.api.timeout.ms", "soon"));

        assertThatThrownBy(() -> KafkaCluster.open(config, "test", Duration.ofSeconds(1)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("soon");
    }

    @Test
    void shouldKeepTryingWhereNoNameHasAnAddress() {
        assertThatThrownBy(() -> KafkaCluster.open(
                        new ClusterConfig("west", "west.invalid:9092", Map.of()), "test", Duration.ofSeconds(1)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("west.invalid:9092");
    }

    /** All of these extend InvalidConfigurationException. */
    @Test
    void shouldTellErrorsApartThatExtendOneAnother() {
        assertThat(told(GroupAuthorizationException.forGroupId("readers")).error())
                .isEqualTo(ClusterError.GROUP_DENIED);
        assertThat(told(new TopicAuthorizationException("orders")).error()).isEqualTo(ClusterError.OTHER);
        assertThat(told(new UnsupportedVersionException("too old")).error()).isEqualTo(ClusterError.NOT_SUPPORTED);
        assertThat(told(new InvalidReplicationFactorException("too many")).error())
                .isEqualTo(ClusterError.INVALID_REPLICATION_FACTOR);
        assertThat(told(new InvalidTopicException("bad name")).error()).isEqualTo(ClusterError.INVALID_TOPIC);
        assertThat(told(new InvalidConfigurationException("bad value")).error())
                .isEqualTo(ClusterError.INVALID_SETTING);
    }
}
