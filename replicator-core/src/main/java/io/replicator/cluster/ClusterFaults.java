package io.replicator.cluster;

import io.replicator.config.ClusterConfig;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Judges the failures of Kafka's clients, and puts them into words. A message may name a user, never a password. */
final class ClusterFaults {
    private static final Pattern USER = Pattern.compile("username\\s*=\\s*[\"']?([^\"';\\s]+)");

    /**
     * By exactly these classes: many of Kafka's exceptions, such as those of denied rights and of old brokers, extend
     * {@link InvalidConfigurationException}.
     */
    private static final Map<Class<?>, ClusterError> ERRORS = Map.ofEntries(
            Map.entry(UnknownTopicOrPartitionException.class, ClusterError.UNKNOWN_TOPIC),
            Map.entry(TopicExistsException.class, ClusterError.TOPIC_EXISTS),
            Map.entry(InvalidTopicException.class, ClusterError.INVALID_TOPIC),
            Map.entry(InvalidReplicationFactorException.class, ClusterError.INVALID_REPLICATION_FACTOR),
            Map.entry(InvalidConfigurationException.class, ClusterError.INVALID_SETTING),
            Map.entry(UnsupportedVersionException.class, ClusterError.NOT_SUPPORTED),
            Map.entry(RecordTooLargeException.class, ClusterError.RECORD_TOO_LARGE),
            Map.entry(GroupIdNotFoundException.class, ClusterError.UNKNOWN_GROUP),
            Map.entry(UnknownMemberIdException.class, ClusterError.GROUP_IN_USE),
            Map.entry(StaleMemberEpochException.class, ClusterError.GROUP_IN_USE),
            Map.entry(FencedMemberEpochException.class, ClusterError.GROUP_IN_USE),
            Map.entry(RebalanceInProgressException.class, ClusterError.GROUP_IN_USE),
            Map.entry(GroupNotEmptyException.class, ClusterError.GROUP_IN_USE),
            Map.entry(GroupAuthorizationException.class, ClusterError.GROUP_DENIED),
            Map.entry(FencedInstanceIdException.class, ClusterError.INSTANCE_FENCED),
            Map.entry(UnreleasedInstanceIdException.class, ClusterError.INSTANCE_IN_USE),
            Map.entry(InvalidSessionTimeoutException.class, ClusterError.INVALID_SESSION_TIMEOUT));

    private final ClusterConfig config;

    ClusterFaults(ClusterConfig config) {
        this.config = config;
    }

    /** A client could not be made. */
    RuntimeException atStart(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof ConfigException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String words = cause instanceof NoSuchFileException ? cause.getMessage() + " does not exist" : words(cause);
        if (words.contains("resolvable bootstrap")) {
            return new UnavailableException(
                    UnavailableException.Reason.UNREACHABLE,
                    ClusterError.OTHER,
                    "cluster " + config.name() + ": no host name of bootstrap-servers " + config.bootstrapServers()
                            + " has an address; check the names and the name service",
                    words,
                    failure);
        }
        // Without its cause: that one quotes what it does not like, and may end up in a log.
        return new RefusedException("cluster " + config.name() + ": the client properties are refused: "
                + withoutValue(words) + "; correct clusters." + config.name() + ".client");
    }

    /** An operation on a resource failed. */
    UnavailableException of(Throwable failure, String operation, String resource) {
        if (failure.getClass() == KafkaException.class && failure.getCause() != null) {
            return of(failure.getCause(), operation, resource); // Only the cause says why.
        }
        if (failure instanceof AuthorizationException) {
            return denied(failure, operation, resource);
        }
        if (failure instanceof AuthenticationException) {
            return notAuthenticated(failure);
        }
        if (failure instanceof RetriableException || failure instanceof java.util.concurrent.TimeoutException) {
            return unreachable(failure, operation, resource);
        }
        return new UnavailableException(
                UnavailableException.Reason.REFUSED,
                errorOf(failure),
                "cluster " + config.name() + " refuses " + operation + " of " + resource + ": " + words(failure),
                words(failure),
                failure);
    }

    private UnavailableException denied(Throwable failure, String operation, String resource) {
        return new UnavailableException(
                UnavailableException.Reason.DENIED,
                errorOf(failure),
                "cluster " + config.name() + " denies " + operation + " on " + resource + " to " + principal()
                        + "; grant it with kafka-acls, or leave the "
                        + (resource.startsWith("group ") ? "group" : "topic")
                        + " out",
                words(failure),
                failure);
    }

    private UnavailableException notAuthenticated(Throwable failure) {
        boolean isTls = failure instanceof SslAuthenticationException;
        String what = isTls
                ? "the TLS handshake failed; check ssl.truststore.*, ssl.keystore.* and the host name in the brokers' certificate"
                : failure instanceof UnsupportedSaslMechanismException
                        ? "the brokers do not offer " + mechanism() + "; check sasl.mechanism"
                        : failure instanceof IllegalSaslStateException
                                ? "it expects no login; check the port in bootstrap-servers, and security.protocol"
                                : principal() + " is refused (" + mechanism() + "); check sasl.jaas.config";
        return new UnavailableException(
                UnavailableException.Reason.NOT_AUTHENTICATED,
                errorOf(failure),
                "cluster " + config.name() + " (" + config.bootstrapServers() + ") does not let us in: " + what
                        + " of clusters." + config.name() + ".client (" + words(failure) + ")",
                words(failure),
                failure);
    }

    private UnavailableException unreachable(Throwable failure, String operation, String resource) {
        return new UnavailableException(
                UnavailableException.Reason.UNREACHABLE,
                errorOf(failure),
                "cluster " + config.name() + " (" + config.bootstrapServers() + ") does not answer " + operation
                        + " of "
                        + resource + ": " + words(failure)
                        + "; check that it runs, that bootstrap-servers and the brokers' advertised.listeners can be"
                        + " reached from here, and that the listener speaks "
                        + property(AdminClientConfig.SECURITY_PROTOCOL_CONFIG).orElse("PLAINTEXT"),
                words(failure),
                failure);
    }

    private static ClusterError errorOf(Throwable failure) {
        return ERRORS.getOrDefault(failure.getClass(), ClusterError.OTHER);
    }

    private static String words(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }

    /** A client's complaint quotes the value it does not like, which may be a password. */
    private String withoutValue(String words) {
        String safe = words;
        for (var property : config.client().entrySet()) {
            boolean isSecret = isSecret(property.getKey());
            if (isSecret && !property.getValue().isBlank()) {
                safe = safe.replace(property.getValue(), "[hidden]");
            }
        }
        return safe;
    }

    private static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("password")
                || lower.contains("jaas")
                || lower.contains("secret")
                || lower.contains("key")
                || lower.contains("token");
    }

    private String principal() {
        return property("sasl.jaas.config")
                .map(USER::matcher)
                .filter(Matcher::find)
                .map(user -> "user " + user.group(1))
                .orElseGet(() -> property("ssl.keystore.location").isPresent()
                                || property("ssl.keystore.certificate.chain").isPresent()
                        ? "the client certificate's user"
                        : "this client's user");
    }

    private String mechanism() {
        return property("sasl.mechanism").orElse("GSSAPI");
    }

    private Optional<String> property(String key) {
        return Optional.ofNullable(config.client().get(key));
    }
}
