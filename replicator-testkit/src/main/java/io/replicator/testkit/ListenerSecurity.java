package io.replicator.testkit;

import java.util.Objects;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** How clients of a listener are protected and recognised. */
public record ListenerSecurity(SecurityProtocol protocol, Mechanism mechanism) {
    /** SASL protocols need a mechanism, the others must not have one. */
    public ListenerSecurity {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(mechanism, "mechanism");
        boolean sasl = protocol == SecurityProtocol.SASL_PLAINTEXT || protocol == SecurityProtocol.SASL_SSL;
        if (sasl == (mechanism == Mechanism.NONE)) {
            throw new IllegalArgumentException(protocol + " and mechanism " + mechanism + " do not go together");
        }
    }

    /** Nothing at all. */
    public static ListenerSecurity plaintext() {
        return new ListenerSecurity(SecurityProtocol.PLAINTEXT, Mechanism.NONE);
    }

    /** TLS. When the cluster has users, each proves itself with a certificate; otherwise only the broker does. */
    public static ListenerSecurity ssl() {
        return new ListenerSecurity(SecurityProtocol.SSL, Mechanism.NONE);
    }

    /** SASL over plain TCP. */
    public static ListenerSecurity saslPlaintext(Mechanism mechanism) {
        return new ListenerSecurity(SecurityProtocol.SASL_PLAINTEXT, mechanism);
    }

    /** SASL over TLS. */
    public static ListenerSecurity saslSsl(Mechanism mechanism) {
        return new ListenerSecurity(SecurityProtocol.SASL_SSL, mechanism);
    }

    boolean usesTls() {
        return protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL;
    }

    boolean usesSasl() {
        return mechanism != Mechanism.NONE;
    }
}
